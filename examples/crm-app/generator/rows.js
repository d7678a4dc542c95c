/**
 * The many rows, made inside the server: every value is cut out of md5(seed, table, number), which all versions of
 * PostgreSQL compute alike. `b` is the digest of the row at hand.
 */
import { USERS } from './people.js';

const byte = (k) => `get_byte(b, ${k})`;
const u16 = (k) => `(${byte(k)} * 256 + ${byte(k + 1)})`;
const u24 = (k) => `(${byte(k)} * 65536 + ${byte(k + 1)} * 256 + ${byte(k + 2)})`;
const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const array = (values) => `${quote(`{${values.map((value) => JSON.stringify(value)).join(',')}}`)}::text[]`;
const pick = (values, number) => `(${array(values)})[1 + ${number} % ${values.length}]`;

const FIRST = [
  'Anna',
  'Jürgen',
  'Marie-Claire',
  'Peter',
  'Søren',
  'Zoë',
  'Giulia',
  'Łukasz',
  'Sinéad',
  'Tomáš',
  'Fatima',
  'Wei',
  'Björn',
  'Chidi',
  'Elena',
  'Hans',
  'Irina',
  'José',
  'Kaya',
  'Léa',
  'Mina',
  'Noah',
  'Oksana',
  'Priya',
  'Rafael',
  'Sofia',
  'Thea',
  'Umut',
  'Victor',
  'Yara',
];
const FIRST_ASCII = [
  'anna',
  'juergen',
  'marie',
  'peter',
  'soren',
  'zoe',
  'giulia',
  'lukasz',
  'sinead',
  'tomas',
  'fatima',
  'wei',
  'bjoern',
  'chidi',
  'elena',
  'hans',
  'irina',
  'jose',
  'kaya',
  'lea',
  'mina',
  'noah',
  'oksana',
  'priya',
  'rafael',
  'sofia',
  'thea',
  'umut',
  'victor',
  'yara',
];
const LAST = [
  'Müller',
  'Smith',
  'Nguyễn',
  "O'Connor",
  'de la Cruz',
  'Öztürk',
  'Rossi',
  'Kowalska',
  'Novák',
  'Hansen',
  'García Márquez',
  'Schmidt',
  'van den Berg',
  'Ito',
  'Papadakis',
  'Silva',
  'Weber',
  'Ålund',
  'Dupont',
  'Khan',
  'Meyer-Lüdenscheidt',
  'Popescu',
  'Jensen',
  'Moreau',
  'Yılmaz',
  'Fischer',
  'Ferrari',
  'Horvat',
  'Adeyemi',
  'Bauer',
  'Costa',
  'Lindgren',
  '李',
  'Sørensen',
  'Wójcik',
  'Zimmermann',
  'Brown',
];
const COMPANY = [
  'Nordwind',
  'Albatross',
  'Blue Harbour',
  'Käserei Alpenblick',
  'Santos & Filhos',
  'Fjord',
  'Granit',
  'Lumière',
  'Kestrel',
  'Öresund',
  'Polaris',
  'Rheingold',
  'Sable',
  'Tramontana',
  'Vistula',
  'Windrose',
  'Amber',
  'Baltic',
];
const BRANCH = [
  'Logistics',
  'Foods',
  'Energy',
  'Textiles',
  'Maschinenbau',
  'Software',
  'Shipping',
  'Médical',
  'Paper',
  'Tools',
  'Design',
];
const FORM = ['GmbH', 'Ltd', 'S.A.', 'AB', 'A/S', 's.r.o.', 'Inc.'];
const CITY = [
  'Hamburg',
  'København',
  'Malmö',
  'Kraków',
  'Genève',
  'Lisboa',
  'Dublin',
  'Tallinn',
  'İzmir',
  'Zürich',
  'Bordeaux',
  'Praha',
  'Rotterdam',
];
const COUNTRY = ['DE', 'DK', 'SE', 'PL', 'CH', 'PT', 'IE', 'EE', 'TR', 'CH', 'FR', 'CZ', 'NL'];
const POSITION = [
  'Head of Purchasing',
  'Geschäftsführerin',
  'CTO',
  'Office Manager',
  'Directeur financier',
  'Buyer',
  'Plant Manager',
];
const TITLE = [
  'Annual contract',
  'Pilot',
  'Renewal',
  'Rahmenvertrag',
  'Spare parts',
  'Extension',
  'Consulting days',
  'Licences',
  'Überholung',
];
const SUBJECT = [
  'Follow-up call',
  'Offer sent',
  'Rückfrage zum Vertrag',
  'Delivery late',
  'Demo booked',
  'Invoice question',
  'Thanks 🎉',
  'Meeting notes',
  'Complaint: damaged goods',
  'Kündigung abgewendet',
];
const EMAIL_DOMAIN = ['example.com', 'example.net', 'example.org'];
const FIRST_SALES = 9;
const SALES = 18;

