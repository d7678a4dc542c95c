import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readDropFolder } from './drop.js';
import { openLedger, statsOf } from './ledger.js';
import { createSender } from './sender.js';

/**
 * The outside world in one process: a marketing platform that takes contacts, a sender of web forms, an ERP that reads
 * files. Needs PORT and RUN_DIR; DROP when files are to be read; WEBHOOK_URL, WEBHOOK_LEGACY_URL when forms are sent.
 */
const ROUTE = /^\/flows\/([a-z][a-z-]*)\/(messages|stats|credential|arm|disarm|send)(?:\/([^/]+))?$/;

try {
  await main(process.env);
} catch (error) {
  console.error(error.message || String(error));
  process.exitCode = 1;
}

async function main(env) {
  for (const name of ['PORT', 'RUN_DIR'])
    if (!env[name]) throw new Error(`the environment variable ${name} is not set`);
  const ledger = await openLedger(env.RUN_DIR);
  const sender = createSender({ ledger, env });
  const drop = env.DROP ? readDropFolder({ folder: env.DROP, ledger }) : undefined;
  const server = createServer((request, response) => {
    if (!server.listening) response.shouldKeepAlive = false;
    answer({ ledger, sender, env }, request)
      .catch((error) => ({ status: error.status ?? 500, json: { error: error.message } }))
      .then(({ status, json }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(json));
      });
  });
  server.listen(Number(env.PORT), '127.0.0.1');
  await once(server, 'listening');
  console.log(`partner listens on http://127.0.0.1:${server.address().port}`);
  const shutDown = async () => {
    server.close();
    server.closeIdleConnections?.();
    await Promise.all([once(server, 'close'), sender.close(), drop?.close()]);
    await ledger.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, shutDown);
}

async function answer(context, request) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const body = await readJson(request);
  const { ledger } = context;
  if (pathname === '/health') return { status: 200, json: { status: 'ok' } };
  if (pathname === '/notices') return notices(ledger, request.method, body);
  const [, name, what, id] = ROUTE.exec(pathname) ?? [];
  const work = FLOW[`${request.method} ${what}`];
  if (work === undefined) return { status: 404, json: { error: 'there is nothing here' } };
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return work({ ...context, flow: ledger.flowOf(name), body, token, id });
}

async function notices(ledger, method, body) {
  if (method === 'GET') return { status: 200, json: { items: ledger.notices } };
  await ledger.record({ type: 'notice', notice: { ...body, at: new Date().toISOString() } });
  return { status: 201, json: { kept: ledger.notices.length } };
}

const FLOW = {
  async 'POST messages'({ ledger, sender, env, flow, body, token }) {
    if (!isSame(flow.token, token)) return { status: 401, json: { error: 'the credential is not valid' } };
    if (!Array.isArray(body) || body.some((item) => typeof item?.messageId !== 'string'))
      return { status: 400, json: { error: 'a list of messages with their ids is expected' } };
    await ledger.record(...body.map((item) => ({ type: 'message', flow: flow.name, item })));
    // A platform that tells everybody of every change, also whoever made it, and forgets where it came from.
    if (env.ECHO) for (const { source, ...item } of body) sendBack(sender, ledger.flowOf(env.ECHO), item);
    return { status: 200, json: { accepted: body.length } };
  },
  async 'GET messages'({ flow, id }) {
    if (id === undefined) return { status: 200, json: { items: [...flow.messages.keys()] } };
    const messageId = decodeURIComponent(id);
    const found = flow.messages.get(messageId);
    if (found) return { status: 200, json: { ...found.item, count: found.count } };
    if (flow.sent.has(messageId))
      return { status: 200, json: { messageId, sent: true, acknowledged: flow.acknowledged.has(messageId) } };
    return { status: 404, json: { error: 'never received or sent' } };
  },
  'GET stats': async ({ flow }) => ({ status: 200, json: statsOf(flow) }),
  /** Issues a credential, or keeps the one that the CRM has issued for its hook. */
  async 'POST credential'({ ledger, flow, body }) {
    const token = typeof body.token === 'string' ? body.token : randomBytes(24).toString('base64url');
    await ledger.record({ type: 'credential', flow: flow.name, token });
    return { status: 201, json: { token } };
  },
  async 'DELETE credential'({ ledger, flow }) {
    await ledger.record({ type: 'credential', flow: flow.name, token: null });
    return { status: 200, json: { revoked: true } };
  },
  async 'POST arm'({ sender, flow, body }) {
    await sender.arm(flow, { intervalMs: Number(body.intervalMs) || 1000 });
    return { status: 200, json: { armed: true } };
  },
  async 'POST disarm'({ sender, flow }) {
    await sender.disarm(flow);
    return { status: 200, json: { armed: false } };
  },
  async 'POST send'({ sender, flow, body }) {
    if (typeof body.messageId !== 'string') return { status: 400, json: { error: 'the message has no id' } };
    return { status: 200, json: { status: await sender.sendNow(flow, body) } };
  },
};

function sendBack(sender, flow, item) {
  sender.sendNow(flow, item).catch((error) => console.error(`${flow.name}: ${error.cause?.message ?? error.message}`));
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (chunks.length === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) ?? {};
  } catch {
    throw Object.assign(new Error('the body is not JSON'), { status: 400 });
  }
}

function isSame(expected, given) {
  const [a, b] = [Buffer.from(expected ?? ''), Buffer.from(given ?? '')];
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b);
}
