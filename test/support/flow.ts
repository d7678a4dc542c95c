import { unixHttpClient } from '../../src/adapters/http/unix-client.ts';
import { createFlowProxy } from '../../src/adapters/proxy/flow-proxy.ts';
import type { Environment } from '../../src/environment/host.ts';
import type { FlowFault } from '../../src/flow/flow-fault.ts';
import type { FlowAddress, FlowProxy } from '../../src/flow/proxy.ts';
import { type FaultShown, showFlowFault } from '../../src/flow/show-flow-fault.ts';
import type { HttpClient } from '../../src/people/http-client.ts';
import { clock, until } from './environments.ts';

/** An endpoint that stores messages in memory and tells what it has. */
const ENDPOINT = `
const { createServer } = require('node:http');
const { createHash } = require('node:crypto');
const arrived = [];
let at = 0, most = 0;
createServer((request, answer) => {
  at += 1; most = Math.max(most, at);
  answer.on('close', () => { at -= 1; });
  const say = (status, value) => {
    answer.writeHead(status, { 'content-type': 'application/json' });
    answer.end(JSON.stringify(value));
  };
  const path = request.url.split('?')[0];
  if (path === '/health') return say(200, { ok: true, amount: 7 });
  if (path === '/arrived') return say(200, { arrived, most });
  if (path === '/big') {
    const bytes = Number(request.url.split('?')[1]);
    answer.writeHead(200, { 'content-length': bytes });
    return answer.end(Buffer.alloc(bytes, 'x'));
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    if (path === '/upload') return say(200, { bytes: body.length, sum: createHash('sha256').update(body).digest('hex') });
    let value;
    try { value = JSON.parse(body); } catch { return say(400, { error: 'no JSON' }); }
    const items = Array.isArray(value) ? value : (value.items ?? [value]);
    if (items.some((item) => item.amount === undefined)) return say(422, { error: 'amount is missing' });
    arrived.push(...items.map((item) => item.messageId));
    const done = () => say(201, { stored: items.length });
    if (value.waits) setTimeout(done, value.waits); else done();
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

const ECHO = `require('node:net').createServer((socket) => { socket.on('error', () => {}); socket.pipe(socket); })
  .listen(Number(process.env.PORT), '127.0.0.1');`;

export interface MadeFlow extends AsyncDisposable {
  readonly environment: Environment;
  readonly proxy: FlowProxy;
  readonly targetPort: number;
  readonly address: FlowAddress;
  /** A unix socket that reaches the flow's address. */
  readonly throughSocket: string;
  readonly through: HttpClient;
  readonly direct: HttpClient;
  arrived(): Promise<readonly string[]>;
  show(fault: FlowFault, timeoutMs?: number): Promise<FaultShown>;
}

export async function startTarget(environment: Environment, speaks: 'http' | 'tcp' = 'http'): Promise<number> {
  const port = await environment.freePort();
  await environment.start({
    name: `target-${port}`,
    argv: ['node', '-e', speaks === 'http' ? ENDPOINT : ECHO],
    cwd: environment.folder,
    env: { PORT: String(port) },
  });
  return port;
}

export async function makeFlow(environment: Environment, speaks: 'http' | 'tcp' = 'http'): Promise<MadeFlow> {
  const targetPort = await startTarget(environment, speaks);
  const proxy = createFlowProxy({ environment, clock });
  const address = await proxy.listen('orders', { port: targetPort, speaks });
  const throughSocket = await environment.expose('orders', address.port);
  const through = unixHttpClient({ socketPath: throughSocket });
  const direct = unixHttpClient({ socketPath: address.directSocket });
  const arrived = async (): Promise<readonly string[]> =>
    (
      JSON.parse((await direct.send({ method: 'GET', path: '/arrived', timeoutMs: 10_000 })).body) as {
        arrived: string[];
      }
    ).arrived;
  if (speaks === 'http')
    await until('the endpoint answers', () =>
      arrived().then(
        () => true,
        () => false,
      ),
    );
  return {
    environment,
    proxy,
    targetPort,
    address,
    throughSocket,
    through,
    direct,
    arrived,
    show: (fault, timeoutMs = 10_000) =>
      showFlowFault({
        fault,
        flow: 'orders',
        proxy,
        clock,
        through,
        direct,
        request: { method: 'GET', path: '/health', timeoutMs },
        messages: { arrived, make: (ids) => post(ids) },
      }),
    [Symbol.asyncDispose]: async () => {
      await through[Symbol.asyncDispose]();
      await direct[Symbol.asyncDispose]();
      await proxy.close();
    },
  };
}

export function post(ids: readonly string[], more: Readonly<Record<string, unknown>> = {}) {
  const items = ids.map((messageId) => ({ messageId, amount: 3, ...more }));
  return {
    method: 'POST' as const,
    path: '/messages?token=secret',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(items.length === 1 ? items[0] : { items }),
    timeoutMs: 10_000,
  };
}
