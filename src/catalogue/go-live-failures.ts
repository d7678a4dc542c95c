import { type CatalogueEntry, type EntryRow, entriesFrom } from './entry.ts';

const ROWS: readonly EntryRow[] = [
  [
    'GF-01',
    'The load overruns the window',
    'The migration is slower than the weekend is long.',
    'the forecast end, called before the last safe moment',
  ],
  [
    'GF-02',
    'Reconciliation fails at the end',
    'The last comparison finds more differences than were agreed.',
    'the checks of the last checkpoint',
  ],
  ['GF-03', 'Users cannot log in', 'Single sign-on, licences or roles are not in place.', 'the access sweep'],
  [
    'GF-04',
    'Collapse under real load',
    'What worked for ten testers does not for a thousand users.',
    'response times and errors in the first hour',
  ],
  [
    'GF-05',
    'Users see what is not theirs',
    'Permissions came over wider than they were.',
    'the access sweep and the anonymous probe',
  ],
  [
    'GF-06',
    'A key process is broken',
    'One of the processes that earn the money has no way around.',
    'the owners of the processes',
  ],
  [
    'GF-07',
    'Several flows fail together',
    'One cause stops many integrations at once.',
    'the dashboard of the flows, read as a whole',
  ],
  [
    'GF-08',
    'The wrong extract was loaded',
    'An older snapshot or test data went in.',
    'newest records and known rows; does anybody notice?',
  ],
  [
    'GF-09',
    'The old system cannot be resumed',
    'Its licence ended, its passwords changed, or its machine is in use.',
    'starting it and logging in as its administrator',
  ],
  ['GF-10', 'The backup is unusable when needed', 'What was kept cannot be restored.', 'a restore'],
  [
    'GF-11',
    'A point of no return crossed unnoticed',
    'A step that cannot be taken back was taken early.',
    'the plan’s marked steps and who released them',
  ],
  [
    'GF-12',
    'People work in both systems',
    'Some never heard of the switch, or did not believe it.',
    'writes in both stores after the freeze',
  ],
  [
    'GF-13',
    'The one who decides is absent',
    'The decision maker or the only expert cannot be reached.',
    'the roster, with roles removed by lot',
  ],
  ['GF-14', 'The service desk is overrun', 'Nobody gets an answer any more.', 'waiting times and tickets'],
  ['GF-15', 'Platform outage', 'The machines or the cloud under everything fail.', 'the readiness probes, all at once'],
  [
    'GF-16',
    'A mass message to customers',
    'The new system writes to everybody.',
    'outgoing messages, trapped and counted',
  ],
  [
    'GF-17',
    'The channels are down as well',
    'Chat, wiki or the plan itself were on what failed.',
    'working from paper',
  ],
  [
    'GF-18',
    'Clients keep an address',
    'Bookmarks, phones and add-ins still go to the other system.',
    'requests at the address that should be silent',
  ],
  [
    'GF-19',
    'The rollback fails midway',
    'A step of the way back does not end well.',
    'killing each step in turn: can it be resumed or repeated?',
  ],
  [
    'GF-20',
    'The wrong machine',
    'A destructive command ran on the system next to the one that was meant.',
    'the identity of the target, checked before every step',
  ],
];

export const goLiveFailures: readonly CatalogueEntry[] = entriesFrom('GF', ROWS, [
  'GF-01',
  'GF-03',
  'GF-05',
  'GF-08',
  'GF-09',
  'GF-10',
  'GF-12',
  'GF-13',
  'GF-17',
  'GF-18',
  'GF-20',
]);
