/**
 * node reverse.js < delta.ndjson     needs LEGACY_URL, IMPORT_TOKEN, CROSSWALK; DOCS (of the new CRM) to carry files
 *
 * Writes what was changed in the new CRM into the legacy CRM and prints one result per item. Called again with the same
 * items it changes nothing.
 */
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { readCrosswalk } from './crosswalk.js';
import { openLegacy } from './legacy.js';
import { Parked, TABLES } from './mapping.js';

const ORDER = Object.keys(TABLES);
const METHODS = { insert: 'POST', update: 'PUT', delete: 'DELETE' };

try {
  await main(process.env);
} catch (error) {
  console.error(error.message || String(error));
  process.exitCode = 1;
}

async function main(env) {
  for (const name of ['LEGACY_URL', 'IMPORT_TOKEN', 'CROSSWALK'])
    if (!env[name]) throw new Error(`the environment variable ${name} is not set`);
  const legacy = openLegacy({ url: env.LEGACY_URL, token: env.IMPORT_TOKEN });
  const context = { legacy, docs: env.DOCS, crosswalk: await readCrosswalk(env.CROSSWALK) };
  for (const item of inOrder(await readItems())) console.log(JSON.stringify(await carryBack(context, item)));
}

async function readItems() {
  const items = [];
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const item = JSON.parse(line);
    if (METHODS[item.operation] === undefined) throw new Error(`"${item.operation}" is no operation: ${line}`);
    items.push(item);
  }
  return items;
}

/** What others depend on comes first, and goes last. */
function inOrder(items) {
  const rank = ({ table, operation }) => {
    const place = TABLES[table] === undefined ? ORDER.length : ORDER.indexOf(table);
    return operation === 'delete' ? 2 * ORDER.length - place : place;
  };
  return items
    .map((item, index) => ({ item, index }))
    .sort((a, b) => rank(a.item) - rank(b.item) || a.index - b.index)
    .map(({ item }) => item);
}

async function carryBack(context, item) {
  const table = TABLES[item.table];
  const result = { key: item.key, legacyTable: table?.legacy ?? null, legacyId: null };
  try {
    if (table === undefined) throw new Parked(`the legacy CRM has nothing like ${item.table}`);
    const legacyId = await write(context, table, item);
    return { ...result, outcome: 'replayed', legacyId, reason: null, owner: null };
  } catch (error) {
    if (!(error instanceof Parked)) throw error;
    const known = await locate(context, item.table, item.key);
    const owner = await findOwner(context, { item, table, known });
    return { ...result, outcome: 'parked', legacyId: known?.id ?? null, reason: error.message, owner };
  }
}

async function write(context, table, item) {
  const { legacy, docs, crosswalk } = context;
  const known = await locate(context, item.table, item.key);
  if (item.operation !== 'insert' && known === undefined)
    throw new Parked('the crosswalk names no legacy record for it');
  const refer = async (newTable, id) => {
    if (!id) return null;
    const found = await locate(context, newTable, id);
    if (found === undefined) throw new Parked(`it refers to ${newTable} ${id}, which has no legacy record`);
    return found.id;
  };
  const user = (id) => (id ? (crosswalk.get(id)?.id ?? null) : null);
  const row = { ...item.row, ...(item.mark && { mark: item.mark }) };
  const isDelete = item.operation === 'delete';
  const body = isDelete ? {} : await table.map(row, { refer, user, docs }, item.operation);
  const isNew = item.operation === 'insert';
  if (isNew) body.importedFrom = item.key;
  if (!isNew && known.version !== undefined) body.version = known.version;
  const path = isNew ? table.legacy : `${table.legacy}/${known.id}`;
  const { status, json } = await legacy.write(METHODS[item.operation], path, { key: idempotencyKey(item), body });
  if (status >= 300) throw new Parked(`the legacy CRM refused it: ${json.error}`);
  return json.id;
}

/** In the crosswalk, or carried back by this program, now or in an earlier run. */
async function locate({ legacy, crosswalk }, newTable, id) {
  if (crosswalk.has(id)) return crosswalk.get(id);
  const legacyTable = TABLES[newTable]?.legacy;
  return legacyTable === undefined ? undefined : legacy.findImported(legacyTable, id);
}

/** The same item gives the same key in every run; another change of the same record gives another. */
function idempotencyKey({ table, key, operation, row, mark }) {
  const content = JSON.stringify([row === undefined || row === null ? null : Object.entries(row).sort(), mark ?? null]);
  return `${table}/${key}/${operation}/${createHash('sha256').update(content).digest('hex').slice(0, 32)}`;
}

/** Whom to ask: who owns the record, else who owns the account that it belongs to, else the person itself. */
async function findOwner({ legacy, crosswalk }, { item, table, known }) {
  const row = item.row ?? {};
  const owners = [row[table?.owner ?? 'owner_id'], row.owner_id].filter(Boolean).map((id) => crosswalk.get(id)?.id);
  if (known !== undefined) owners.push(await legacy.ownerOf(table.legacy, known.id));
  const account = row.organisation_id && crosswalk.get(row.organisation_id);
  if (account) owners.push(await legacy.ownerOf('accounts', account.id));
  const owner = owners.find((id) => id !== undefined && id !== null);
  return owner === undefined ? null : legacy.emailOf(owner);
}
