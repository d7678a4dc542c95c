import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFile } from './documents.js';
import { beQuiet } from './engine-postgres.js';
import { HttpError } from './http-error.js';

const PATH = /^\/api\/import\/([a-z]+)(?:\/(\d+))?$/;
const COLUMNS = {
  accounts: ['name', 'industry', 'city', 'country', 'website', 'owner_id', 'active', 'mark', 'created_at'],
  contacts: ['account_id', 'name', 'email', 'phone', 'position', 'source', 'mark', 'created_at'],
  deals: [
    'account_id',
    'contact_id',
    'title',
    'amount',
    'currency',
    'stage',
    'close_date',
    'owner_id',
    'mark',
    'created_at',
  ],
  activities: [
    'account_id',
    'contact_id',
    'owner_id',
    'kind',
    'subject',
    'body',
    'happened_at',
    'minutes',
    'done',
    'mark',
  ],
  documents: ['account_id', 'name', 'uploaded_by', 'mark', 'created_at'],
};
/** What a deletion would take along; the one who deletes must have deleted it before. */
const DEPENDENTS = {
  accounts: [
    ['contacts', 'account_id'],
    ['deals', 'account_id'],
    ['activities', 'account_id'],
    ['documents', 'account_id'],
  ],
  contacts: [['activities', 'contact_id']],
};

/**
 * Records that come back from another system: POST, PUT, DELETE /api/import/<entity>. Closed unless IMPORT_TOKEN is
 * set. An import is no change of this CRM's: no flow sees it, no version counts it, and the same Idempotency-Key makes
 * nothing a second time.
 */
export async function answerImport(context, request) {
  if (!isOpenTo(context.around.importToken, request.token)) throw new HttpError(403, 'imports are closed');
  const [, entity, id] = PATH.exec(request.path) ?? [];
  if (request.method === 'GET' && entity === 'users') return listUsers(context);
  if (COLUMNS[entity] === undefined) throw new HttpError(404, 'there is nothing here');
  const target = { entity, id: id === undefined ? null : Number(id) };
  if (request.method === 'GET') return find(context, request, target);
  const key = request.headers['idempotency-key'];
  if (!key) throw new HttpError(400, 'the header Idempotency-Key is missing');
  const work = { POST: insert, PUT: update, DELETE: remove }[request.method];
  if (work === undefined || (target.id === null) !== (work === insert))
    throw new HttpError(405, 'this cannot be done here');
  const { reply, after } = await context.store.transaction(async (tx) => {
    await beQuiet(tx);
    const before = await tx.first('select legacy_id from imports where idempotency_key = ?', [key]);
    if (before !== undefined) return { reply: { status: 200, json: { id: before.legacy_id, replay: true } } };
    const done = await work(context, { ...request, ...target, tx });
    await tx.change('insert into imports (idempotency_key, entity, operation, legacy_id) values (?, ?, ?, ?)', [
      key,
      entity,
      request.method,
      done.id,
    ]);
    return { reply: { status: done.status, json: { id: done.id } }, after: done.after };
  });
  await after?.();
  return reply;
}

function isOpenTo(expected, given) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return expected !== '' && given !== undefined && timingSafeEqual(digest(expected), digest(given));
}

async function listUsers({ store }) {
  return { status: 200, json: { items: await store.rows('select id, email from users order by id') } };
}

/** By its own id, or by the key that it had in the other system. */
async function find({ store }, { query }, { entity, id }) {
  const owner = {
    accounts: 'owner_id',
    contacts: '(select owner_id from accounts a where a.id = account_id)',
    documents: 'uploaded_by',
  };
  const sql = `select id, version, ${owner[entity] ?? 'owner_id'} as owner_id from ${entity} where ${id === null ? 'imported_from = ?' : 'id = ?'}`;
  const row = await store.first(sql, [id ?? query.get('from')]);
  if (row === undefined) throw new HttpError(404, 'there is no such record');
  return { status: 200, json: row };
}

function columnsOf(entity, body) {
  return Object.fromEntries(COLUMNS[entity].filter((column) => column in body).map((column) => [column, body[column]]));
}

export function statusOf(stage) {
  return stage === 'won' || stage === 'lost' ? stage : 'open';
}

function rowOf(entity, body) {
  const row = columnsOf(entity, body);
  return entity === 'deals' && row.stage ? { ...row, status: statusOf(row.stage) } : row;
}

async function insert(context, { entity, body, tx }) {
  const content = entity === 'documents' ? Buffer.from(String(body.content ?? ''), 'base64') : undefined;
  const row = { ...withoutNull(rowOf(entity, body)), imported_from: body.importedFrom ?? null };
  if (content) {
    row.size = content.length;
    row.sha256 = createHash('sha256').update(content).digest('hex');
  }
  const id = await tx.insert(entity, row);
  if (content) {
    await mkdir(context.docs, { recursive: true });
    await writeFile(join(context.docs, context.release.documents.pathOf({ id, name: row.name })), content);
  }
  return { status: 201, id };
}

function withoutNull(row) {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

async function readForChange({ entity, id, body, tx }) {
  const row = await tx.first(`select * from ${entity} where id = ? for update`, [id]);
  if (row === undefined) throw refusal(404, 'gone', 'the record is gone');
  if (body.version !== undefined && body.version !== row.version)
    throw refusal(
      409,
      'conflict',
      `the record was changed here since it was copied (version ${row.version}, not ${body.version})`,
    );
  return row;
}

async function update(_, request) {
  const { entity, id, body, tx } = request;
  const before = await readForChange(request);
  const changes = Object.entries(rowOf(entity, body)).filter(
    ([column, value]) => !(column === 'name' && isSameName(before.name, value)),
  );
  if (entity === 'documents' && 'name' in body && body.name !== before.name)
    throw refusal(409, 'unrepresentable', 'a document keeps its name here, because its file carries it');
  if (changes.length > 0)
    await tx.change(`update ${entity} set ${changes.map(([column]) => `${column} = ?`).join(', ')} where id = ?`, [
      ...changes.map(([, value]) => value),
      id,
    ]);
  return { status: 200, id };
}

/** The other system has tidied the spaces of names; that is no change. */
function isSameName(before, after) {
  const tidy = (text) => String(text).trim().replaceAll(/\s+/g, ' ');
  return tidy(before) === tidy(after);
}

async function remove(context, request) {
  const { entity, id, tx } = request;
  const row = await readForChange(request);
  for (const [table, column] of DEPENDENTS[entity] ?? []) {
    const { n } = await tx.first(`select count(*) as n from ${table} where ${column} = ?`, [id]);
    if (n > 0) throw refusal(409, 'dependents', `${n} ${table} still belong to it`);
  }
  await tx.change(`delete from ${entity} where id = ?`, [id]);
  return { status: 200, id, after: entity === 'documents' ? () => removeFile(context, row) : undefined };
}

function refusal(status, reason, message) {
  return Object.assign(new HttpError(status, message), { reason });
}
