/**
 * A program of its own, run inside each environment: the only bridge between its network and our unix sockets.
 * It also watches over the environment: when we are gone (standard input ended) and the environment is not held, or its
 * lease has run out, it ends every process in it, itself last.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createForwarder, type Forwarder } from './forwarder.ts';
import type { GateAnswer, GateRequest, GateSettings } from './gate-protocol.ts';
import { findProcesses, signal } from './membership.ts';

const LEASE_LOOK_MS = 15_000;
/** Below the range from which the kernel takes ports of outgoing connections, so that a closed route keeps its port. */
const PORTS = { from: 20_000, to: 32_000 } as const;

const settings = JSON.parse(process.argv[2] ?? '{}') as GateSettings;
const routes = new Map<string, Forwarder>();
let nextPort = PORTS.from + ((process.pid * 17) % 4_000);

async function answer(request: GateRequest): Promise<number> {
  switch (request.do) {
    case 'free-port':
      return findFreePort();
    case 'expose':
      await createForwarder([{ socket: request.socket }]).switchTo(request.port);
      return 0;
    case 'route': {
      const port = await findFreePort();
      routes.set(request.name, createForwarder([{ socket: request.socket }, { port }]));
      return port;
    }
    case 'switch':
      await routes.get(request.name)?.switchTo(request.port);
      return 0;
  }
}

/** Never the same one twice: a service may take its time until it listens. */
async function findFreePort(): Promise<number> {
  while (nextPort < PORTS.to) {
    const port = nextPort++;
    if (!settings.reserved.includes(port) && (await isFree(port))) return port;
  }
  throw new Error('no free port left');
}

async function isFree(port: number): Promise<boolean> {
  const server: Server = createServer();
  try {
    await once(server.listen({ port, host: '0.0.0.0' }), 'listening');
  } catch {
    return false; // taken: the next one is tried
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}

function say(message: GateAnswer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Kills until nobody is left, because a process may have been born meanwhile. */
function endEverything(): never {
  const membership = { marker: settings.marker, namespace: settings.namespace ?? undefined, folder: settings.folder };
  for (let round = 0; round < 50; round += 1) {
    const others = findProcesses(membership);
    if (others.length === 0) break;
    for (const other of others) signal(other, 'SIGKILL');
  }
  process.exit(0);
}

function lookAtLease(): void {
  if (!isHeld()) endEverything();
}

/** A lease that is gone has ended. */
function isHeld(): boolean {
  try {
    const lease = JSON.parse(readFileSync(join(settings.folder, 'lease.json'), 'utf8')) as {
      readonly leaseUntil: string;
      readonly held: boolean;
    };
    return lease.held && Date.parse(lease.leaseUntil) > Date.now();
  } catch {
    return false;
  }
}

process.stdout.on('error', () => undefined); // we are gone; what follows is decided at the end of standard input
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const request = JSON.parse(line) as GateRequest;
  answer(request).then(
    (port) => say({ serial: request.serial, port, trouble: null }),
    (error: unknown) => say({ serial: request.serial, port: 0, trouble: String(error) }),
  );
});
lines.on('close', () => {
  lookAtLease();
  setInterval(lookAtLease, LEASE_LOOK_MS);
});
say({ serial: 0, port: 0, trouble: null });
