import { readDocument, removeFile } from './documents.js';
import { HttpError } from './http-error.js';
import { requireRight } from './permissions.js';
import { asUser, changeRecord, insertRecord, removeRecord } from './records.js';
import { countRows, listRows, readRow } from './resources.js';

const PATH = /^\/api\/([a-z]+)(?:\/([0-9a-f-]+|count)(\/content)?)?$/;
const ACTIONS = { GET: 'read', POST: 'create', PUT: 'update', DELETE: 'delete' };
const LONGEST_LIST = 500;

/** Both CRMs answer alike; their records and the form of their ids differ. */
export async function answerApi(context, request) {
  if (request.path === '/api/me') return me(request);
  const [, name, which, content] = PATH.exec(request.path) ?? [];
  const resource = context.resources[name];
  const action = ACTIONS[request.method];
  if (resource === undefined || action === undefined) throw new HttpError(404, 'there is nothing here');
  const scope = await requireRight(context.store, { user: request.user, resource: name, action });
  const target = { resource, scope, user: request.user, id: idOf(context, which) };
  if (action === 'create') return create(context, request, target);
  if (action === 'read') return read(context, request, { ...target, which, content });
  if (target.id === null) throw new HttpError(405, 'only single records are changed or deleted');
  if (action === 'update') await changeRecord(context.store, target, request.fields());
  else await remove(context, target);
  return { status: 204 };
}

function idOf({ release }, which) {
  if (which === undefined || which === 'count') return null;
  if (!release.id.test(which)) throw new HttpError(404, 'there is no such record');
  return which;
}

function me({ user }) {
  if (user === undefined) throw new HttpError(401, 'please log in');
  return { status: 200, json: user };
}

async function read(context, { query }, target) {
  if (target.which === 'count') return { status: 200, json: { count: await countRows(context.store, target) } };
  if (target.id === null) {
    const limit = Math.min(LONGEST_LIST, pageNumber(query.get('limit'), 50));
    const offset = pageNumber(query.get('offset'), 0);
    const items = await listRows(context.store, { ...target, limit, offset });
    return { status: 200, json: { items, limit, offset } };
  }
  const row = await readRow(context.store, target);
  return target.content
    ? { status: 200, content: await readDocument(context, row), type: 'application/octet-stream' }
    : { status: 200, json: row };
}

function pageNumber(text, otherwise) {
  if (text === null) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new HttpError(400, `"${text}" is not a number`);
  return Number(text);
}

async function create(context, request, { resource, user }) {
  if (resource.isFile) {
    const id = await asUser(context.store, user, (tx) => context.release.storeFile(context, { tx, user, request }));
    return { status: 201, json: { id } };
  }
  const id = await insertRecord(context.store, { resource, user, body: request.fields() });
  return request.wantsPage ? { status: 303, headers: { location: '/' } } : { status: 201, json: { id } };
}

async function remove(context, target) {
  const file = target.resource.isFile ? await readRow(context.store, target) : undefined;
  await removeRecord(context.store, target);
  if (file) await removeFile(context, file);
}
