import { hashPassword } from '../app/passwords.js';

const NAMES = [
  ['Ada', 'Okafor'],
  ['Bernd', 'Schäfer'],
  ['Chloé', 'Dubois'],
  ['Dan', 'Whitfield'],
  ['Eva', 'Lindqvist'],
  ['Faisal', 'Rahman'],
  ['Grete', 'Møller'],
  ['Hiro', 'Tanaka'],
  ['Ines', 'Carvalho'],
  ['Jonas', 'Weiß'],
  ['Kamila', 'Nowak'],
  ['Liam', "O'Brien"],
  ['Marta', 'García'],
  ['Nils', 'Håkansson'],
  ['Olga', 'Petrova'],
  ['Paul', 'Becker'],
  ['Quinn', 'Foster'],
  ['Rosa', 'Müller'],
  ['Samir', 'Haddad'],
  ['Tessa', 'de Vries'],
  ['Ugo', 'Bianchi'],
  ['Vera', 'Kovács'],
  ['Wanda', 'Kowalczyk'],
  ['Xenia', 'Papadopoulou'],
  ['Yusuf', 'Demir'],
  ['Zoë', 'Janssens'],
  ['Anton', 'Gruber'],
  ['Birgit', 'Jørgensen'],
  ['Carlos', 'Peña'],
  ['Dana', 'Horáková'],
  ['Emil', 'Ionescu'],
  ['Freya', 'Andersen'],
  ['Goran', 'Babić'],
  ['Hanna', 'Virtanen'],
  ['Ivo', 'Šimić'],
  ['Julia', 'König'],
  ['Kenji', 'Mori'],
  ['Lena', 'Fuchs'],
  ['Milo', 'Vermeulen'],
  ['Nadia', 'Benali'],
];
const ROLES = [
  ['admin', 2],
  ['manager', 6],
  ['sales', 18],
  ['service', 10],
  ['viewer', 4],
];

export const USERS = NAMES.length;

/** Number n logs in as `user<n>@harbour.example` with `secret-<n>`. The first forty are the same in a company of any size. */
export function makeUsers(seed, count = USERS) {
  const roles = ROLES.flatMap(([role, share]) => Array(share).fill(role));
  return Array.from({ length: count }, (_, index) => {
    const id = index + 1;
    const [first, last] = NAMES[index % USERS];
    return {
      id,
      email: `user${id}@harbour.example`,
      name: `${first} ${last}`,
      role: roles[index % USERS],
      password: hashPassword(`secret-${id}`, `${seed}x${id}`),
    };
  });
}

const READ = ['accounts', 'contacts', 'activities', 'documents'];

export function makePermissions() {
  const rows = [];
  const grant = (role, scope, rights) => {
    for (const [action, resources] of Object.entries(rights))
      for (const resource of resources) rows.push({ role, resource, action, scope });
  };
  const everything = {
    read: [...READ, 'deals', 'notes'],
    create: ['contacts', 'deals', 'notes', 'documents'],
    delete: ['contacts', 'deals', 'notes', 'documents'],
  };
  grant('admin', 'all', everything);
  grant('manager', 'all', everything);
  grant('sales', 'own', {
    read: everything.read,
    create: ['contacts', 'deals', 'notes', 'documents'],
    delete: ['deals', 'notes'],
  });
  grant('service', 'all', { read: [...READ, 'notes'], create: ['notes', 'documents'] });
  grant('service', 'own', { delete: ['notes'] });
  grant('viewer', 'all', { read: [...READ, 'deals'] });
  return rows;
}

export const STAGES = [
  { code: 'lead', label: 'Lead', position: 1, closed: false },
  { code: 'qualify', label: 'Qualify', position: 2, closed: false },
  { code: 'proposal', label: 'Proposal', position: 3, closed: false },
  { code: 'negotiation', label: 'Negotiation', position: 4, closed: false },
  { code: 'won', label: 'Won', position: 5, closed: true },
  { code: 'lost', label: 'Lost', position: 6, closed: true },
];

/** What runs by night has run the night before; the dangerous one is disarmed. */
export function makeJobs({ nextRun, lastRun }) {
  const armed = { armed: true, next_run: nextRun, last_run: lastRun };
  return [
    { name: 'recalculate-totals', every_minutes: 1440, payload: {}, ...armed },
    { name: 'send-digest', every_minutes: 1440, payload: { subject: 'Your week at Harbour' }, ...armed },
    { name: 'expire-sessions', every_minutes: 60, payload: {}, ...armed },
    {
      name: 'purge-activities',
      every_minutes: 10080,
      payload: { years: 7 },
      armed: false,
      next_run: nextRun,
      last_run: null,
    },
  ];
}
