import { signAs } from './engine-postgres.js';
import { HttpError } from './http-error.js';
import { optionalText } from './fields.js';
import { createRow, deleteRow, readRow } from './resources.js';

/**
 * Lets a resource be created and changed. `fields` says for every column how its value is read from a body; a field
 * may have another name than its column. Every record takes a `mark`, a text by which it is found in either system.
 */
export function editable(resource, { fields, names = {}, defaults = () => ({}) }) {
  const all = { ...fields, mark: (body) => optionalText(body.mark) };
  const nameOf = (column) => names[column] ?? column;
  const read = (columns, body) =>
    Object.fromEntries(columns.map((column) => [column, all[column](body, nameOf(column))]));
  const columns = Object.keys(all);
  return {
    ...resource,
    columns: [...resource.columns, 'mark'],
    toRow: (body, user) => ({ ...defaults(user), ...withoutNull(read(columns, body)) }),
    toChanges: (body) =>
      read(
        columns.filter((column) => nameOf(column) in body),
        body,
      ),
  };
}

function withoutNull(row) {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

export const choice = (body, field) => optionalText(body[field]);

export function yesOrNo(body, field) {
  const value = body[field];
  return value === undefined || value === null ? null : value === true || value === 'true';
}

export function insertRecord(store, { resource, user, body }) {
  return asUser(store, user, (tx) => createRow(tx, { resource, user, body }));
}

export async function changeRecord(store, target, body) {
  const { resource, user, id } = target;
  if (resource.toChanges === undefined) throw new HttpError(405, 'these records are not changed here');
  const changes = Object.entries(resource.toChanges(body));
  if (changes.length === 0) throw new HttpError(400, 'nothing to change was given');
  await readRow(store, target);
  const sets = changes.map(([column]) => `${column} = ?`).join(', ');
  await asUser(store, user, (tx) =>
    tx.change(`update ${resource.table} set ${sets} where id = ?`, [...changes.map(([, value]) => value), id]),
  );
}

export function removeRecord(store, target) {
  return asUser(store, target.user, (tx) => deleteRow(tx, target));
}

export function asUser(store, user, work) {
  return store.transaction(async (tx) => {
    await signAs(tx, user?.email ?? 'anonymous');
    return work(tx);
  });
}
