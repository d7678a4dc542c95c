import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Environment } from '../../environment/host.ts';
import type { RoundConnection, WentRound } from '../../flow/proxy.ts';
import type { Clock } from '../../kernel/clock.ts';
import { now } from './traffic-log.ts';

/** Looks again and again at the environment's table of connections; what it can miss stands at `WentRound`. */
export interface RoundWatch {
  seen(): Promise<WentRound>;
  stop(): void;
}

export interface RoundWatchOptions {
  readonly environment: Environment;
  readonly clock: Clock;
  /** A process inside: it shows the table of its network namespace. */
  readonly inside: number;
  /** Of the target. */
  readonly port: number;
}

const SAMPLE_EVERY_MS = 250;

export function watchRound(options: RoundWatchOptions): RoundWatch {
  const over = new AbortController();
  const byPrograms = new Map<string, RoundConnection>();
  const unattributed = new Map<string, RoundConnection>();
  const ours = new Set<string>();
  let samples = 0;
  const look = async (maxAgeMs: number): Promise<void> => {
    samples += 1;
    const strangers = (await readConnections(options, maxAgeMs)).filter(
      ({ from }) => !byPrograms.has(from) && !ours.has(from),
    );
    if (strangers.length === 0) return;
    const programs = new Map((await options.environment.processes()).map(({ pid, command }) => [pid, command]));
    const owners = findOwners(options.inside);
    for (const { from, inode } of strangers) {
      const pid = owners.get(inode);
      const command = pid === undefined ? undefined : programs.get(pid);
      if (pid !== undefined && (command === undefined || isOfTarget(pid, options.port))) ours.add(from);
      else if (pid !== undefined && command !== undefined)
        byPrograms.set(from, { from, process: { pid, command }, seenAt: now() });
      else if (!unattributed.has(from)) unattributed.set(from, { from, process: null, seenAt: now() });
      if (pid !== undefined) unattributed.delete(from);
    }
  };
  const loop = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await look(SAMPLE_EVERY_MS / 2);
      await options.clock.wait(SAMPLE_EVERY_MS, over.signal);
    }
  };
  loop().catch(() => undefined); // called off by stop
  return {
    seen: async () => {
      await look(0);
      return { byPrograms: [...byPrograms.values()], unattributed: [...unattributed.values()], samples };
    },
    stop: () => over.abort(),
  };
}

/** The target's own program, and its commands: they alone are told its port, in a variable of their own. */
function isOfTarget(pid: number, port: number): boolean {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return variables.some((variable) => variable.endsWith(`=${port}`));
  } catch {
    return false; // ended meanwhile: whoever it was, it stays named by its command
  }
}

interface Connection {
  /** `address:port` of the side that connected. */
  readonly from: string;
  /** Of the socket of the side that connected; 0 when it is closed already. */
  readonly inode: string;
}

interface Tables {
  readonly atMs: number;
  readonly text: Promise<readonly string[]>;
}

/** All flows of an environment look at the same tables, and the kernel takes milliseconds to write them. */
const lastTables = new WeakMap<Environment, Tables>();

async function readConnections(options: RoundWatchOptions, maxAgeMs: number): Promise<readonly Connection[]> {
  const { environment, clock, inside, port } = options;
  const last = lastTables.get(environment);
  const isFresh = last !== undefined && clock.monotonicMs() - last.atMs <= maxAgeMs;
  const tables = isFresh ? last : { atMs: clock.monotonicMs(), text: readTables(inside) };
  lastTables.set(environment, tables);
  return (await tables.text).flatMap((table) => parseConnections(table, port));
}

async function readTables(inside: number): Promise<readonly string[]> {
  // Unreadable: the proxy has ended, which its next answer tells; or a kernel without IPv6.
  const read = (family: string): Promise<string> => readFile(`/proc/${inside}/net/${family}`, 'utf8').catch(() => '');
  return Promise.all(['tcp', 'tcp6'].map(read));
}

const LISTENING = '0A';

/** Both ends of a loopback connection stand in the table; of a closed one only that which closed first, for 60 s. */
export function parseConnections(table: string, port: number): readonly Connection[] {
  const found = new Map<string, Connection>();
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [local = '', remote = '', state = '', inode = '0'] = [fields[1], fields[2], fields[3], fields[9]];
    if (state === LISTENING || state === '') continue;
    if (portOf(remote) === port && isLoopback(remote)) found.set(local, { from: readable(local), inode });
    else if (portOf(local) === port && !found.has(remote)) found.set(remote, { from: readable(remote), inode: '0' });
  }
  return [...found.values()].filter(({ from }) => !from.startsWith('127.77.'));
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.indexOf(':') + 1), 16);
}

function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\])/.test(readable(address));
}

/** Words of four bytes in the machine's order: little-endian on everything that Node runs on but s390x. */
function readable(address: string): string {
  const bytes = (address.split(':')[0]?.match(/.{8}/g) ?? []).flatMap((word) =>
    [...Buffer.from(word, 'hex')].reverse(),
  );
  const isMapped = bytes.length === 16 && bytes.slice(0, 12).join() === [...Array(10).fill(0), 255, 255].join();
  if (bytes.length === 4 || isMapped) return `${bytes.slice(-4).join('.')}:${portOf(address)}`;
  const isOne = bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
  return `[${isOne ? '::1' : Buffer.from(bytes).toString('hex')}]:${portOf(address)}`;
}

/** Sockets of every process in the same network namespace, also of our own there. */
function findOwners(inside: number): ReadonlyMap<string, number> {
  const namespace = readNamespace(inside);
  const owners = new Map<string, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || namespace === undefined || readNamespace(Number(name)) !== namespace) continue;
    for (const inode of socketsOf(name)) owners.set(inode, Number(name));
  }
  return owners;
}

function readNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined; // ended meanwhile, or not ours to look at
  }
}

function socketsOf(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    );
  } catch {
    return []; // ended, or closed a file while we were looking: the next sample sees it
  }
}
