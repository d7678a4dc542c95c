import { migrate } from './migrate.js';
import { placeOf } from './placement.js';

/**
 * What is particular to release 11: contacts have two names, money is counted in cents, the first stage has a new
 * code, files lie under hashed names, and consents are kept in a table of their own.
 */
export const release = {
  version: '11',
  schema: '11',
  product: 'Harbour CRM',
  accent: '#2e7d4f',
  contacts: {
    columns: ['first_name', 'last_name'],
    toRow: splitName,
    fromRow: (row) => ({ ...row, name: `${row.first_name} ${row.last_name}`.trim() }),
  },
  deals: {
    firstStage: 'qualification',
    total: 'sum(amount) / 100.0',
    toStored: (amount) => amount.replace('.', ''),
    fromStored: (cents) => (Number(cents) / 100).toFixed(2),
  },
  documents: {
    columns: ['stored_as'],
    place(document) {
      const path = placeOf(document);
      return { path, columns: { stored_as: path } };
    },
    pathOf: (document) => document.stored_as,
  },
  resources: {
    consents: {
      table: 'consents',
      columns: ['id', 'contact_id', 'kind', 'given_at'],
      own: 'contact_id in (select c.id from contacts c join accounts a on a.id = c.account_id where a.owner_id = ?)',
    },
  },
  migrate,
};

function splitName(name) {
  const [first, ...rest] = name.split(/\s+/);
  return { first_name: first, last_name: rest.join(' ') };
}
