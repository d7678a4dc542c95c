import { createServer } from 'node:http';
import { answerApi } from './api.js';
import { HttpError } from './http-error.js';
import { answerPage, loginPage } from './pages.js';
import { findUser, logIn, logOut } from './sessions.js';

const MAX_BODY_BYTES = 20 * 1024 * 1024;

export function createApp(context) {
  const server = createServer((request, response) => {
    // While the program ends, a connection that stays open would keep it alive.
    if (!server.listening) response.shouldKeepAlive = false;
    answer(context, request)
      .catch((error) => refuse(context, error))
      .then((reply) => send(response, reply));
  });
  return server;
}

async function answer(context, incoming) {
  const url = new URL(incoming.url, 'http://localhost');
  const route = `${incoming.method} ${url.pathname}`;
  if (route === 'GET /health') return health(context);
  const request = await readRequest(incoming, url);
  if (route === 'POST /login') return openSession(context, request);
  if (route === 'POST /logout') return endSession(context, request);
  const user = await findUser(context.store, request.token);
  if (url.pathname.startsWith('/api/')) return answerApi(context, { ...request, user });
  return answerPage(context, { ...request, user });
}

async function readRequest(incoming, url) {
  const type = incoming.headers['content-type'] ?? '';
  const content = await readBody(incoming);
  return {
    method: incoming.method,
    path: url.pathname,
    query: url.searchParams,
    token: /(?:^|;\s*)session=([^;]+)/.exec(incoming.headers.cookie ?? '')?.[1],
    wantsPage: (incoming.headers.accept ?? '').includes('text/html'),
    content,
    fields: () => parseFields(type, content),
  };
}

async function readBody(incoming) {
  const chunks = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new HttpError(413, 'the request is larger than 20 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseFields(type, content) {
  if (!type.includes('json')) return Object.fromEntries(new URLSearchParams(content.toString('utf8')));
  try {
    const value = JSON.parse(content.toString('utf8'));
    if (value !== null && typeof value === 'object') return value;
  } catch {
    // Told below, together with a body that is JSON but no object.
  }
  throw new HttpError(400, 'the body is not a JSON object');
}

/** Healthy means that the database answers. Which schema it carries is reported, not judged. */
async function health({ store, release }) {
  try {
    const meta = await store.first("select value from meta where key = 'schema'");
    return { status: 200, json: { status: 'ok', release: release.version, schema: meta?.value ?? null } };
  } catch (error) {
    return { status: 503, json: { status: 'down', release: release.version, error: error.message } };
  }
}

async function openSession(context, request) {
  const token = await logIn(context.store, request.fields());
  if (token === undefined && request.wantsPage) return loginPage(context, { failed: true });
  if (token === undefined) return { status: 401, json: { error: 'unknown user or wrong password' } };
  const cookie = `session=${token}; Path=/; HttpOnly; SameSite=Lax`;
  return { status: 303, headers: { location: '/', 'set-cookie': cookie } };
}

async function endSession({ store }, request) {
  await logOut(store, request.token);
  return { status: 303, headers: { location: '/login', 'set-cookie': 'session=; Path=/; Max-Age=0' } };
}

function refuse({ store }, error) {
  if (error instanceof HttpError) return { status: error.status, json: { error: error.message } };
  console.error(error.message);
  const status = { constraint: 409, unavailable: 503, broken: 500 }[store.describeError(error)];
  return { status, json: { error: error.message } };
}

function send(response, { status, headers = {}, json, html, content, type }) {
  const body = json !== undefined ? JSON.stringify(json) : (html ?? content ?? '');
  const contentType = json !== undefined ? 'application/json' : html !== undefined ? 'text/html; charset=utf-8' : type;
  response.writeHead(status, {
    ...(contentType && { 'content-type': contentType }),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}
