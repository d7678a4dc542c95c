import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Environment, ReleaseProof, Resource, Route } from '../../environment/host.ts';
import { invariant } from '../../kernel/errors.ts';
import type { GateClient } from './gate-client.ts';
import { giveTo } from './hand-over.ts';
import { judgeAttempts, readAttempts } from './isolation-log.ts';
import { type Lease, writeLease } from './lease.ts';
import { findProcesses } from './membership.ts';
import { watchOutwardConnections } from './outward-connections.ts';
import type { OutwardListener } from './outward-listener.ts';
import type { ProcessIdentity } from './proc.ts';
import { removeEnvironment } from './removal.ts';
import { runCommand } from './run-command.ts';
import { startProcess, type Workplace } from './running-process.ts';
import { throttle } from './throttle.ts';

/** How long programs may take to end in order before they are killed. Their data is thrown away anyway. */
const RELEASE_GRACE_MS = 2_000;
const PLACE_NAME = /^[a-z0-9][a-z0-9._-]{0,30}$/;

export interface Parts {
  readonly place: Workplace;
  readonly lease: LeaseKeeper;
  readonly listener: OutwardListener;
  readonly gate: GateClient;
  readonly gateChild: ChildProcess;
  /** Our own processes inside: they are no leak and no part of what is drilled. */
  readonly own: readonly ProcessIdentity[];
  /** Journalled at provision, to be journalled as released. */
  readonly made: readonly Resource[];
  readonly keep: boolean;
  readonly onReleased: () => void;
}

/** Writes of the lease one after the other. */
export interface LeaseKeeper {
  readonly current: Lease;
  change(part: Partial<Lease>): Promise<void>;
}

export function keepLease(folder: string, first: Lease): LeaseKeeper {
  let current = first;
  let written: Promise<void> = Promise.resolve();
  return {
    get current() {
      return current;
    },
    change: (part) => {
      current = { ...current, ...part };
      written = written.then(() => writeLease(folder, current));
      return written;
    },
  };
}

export function createEnvironment(parts: Parts): Environment {
  const { place, lease, gate } = parts;
  const { id, folder, clock, namespace } = place;
  const { socketFolder } = lease.current;
  const watch = namespace.level === 'none' ? watchOutwardConnections(place.membership, clock) : undefined;
  let released: Promise<ReleaseProof> | undefined;
  const until = (ms: number): string => new Date(clock.wallMs() + ms).toISOString();
  return {
    id,
    folder,
    socketFolder,
    level: namespace.level,
    account: namespace.account.name,
    memoryLimits: place.memory === undefined ? 'not-enforced' : 'enforced',
    start: (command) => startProcess(place, command, { stdin: 'ignore', logs: 'together' }),
    run: (command) => runCommand(place, command),
    throttle: (name, request) => throttle(place, name, request),
    expose: async (name, port) => {
      const socket = socketPath(socketFolder, name);
      await gate.ask({ do: 'expose', socket, port });
      return socket;
    },
    route: (name) => openRoute(gate, socketPath(socketFolder, `${name}.route`), name),
    freePort: () => gate.ask({ do: 'free-port' }),
    isolation: async () => ({
      ...judgeAttempts(await readAttempts(place.settings.logFile), namespace.level, namespace.name ?? 'none'),
      outward: watch?.seen() ?? [],
    }),
    processes: () => Promise.resolve(findOthers(parts)),
    handOver: (path) => (namespace.needsHandOver ? giveTo(path, namespace.account) : Promise.resolve()),
    renewLease: (ms) => lease.change({ leaseUntil: until(ms) }),
    hold: async (ms) => {
      invariant(parts.keep, `environment ${id} was not provisioned to be kept`);
      await lease.change({ held: true, leaseUntil: until(ms) });
      watch?.stop();
      letGo(parts);
    },
    release: () => {
      watch?.stop();
      released ??= release(parts);
      return released;
    },
  };
}

function socketPath(socketFolder: string, name: string): string {
  invariant(PLACE_NAME.test(name.replace(/\.route$/, '')), `${JSON.stringify(name)} cannot be the name of a socket`);
  return join(socketFolder, `${name}.sock`);
}

async function openRoute(gate: GateClient, socket: string, name: string): Promise<Route> {
  const port = await gate.ask({ do: 'route', name, socket });
  return {
    name,
    port,
    socket,
    switchTo: async (target) => {
      await gate.ask({ do: 'switch', name, port: target });
    },
  };
}

function findOthers({ place, own }: Parts): readonly { readonly pid: number; readonly command: string }[] {
  return findProcesses(place.membership)
    .filter((found) => !own.some((ours) => ours.pid === found.pid && ours.startTime === found.startTime))
    .map(({ pid, command }) => ({ pid, command }));
}

/** Nothing of a kept environment may keep us from ending. */
function letGo({ place, gateChild }: Parts): void {
  place.namespace.unref();
  for (const child of [gateChild, ...[...place.running.values()].map((running) => running.child)]) {
    child.unref();
    for (const stream of child.stdio) (stream as Socket | null)?.unref?.();
  }
}

async function release(parts: Parts): Promise<ReleaseProof> {
  const { place, lease } = parts;
  const running = [...place.running.values()];
  await Promise.allSettled(running.map((each) => each.stop(RELEASE_GRACE_MS)));
  const { leaked } = await removeEnvironment({ folder: place.folder, lease: lease.current, clock: place.clock });
  place.namespace.close();
  await parts.listener.close();
  if (leaked.length === 0) for (const resource of [...parts.made].reverse()) await place.resources.released(resource);
  parts.onReleased();
  return { leaked };
}