/** How many rows each table gets at scale 1. */
export const ROWS = { accounts: 4000, contacts: 15000, deals: 8000, activities: 29000, audit_log: 1000 };

const source = (seed, table, count) =>
  `(select i, decode(md5(${quote(`${seed}/${table}/`)} || i), 'hex') as b from generate_series(1, ${count}) i offset 0) g`;
const before = (base, seconds) => `timestamptz ${quote(base)} - ${seconds} * interval '1 second'`;

export function fillStatements({ seed, scale, base }) {
  const n = Object.fromEntries(
    Object.entries(ROWS).map(([table, count]) => [table, Math.max(40, Math.round(count * scale))]),
  );
  const from = (table) => `from ${source(seed, table, n[table])}`;
  return [
    accounts(from('accounts'), base),
    contacts(from('contacts'), base, n),
    deals(from('deals'), base, n),
    activities(from('activities'), base, n),
    auditLog(from('audit_log'), base, n),
    totals(base),
  ];
}

function accounts(from, base) {
  const created = before(base, `(86400 * 30 + ${u24(6)} * 5)`);
  return `insert into accounts (id, number, name, industry, city, country, website, owner_id, external_ref, latitude, revenue, active, created_at, updated_at)
    select i, 'A-' || lpad(i::text, 7, '0'),
      ${pick(COMPANY, byte(0))} || ' ' || ${pick(BRANCH, byte(1))} || ' ' || ${pick(FORM, byte(2))} || case when ${byte(3)} % 50 = 0 then ' ⚓' else '' end,
      case when ${byte(3)} % 9 = 0 then null when ${byte(3)} % 9 = 1 then '' else ${pick(BRANCH, byte(1))} end,
      ${pick(CITY, byte(4))}, ${pick(COUNTRY, byte(4))},
      case ${byte(5)} % 5 when 0 then null when 1 then '' else 'https://' || encode(substr(b, 1, 4), 'hex') || '.example.com' end,
      ${FIRST_SALES} + ${byte(9)} % ${SALES}, encode(b, 'hex')::uuid,
      case when ${byte(10)} % 7 = 0 then null else (35 + ${u24(11)} % 3000000 / 100000.0)::double precision end,
      case when ${byte(10)} % 4 = 0 then null else ${u24(11)}::numeric * 37 / 100 end,
      ${byte(14)} % 20 <> 0, ${created}, ${created} ${from}`;
}

