import { HttpError } from './http-error.js';

const MAX_BODY_BYTES = 40 * 1024 * 1024;

/** Puts routes for other programs, which carry a bearer token and no session, before those for people. */
export function addMachineRoutes(server, context, routes) {
  const [answerPeople] = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (incoming, response) => {
    const prefix = Object.keys(routes).find((each) => incoming.url.startsWith(each));
    if (prefix === undefined) return answerPeople(incoming, response);
    if (!server.listening) response.shouldKeepAlive = false;
    answerMachine(context, incoming, routes[prefix])
      .catch((error) => refuse(context, error))
      .then(({ status, json }) => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(status === 204 ? '' : JSON.stringify(json));
      });
  });
}

async function answerMachine(context, incoming, answer) {
  const url = new URL(incoming.url, 'http://localhost');
  const token = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1];
  return answer(context, {
    method: incoming.method,
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    token,
    body: await readJson(incoming),
  });
}

async function readJson(incoming) {
  const chunks = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new HttpError(413, 'the request is too large');
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    const value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (value !== null && typeof value === 'object') return value;
  } catch {
    // Told below, together with a body that is JSON but no object.
  }
  throw new HttpError(400, 'the body is not a JSON object');
}

function refuse({ store }, error) {
  if (error instanceof HttpError) return { status: error.status, json: { error: error.message, reason: error.reason } };
  console.error(error.message);
  const status = { constraint: 409, unavailable: 503, broken: 500 }[store.describeError(error)];
  return { status, json: { error: error.message } };
}
