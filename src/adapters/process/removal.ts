import { chmod, lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Reaped } from '../../environment/host.ts';
import type { Clock } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import { ownUid } from './account.ts';
import type { Lease, LeasedFolder } from './lease.ts';
import { findProcesses, type Membership, signal } from './membership.ts';
import { removeMemoryGroup } from './memory-limit.ts';
import { readBootId, readNetworkNamespace } from './proc.ts';

const KILL_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 5;

export interface Removal {
  readonly folder: string;
  readonly lease: Lease;
  readonly clock: Clock;
}

/** Undefined after a reboot: then neither pids nor namespaces mean anything any more. */
export function membershipOf({ folder, lease }: LeasedFolder): Membership | undefined {
  if (lease.bootId !== readBootId()) return undefined;
  // A lease that names our own namespace would make every process of the machine ours.
  const isOwn = lease.namespace === readNetworkNamespace('self');
  return { marker: lease.marker, namespace: isOwn ? undefined : (lease.namespace ?? undefined), folder };
}

/** Ends and removes everything that the lease names, then looks again. May be called twice, and half-way through. */
export async function removeEnvironment({ folder, lease, clock }: Removal): Promise<Reaped> {
  const removed: string[] = [];
  const leaked: string[] = [];
  const membership = membershipOf({ folder, lease });
  const survivors = membership === undefined ? [] : await killAll(membership, clock, removed);
  leaked.push(...survivors);
  const attempt = async (name: string, act: () => Promise<boolean>): Promise<void> => {
    try {
      if (await act()) removed.push(name);
    } catch (error) {
      leaked.push(`${name}: ${messageOf(error)}`);
    }
  };
  for (const group of lease.memoryGroups) await attempt(group, () => removeGroup(group));
  await attempt(lease.socketFolder, () => removeSocketFolder(lease.socketFolder));
  // What still runs needs its lease, or nobody would ever find it again.
  if (leaked.length === 0) await attempt(folder, () => removeLeasedFolder(folder));
  else leaked.push(folder);
  return { id: lease.id, removed, leaked };
}

async function killAll(membership: Membership, clock: Clock, removed: string[]): Promise<readonly string[]> {
  const seen = new Map<number, string>();
  const deadline = clock.monotonicMs() + KILL_WITHIN_MS;
  for (;;) {
    const found = findProcesses(membership);
    for (const each of found) {
      seen.set(each.pid, `process ${each.pid}: ${each.command}`);
      signal(each, 'SIGKILL');
    }
    if (found.length === 0 || clock.monotonicMs() > deadline) {
      const alive = found.map((each) => `process ${each.pid}: ${each.command}`);
      removed.push(...[...seen.values()].filter((each) => !alive.includes(each)));
      return alive;
    }
    await clock.wait(LOOK_EVERY_MS);
  }
}

async function removeGroup(folder: string): Promise<boolean> {
  if (!basename(folder).startsWith('rollproof-') || !folder.startsWith('/sys/fs/cgroup/'))
    throw new Error('not a memory group of ours');
  const there = await exists(folder);
  await removeMemoryGroup(folder);
  return there;
}

const SOCKET_FOLDER = /^rp-[0-9a-f]{8}$/;

export function socketFolderName(word: string): string {
  // Sockets in it must stay below 107 bytes.
  const parent = tmpdir().length > 60 ? '/tmp' : tmpdir();
  return join(parent, `rp-${word}`);
}

/** The lease is a file that anybody with our rights can write: only a folder of ours that looks like one is removed. */
async function removeSocketFolder(folder: string): Promise<boolean> {
  if (!(await exists(folder))) return false;
  const stats = await lstat(folder);
  if (!SOCKET_FOLDER.test(basename(folder)) || !stats.isDirectory() || (ownUid() !== 0 && stats.uid !== ownUid())) {
    throw new Error('not a socket folder of ours');
  }
  await rm(folder, { recursive: true, force: true });
  return true;
}

/** The lease goes last, so that a removal that is cut off can be taken up again. */
async function removeLeasedFolder(folder: string): Promise<boolean> {
  if (!(await exists(folder))) return false;
  const last = 'lease.json';
  for (const name of await readdir(folder)) if (name !== last) await removeTree(join(folder, name));
  await rm(join(folder, last), { force: true });
  await rmdir(folder);
  return true;
}

/** Programs may leave folders that even their owner may not enter. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    await openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openFolders(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openFolders(join(path, name));
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false, // absent, or its folder is: the same for whoever asks
  );
}
