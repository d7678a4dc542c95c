import { readDocument, removeFile, storeDocument } from './documents.js';
import { optionalId } from './fields.js';
import { HttpError } from './http-error.js';
import { requireRight } from './permissions.js';
import { countRows, createRow, deleteRow, listRows, readRow } from './resources.js';

const PATH = /^\/api\/([a-z]+)(?:\/(count|\d+)(\/content)?)?$/;
const ACTIONS = { GET: 'read', POST: 'create', DELETE: 'delete' };

export async function answerApi(context, request) {
  if (request.path === '/api/me') return me(request);
  const [, name, which, content] = PATH.exec(request.path) ?? [];
  const resource = context.resources[name];
  const action = ACTIONS[request.method];
  if (resource === undefined || action === undefined) throw new HttpError(404, 'there is nothing here');
  const scope = await requireRight(context.store, { user: request.user, resource: name, action });
  const target = { resource, scope, user: request.user, id: optionalId(which === 'count' ? null : which) };
  if (action === 'create') return create(context, request, target);
  if (action === 'delete') return remove(context, target);
  if (which === 'count') return { status: 200, json: { count: await countRows(context.store, target) } };
  if (target.id === null) return list(context, request, target);
  const row = await readRow(context.store, target);
  return content
    ? { status: 200, content: await readDocument(context, row), type: 'application/octet-stream' }
    : { status: 200, json: row };
}

function me({ user }) {
  if (user === undefined) throw new HttpError(401, 'please log in');
  return { status: 200, json: user };
}

async function list({ store }, { query }, target) {
  const limit = Math.min(500, pageNumber(query.get('limit'), 50));
  const offset = pageNumber(query.get('offset'), 0);
  return { status: 200, json: { items: await listRows(store, { ...target, limit, offset }), limit, offset } };
}

function pageNumber(text, otherwise) {
  if (text === null) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new HttpError(400, `"${text}" is not a number`);
  return Number(text);
}

async function create(context, request, { resource, user }) {
  if (resource === context.resources.documents) {
    const accountId = optionalId(request.query.get('account_id'));
    const id = await storeDocument(context, {
      user,
      name: request.query.get('name'),
      accountId,
      content: request.content,
    });
    return { status: 201, json: { id } };
  }
  const id = await createRow(context.store, { resource, user, body: request.fields() });
  return request.wantsPage ? { status: 303, headers: { location: '/' } } : { status: 201, json: { id } };
}

async function remove(context, target) {
  if (target.id === null) throw new HttpError(405, 'only single records are deleted');
  const isDocument = target.resource === context.resources.documents;
  const document = isDocument ? await readRow(context.store, target) : undefined;
  await deleteRow(context.store, target);
  if (document) await removeFile(context, document);
  return { status: 204 };
}
