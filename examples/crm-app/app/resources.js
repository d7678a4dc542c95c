import { HttpError } from './http-error.js';
import { optionalId, optionalText, requireId, requireMoney, requireText } from './fields.js';

const OWN_ACCOUNTS = 'account_id in (select id from accounts where owner_id = ?)';

/**
 * What can be listed, counted, read, created and deleted. `own` is the condition that leaves a user's own rows.
 * What differs between releases comes from the release.
 */
export function describeResources(release) {
  return {
    accounts: {
      table: 'accounts',
      columns: ['id', 'number', 'name', 'industry', 'city', 'country', 'website', 'owner_id', 'active', 'created_at'],
      own: 'owner_id = ?',
    },
    contacts: {
      table: 'contacts',
      columns: ['id', 'account_id', ...release.contacts.columns, 'email', 'phone', 'position', 'created_at'],
      own: OWN_ACCOUNTS,
      toRow: (body) => ({
        account_id: requireId(body, 'account_id'),
        ...release.contacts.toRow(requireText(body, 'name')),
        email: optionalText(body.email),
        phone: optionalText(body.phone),
      }),
      fromRow: release.contacts.fromRow,
    },
    deals: describeDeals(release),
    activities: {
      table: 'activities',
      columns: ['id', 'account_id', 'contact_id', 'owner_id', 'kind', 'subject', 'happened_at', 'done'],
      own: 'owner_id = ?',
    },
    notes: {
      table: 'activities',
      columns: ['id', 'account_id', 'owner_id', 'subject', 'body', 'happened_at'],
      only: "kind = 'note'",
      own: 'owner_id = ?',
      toRow: (body, user) => {
        const text = requireText(body, 'text');
        return {
          account_id: optionalId(body.account_id),
          owner_id: user?.id ?? null,
          kind: 'note',
          subject: text.slice(0, 80),
          body: text,
          happened_at: new Date(),
          done: true,
        };
      },
      fromRow: ({ id, account_id, owner_id, body, happened_at }) => ({
        id,
        text: body,
        account_id,
        author: owner_id,
        created_at: happened_at,
      }),
    },
    ...release.resources,
  };
}

function describeDeals(release) {
  return {
    table: 'deals',
    columns: [
      'id',
      'account_id',
      'contact_id',
      'title',
      'amount',
      'currency',
      'stage',
      'status',
      'probability',
      'close_date',
      'owner_id',
      'created_at',
    ],
    own: 'owner_id = ?',
    toRow: (body, user) => ({
      account_id: optionalId(body.account_id),
      title: requireText(body, 'title'),
      amount: release.deals.toStored(requireMoney(body, 'amount')),
      currency: optionalText(body.currency) ?? 'EUR',
      stage: optionalText(body.stage) ?? release.deals.firstStage,
      owner_id: user?.id ?? null,
    }),
    fromRow: (row) => ({ ...row, amount: release.deals.fromStored(row.amount) }),
  };
}

export async function listRows(store, { resource, scope, user, limit, offset }) {
  const { where, values } = conditions(resource, { scope, user });
  const sql = `select ${resource.columns.join(', ')} from ${resource.table} where ${where} order by ${resource.orderBy ?? 'id'} limit ? offset ?`;
  const rows = await store.rows(sql, [...values, limit, offset]);
  return rows.map((row) => show(resource, row));
}

export async function countRows(store, { resource, scope, user }) {
  const { where, values } = conditions(resource, { scope, user });
  return (await store.first(`select count(*) as n from ${resource.table} where ${where}`, values)).n;
}

export async function readRow(store, { resource, scope, user, id }) {
  const { where, values } = conditions(resource, { scope, user });
  const row = await store.first(
    `select ${resource.columns.join(', ')} from ${resource.table} where ${where} and id = ?`,
    [...values, id],
  );
  if (row === undefined) throw new HttpError(404, 'there is no such record, or it is not yours');
  return show(resource, row);
}

export function createRow(store, { resource, user, body }) {
  if (resource.toRow === undefined) throw new HttpError(405, 'these records are not created here');
  return store.insert(resource.table, resource.toRow(body, user));
}

export async function deleteRow(store, { resource, scope, user, id }) {
  const { where, values } = conditions(resource, { scope, user });
  const changed = await store.change(`delete from ${resource.table} where ${where} and id = ?`, [...values, id]);
  if (changed === 0) throw new HttpError(404, 'there is no such record, or it is not yours');
}

function conditions(resource, { scope, user }) {
  const parts = [resource.only ?? '1 = 1'];
  const values = [];
  if (scope === 'own') {
    parts.push(resource.own);
    for (const _ of resource.own.matchAll(/\?/g)) values.push(user.id);
  }
  return { where: parts.join(' and '), values };
}

function show(resource, row) {
  return resource.fromRow ? resource.fromRow(row) : row;
}
