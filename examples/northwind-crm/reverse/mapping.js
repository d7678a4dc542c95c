import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Thrown for what the legacy CRM cannot hold: a person has to decide. */
export class Parked extends Error {}

const STAGES = {
  new: 'lead',
  qualified: 'qualify',
  proposal: 'proposal',
  negotiation: 'negotiation',
  won: 'won',
  lost: 'lost',
};
const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF'];
const LARGEST_AMOUNT_CENTS = 10n ** 12n;

/**
 * From a row of the new CRM (texts, as a database prints them) to one of the legacy CRM, in the order in which records
 * depend on each other. `refer(newTable, id)` gives the legacy id or parks.
 */
export const TABLES = {
  organisations: {
    legacy: 'accounts',
    owner: 'owner_id',
    async map(row, { user }) {
      const { name, city, country, website, mark, created_at } = row;
      if (!row.owner_id) throw new Parked('an account needs an owner');
      return {
        name,
        industry: row.sector,
        city,
        country,
        website,
        owner_id: user(row.owner_id),
        active: isTrue(row.active),
        mark,
        created_at,
      };
    },
  },
  people: {
    legacy: 'contacts',
    owner: 'owner_id',
    async map(row, { refer }) {
      if (!row.organisation_id) throw new Parked('a contact needs an account, and this person has no organisation');
      const { email, phone, source, mark, created_at } = row;
      return {
        account_id: await refer('organisations', row.organisation_id),
        name: `${row.first_name} ${row.last_name ?? ''}`.trim(),
        email,
        phone,
        position: row.job_title,
        source,
        mark,
        created_at,
      };
    },
  },
  opportunities: {
    legacy: 'deals',
    owner: 'owner_id',
    async map(row, { refer, user }) {
      const stage = STAGES[row.stage];
      if (stage === undefined) throw new Parked(`the legacy CRM knows no stage "${row.stage}"`);
      if (!CURRENCIES.includes(row.currency)) throw new Parked(`the legacy CRM knows no currency "${row.currency}"`);
      const { title, currency, close_date, mark, created_at } = row;
      return {
        account_id: await refer('organisations', row.organisation_id),
        contact_id: await refer('people', row.person_id),
        title,
        amount: units(row.amount_cents),
        currency,
        stage,
        close_date,
        owner_id: user(row.owner_id),
        mark,
        created_at,
      };
    },
  },
  interactions: {
    legacy: 'activities',
    owner: 'owner_id',
    async map(row, { refer, user }) {
      const { kind, subject, body, happened_at, mark } = row;
      return {
        account_id: await refer('organisations', row.organisation_id),
        contact_id: await refer('people', row.person_id),
        owner_id: user(row.owner_id),
        kind,
        subject,
        body,
        happened_at,
        minutes: row.minutes ? Number(row.minutes) : null,
        done: isTrue(row.done),
        mark,
      };
    },
  },
  files: {
    legacy: 'documents',
    owner: 'uploaded_by',
    async map(row, { refer, user, docs }, operation) {
      const { name, mark, created_at } = row;
      const content = operation === 'insert' ? { content: await readContent(docs, row.path) } : {};
      return {
        account_id: await refer('organisations', row.organisation_id),
        name,
        uploaded_by: user(row.uploaded_by),
        mark,
        created_at,
        ...content,
      };
    },
  },
};

function isTrue(text) {
  return text === true || text === 't' || text === 'true';
}

/** Counted in whole cents, never as a floating point number. */
function units(cents) {
  const value = BigInt(cents);
  const size = value < 0n ? -value : value;
  if (size >= LARGEST_AMOUNT_CENTS) throw new Parked(`the amount of ${cents} cents is too large for the legacy CRM`);
  return `${value < 0n ? '-' : ''}${size / 100n}.${String(size % 100n).padStart(2, '0')}`;
}

async function readContent(docs, path) {
  if (!docs) throw new Parked('the file cannot be carried: DOCS of the new CRM is not given');
  return readFile(join(docs, path), 'base64').catch(() => {
    throw new Parked(`the file ${path} is missing`);
  });
}
