// The fault proxy without a fault against no proxy at all: client, proxy and endpoint are three processes in one environment.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFlowProxy } from '../src/adapters/proxy/flow-proxy.ts';
import { systemClock } from '../src/adapters/process/clock.ts';
import { createProcessHost } from '../src/adapters/process/host.ts';
import { ROOT, temporaryFolder } from './support/folders.ts';
import { median } from './support/samples.ts';
import { printFigures, printLoad } from './support/table.ts';

const LEAST_MB_PER_SECOND = 500;
const MOST_ADDED_MICROSECONDS = 100;
const TICKS_PER_SECOND = 100;
const LOAD_PROGRAM = join(ROOT, 'bench', 'support', 'flow-load.ts');

using folder = temporaryFolder();
let proxyPid = 0;
const clock = systemClock();
const host = createProcessHost({ stateFolder: folder.path, clock });
const environment = await host.provision({
  id: 'bench-proxy',
  leaseMs: 600_000,
  atLeast: 'none',
  resources: {
    planned: async ({ name, facts }) => {
      if (name === 'flow-proxy') proxyPid = Number(facts['pid']);
    },
    released: async () => undefined,
  },
});

async function load(what: 'transfer' | 'ping', ports: readonly number[]): Promise<readonly (readonly number[])[]> {
  const ran = await environment.run({
    name: `load-${what}`,
    argv: [process.execPath, LOAD_PROGRAM, 'load', what, ...ports.map(String)],
    cwd: environment.folder,
    env: {},
    timeoutMs: 500_000,
  });
  if (ran.exitCode !== 0) throw new Error(`the load ended with ${ran.exitCode}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as readonly (readonly number[])[];
}

/** Seconds of processor time that the proxy has used: what a busy machine changes least. */
function processorSeconds(): number {
  const stat = readFileSync(`/proc/${proxyPid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function untilReady(port: number): Promise<void> {
  const ready = ['bash', '-c', `until exec 3<>/dev/tcp/127.0.0.1/${port}; do :; done`] as const;
  await environment.run({ name: 'ready', argv: [...ready], cwd: environment.folder, env: {}, timeoutMs: 20_000 });
}

try {
  const [port] = [await environment.freePort(), await environment.freePort()];
  await environment.start({
    name: 'endpoint',
    argv: [process.execPath, LOAD_PROGRAM, 'serve', String(port)],
    cwd: environment.folder,
    env: {},
  });
  const proxy = createFlowProxy({ environment, clock });
  const http = await proxy.listen('http', { port, speaks: 'http' });
  const tcp = await proxy.listen('tcp', { port: port + 1, speaks: 'tcp' });
  await untilReady(port + 1);

  printLoad('before');
  const secondsBefore = processorSeconds();
  const speeds = await load('transfer', [port, http.port, port + 1, tcp.port]);
  const secondsUsed = processorSeconds() - secondsBefore;
  const bytes = (await Promise.all(['http', 'tcp'].map((flow) => proxy.traffic(flow))))
    .map(({ counters }) => counters.bytesReceived)
    .reduce((sum, each) => sum + each, 0);
  const [direct = [], proxied = []] = await load('ping', [port, http.port]);
  printLoad('after');
  const { counters } = await proxy.traffic('http');

  const [directSpeed = 0, httpSpeed = 0, tcpDirect = 0, tcpSpeed = 0] = speeds.map(median);
  const fastest = Math.max(...(speeds[1] ?? []));
  const added = median(proxied) - median(direct);
  const ratio = (speed: number): number => LEAST_MB_PER_SECOND / speed;
  const target = `≥ ${LEAST_MB_PER_SECOND} MB/s`;
  const speed = (value: number): string => `${value.toFixed(0)} MB/s`;
  printFigures('fault proxy, no fault, medians of 5', [
    { what: 'HTTP answer of 134 MB, direct', measured: speed(directSpeed) },
    { what: 'HTTP, through the proxy', measured: speed(httpSpeed), target: { text: target, ratio: ratio(httpSpeed) } },
    { what: 'HTTP, through the proxy, fastest round', measured: speed(fastest) },
    { what: 'TCP, direct', measured: speed(tcpDirect) },
    { what: 'TCP, through the proxy', measured: speed(tcpSpeed), target: { text: target, ratio: ratio(tcpSpeed) } },
    { what: 'per second of processor time of the proxy', measured: speed(bytes / 1_000_000 / secondsUsed) },
    { what: 'small POST, p50 direct', measured: `${median(direct).toFixed(0)} µs` },
    { what: 'small POST, p50 through the proxy', measured: `${median(proxied).toFixed(0)} µs` },
    {
      what: 'added by the proxy, p50',
      measured: `${added.toFixed(0)} µs`,
      target: { text: `≤ ${MOST_ADDED_MICROSECONDS} µs`, ratio: added / MOST_ADDED_MICROSECONDS },
    },
    { what: 'messages that the proxy counted', measured: String(counters.messages) },
  ]);
} finally {
  await environment.release();
}