function contacts(from, base, n) {
  const created = before(base, `(86400 * 10 + ${u24(6)} * 5)`);
  const name = `case when ${byte(2)} % 40 = 0 then ${pick(FIRST, byte(0))}
      else ${pick(FIRST, byte(0))} || case when ${byte(2)} % 60 = 1 then '  ' else ' ' end || ${pick(LAST, byte(1))} || case when ${byte(2)} % 50 = 2 then ' 🌊' else '' end end`;
  return `insert into contacts (id, account_id, name, email, phone, position, tags, profile, birthday, created_at, updated_at) overriding system value
    select i, 1 + ${u24(9)} % ${n.accounts}, ${name},
      case ${byte(3)} % 20 when 0 then null when 1 then '' else ${pick(FIRST_ASCII, byte(0))} || '.' || i || '@' || ${pick(EMAIL_DOMAIN, byte(4))} end,
      case ${byte(4)} % 6 when 0 then null when 1 then '' else '+49 40 ' || lpad((${u24(6)} % 10000000)::text, 7, '0') end,
      case ${byte(5)} % 4 when 0 then null else ${pick(POSITION, byte(5))} end,
      case ${byte(12)} % 5 when 0 then array['vip'] when 1 then array['vip', 'messe 2024'] else '{}' end,
      jsonb_build_object('language', ${pick(['de', 'en', 'fr', 'pl', 'pt'], byte(13))}, 'newsletter', ${byte(13)} % 3 = 0)
        || case when ${byte(14)} % 6 = 0 then jsonb_build_object('score', round(${byte(15)} / 10.0, 1), 'likes', jsonb_build_array('☕', null)) else '{}' end,
      case when ${byte(14)} % 3 = 0 then date '1950-01-01' + ${u16(10)} % 18000 else null end, ${created}, ${created} ${from}`;
}

function deals(from, base, n) {
  const stage = pick(['lead', 'qualify', 'proposal', 'negotiation', 'won', 'won', 'lost'], byte(0));
  return `insert into deals (id, account_id, contact_id, title, amount, currency, stage, status, probability, close_date, owner_id, created_at)
    select i, 1 + ${u24(1)} % ${n.accounts}, case when ${byte(4)} % 5 = 0 then null else 1 + ${u24(5)} % ${n.contacts} end,
      ${pick(TITLE, byte(8))} || ' ' || (2023 + ${byte(9)} % 3),
      (${u24(10)} % 9000000 + 5000)::numeric / 100 * case when ${byte(13)} % 100 = 0 then -1 else 1 end,
      ${pick(['EUR', 'EUR', 'EUR', 'USD', 'GBP', 'CHF'], byte(13))}, s.stage,
      case s.stage when 'won' then 'won' when 'lost' then 'lost' else 'open' end::deal_status,
      case s.stage when 'lead' then 10 when 'qualify' then 25 when 'proposal' then 50 when 'negotiation' then 75 when 'won' then 100 else 0 end,
      case when ${byte(14)} % 8 = 0 then null else (timestamptz ${quote(base)} at time zone 'UTC')::date + ${byte(14)} - 128 end,
      ${FIRST_SALES} + ${byte(15)} % ${SALES}, ${before(base, `(${u24(5)} * 4)`)}
    from (select g.*, ${stage} as stage ${from} offset 0) s`;
}

function activities(from, base, n) {
  return `insert into activities (id, account_id, contact_id, owner_id, kind, subject, body, happened_at, minutes, done)
    select i, 1 + ${u24(0)} % ${n.accounts}, case when ${byte(3)} % 3 = 0 then null else 1 + ${u24(4)} % ${n.contacts} end,
      1 + ${byte(7)} % ${USERS}, ${pick(['call', 'mail', 'meeting', 'ticket', 'note'], byte(8))}, ${pick(SUBJECT, byte(9))},
      case ${byte(10)} % 4 when 0 then null when 1 then '' else ${pick(SUBJECT, byte(11))} || '. ' || encode(b, 'base64') end,
      ${before(base, `(${u24(12)} * 3.7)`)}, case when ${byte(15)} % 2 = 0 then null else 5 * (1 + ${byte(15)} % 24) end, ${byte(10)} % 3 > 0 ${from}`;
}

function auditLog(from, base, n) {
  return `insert into audit_log (id, happened_at, table_name, row_id, before, after)
    select i, ${before(base, `(${u24(0)} * 4)`)}, 'deals', 1 + ${u24(3)} % ${n.deals}, jsonb_build_object('stage', 'lead', 'amount', ${u16(6)} / 4.0),
      jsonb_build_object('stage', 'qualify', 'amount', ${u16(8)} / 4.0) ${from}`;
}

function totals(base) {
  return `insert into account_totals (account_id, currency, open_total, calculated_at)
    select account_id, currency, sum(amount), timestamptz ${quote(base)} - interval '16 hours' from deals where status = 'open' group by account_id, currency order by account_id, currency`;
}
