import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RollproofError } from '../../kernel/errors.ts';
import { isAlive, readBootId } from './proc.ts';

const IDENTITY = z.object({ pid: z.number(), startTime: z.string() });

const LEASE = z.object({
  version: z.literal(1),
  id: z.string(),
  /** Sets its processes apart from those of an environment of the same id under another state folder. */
  marker: z.string(),
  owner: IDENTITY,
  bootId: z.string(),
  /** ISO 8601 */
  leaseUntil: z.string(),
  /** True: it outlives its owner until the lease runs out. */
  held: z.boolean(),
  level: z.enum(['userns', 'netns', 'none']).nullable(),
  namespace: z.string().nullable(),
  holder: IDENTITY.nullable(),
  /** Whether its mounts are its own too, beside its network. */
  hasOwnMounts: z.boolean(),
  account: z.object({ name: z.string(), uid: z.number(), gid: z.number() }).nullable(),
  socketFolder: z.string(),
  /** Folders of memory limits. */
  memoryGroups: z.array(z.string()),
});

/** Who may use an environment and until when, and everything that the reaper needs to remove it. */
export type Lease = Readonly<z.infer<typeof LEASE>>;

const LEASE_FILE = 'lease.json';
/** A folder of this ending is being made; it holds nothing but perhaps a lease. */
const UNBORN = '.new';

export function environmentsFolder(stateFolder: string): string {
  return join(stateFolder, 'environments');
}

/** Makes the environment's folder together with its lease, so that no folder is ever without one. */
export async function claimFolder(stateFolder: string, lease: Lease): Promise<string> {
  const parent = environmentsFolder(stateFolder);
  const folder = join(parent, lease.id);
  const unborn = `${folder}${UNBORN}`;
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await mkdir(unborn, { recursive: true, mode: 0o700 });
  await writeFile(join(unborn, LEASE_FILE), JSON.stringify(lease, null, 2), { mode: 0o600 });
  try {
    await rename(unborn, folder);
  } catch (cause) {
    await rm(unborn, { recursive: true, force: true });
    throw new RollproofError('already-running', `an environment ${lease.id} exists already`, {
      hint: 'rollproof env list shows it, rollproof clean removes what nobody uses any more.',
      cause,
    });
  }
  return folder;
}

/** Whole or not at all: a reader never sees half a lease. */
export async function writeLease(folder: string, lease: Lease): Promise<void> {
  const next = join(folder, `${LEASE_FILE}.next`);
  await writeFile(next, JSON.stringify(lease, null, 2), { mode: 0o600 });
  await rename(next, join(folder, LEASE_FILE));
}

export async function readLease(folder: string): Promise<Lease | undefined> {
  try {
    return LEASE.parse(JSON.parse(await readFile(join(folder, LEASE_FILE), 'utf8')));
  } catch {
    return undefined; // no lease of ours: whatever this folder is, it is not touched
  }
}

export interface LeasedFolder {
  readonly folder: string;
  readonly lease: Lease;
}

export async function listLeases(stateFolder: string): Promise<readonly LeasedFolder[]> {
  const parent = environmentsFolder(stateFolder);
  const names = await readdir(parent).catch(() => []); // no environment was ever made here
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = join(parent, name);
      const lease = await readLease(folder);
      return lease === undefined ? undefined : { folder, lease };
    }),
  );
  return found.filter((entry) => entry !== undefined);
}

const UNBORN_FOR_MS = 60_000;

/** A claim that was cut off before it wrote its lease leaves an empty folder. */
export async function removeUnborn(stateFolder: string, nowMs: number): Promise<void> {
  const parent = environmentsFolder(stateFolder);
  for (const name of (await readdir(parent).catch(() => [])).filter((each) => each.endsWith(UNBORN))) {
    const { mtimeMs } = await stat(join(parent, name));
    // Not empty means somebody is at it: then it stays.
    if (mtimeMs + UNBORN_FOR_MS < nowMs) await rmdir(join(parent, name)).catch(() => undefined);
  }
}

export function hasLiveOwner(lease: Lease): boolean {
  return lease.bootId === readBootId() && isAlive(lease.owner);
}

export function hasRunOut(lease: Lease, nowMs: number): boolean {
  return Date.parse(lease.leaseUntil) <= nowMs;
}
