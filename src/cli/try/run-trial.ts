import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';
import { hashFile } from '../../adapters/files/tree.ts';
import { createDirectoryStore } from '../../adapters/directory/store.ts';
import type { PostgresBinaries } from '../../adapters/postgres/binaries.ts';
import { postgresInjector } from '../../adapters/postgres/faults/injector.ts';
import { createPostgresStore } from '../../adapters/postgres/store.ts';
import { fileTruthVault } from '../../adapters/vault/truth-vault.ts';
import type { Environment, Host } from '../../environment/host.ts';
import type { Injector } from '../../fault/injector.ts';
import type { Clock } from '../../kernel/clock.ts';
import { invariant, isRollproofError, messageOf, RollproofError } from '../../kernel/errors.ts';
import type { Obstacle } from '../../proof/trial-findings.ts';
import type { TrialRecord } from '../../proof/trial-record.ts';
import { assembleTrial } from '../../proof/trial-verdict.ts';
import { isSqlStore, type Store } from '../../subject/store.ts';
import type { StateFolder } from '../state.ts';
import { ownVersion } from '../version.ts';
import { machineOf, type Profile } from '../wiring.ts';
import { type Draft, emptyDraft } from './draft.ts';
import { folderInjector } from './folder-damage.ts';
import { unpackTo } from './head.ts';
import type { Progress } from './progress.ts';
import { sourceOf, type TrialSubject } from './subjects.ts';
import { tryStore } from './try-store.ts';

export interface TrialRequest {
  readonly id: string;
  readonly command: string;
  readonly state: StateFolder;
  readonly clock: Clock;
  readonly host: Host;
  readonly subjects: readonly TrialSubject[];
  /** By name of the subject; folders need none. */
  readonly binaries: ReadonlyMap<string, PostgresBinaries>;
  readonly profile: Profile;
  readonly seed: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const LEASE_MS = 24 * 3_600_000;

/** Sortable by time and short enough for the path of a socket. */
export function trialId(nowMs: number): string {
  return `t-${Math.floor(nowMs / 1_000).toString(36)}${randomBytes(3).toString('hex')}`;
}

interface Tried {
  readonly store: Draft;
  readonly obstacle: Obstacle | null;
}

/** All subjects one after the other in one environment, which is gone when this returns or throws. */
export async function runTrial(request: TrialRequest): Promise<TrialRecord> {
  const { clock, signal } = request;
  const startedAt = new Date(clock.wallMs()).toISOString();
  for (const { id } of await request.host.reap())
    request.progress.say(`  ${id} was left behind by a process that died, and is removed`);
  // The lease in the environment's folder is what a later run cleans up from, should this one be killed.
  const environment = await request.host.provision({
    id: request.id,
    leaseMs: LEASE_MS,
    atLeast: 'none',
    resources: { planned: async () => undefined, released: async () => undefined },
  });
  const stores: Tried[] = [];
  let isolation: Awaited<ReturnType<Environment['isolation']>> | null = null;
  try {
    for (const subject of request.subjects) {
      signal.throwIfAborted();
      stores.push(await trySubject(request, environment, subject));
    }
    isolation = await environment.isolation();
  } catch (error) {
    await removeAll(request, environment);
    throw error;
  }
  const leaked = await removeAll(request, environment);
  return assembleTrial({
    trial: { id: request.id, startedAt, command: request.command, seed: request.seed },
    stores,
    environment: {
      host: 'process',
      isolation: {
        level: isolation.level,
        outsideReached: isolation.outsideReached,
        attempts: isolation.attempts,
        escaped: [...isolation.escaped, ...isolation.outward],
      },
      profile: request.profile,
      machine: machineOf(),
      leaked: [...leaked],
    },
    versions: versionsOf(request),
    nowMs: clock.wallMs(),
  });
}

function removeAll({ progress }: TrialRequest, environment: Environment): Promise<readonly string[]> {
  const remove = async (): Promise<readonly string[]> => (await environment.release()).leaked;
  progress.about(null);
  return progress.step('remove everything and look again', remove, (leaked) =>
    leaked.length === 0 ? 'nothing is left' : `left behind: ${leaked.join(', ')}`,
  );
}

/** What stops one store does not stop the others; what this machine lacks stops all. */
async function trySubject(request: TrialRequest, environment: Environment, subject: TrialSubject): Promise<Tried> {
  const draft = emptyDraft(subject);
  request.progress.about(subject.name);
  const [first, second] = [
    makeStore(request, environment, { subject, copy: 'first' }),
    makeStore(request, environment, { subject, copy: 'second' }),
  ];
  if (!subject.backup.mustBeUnpacked) await refuseObstacle(first, subject, subject.backup.path);
  try {
    const source = sourceOf(subject, await unpacked(request, environment, subject));
    const vault = fileTruthVault({ folder: join(environment.folder, `truth-${subject.name}`), clock: request.clock });
    await tryStore({ ...request, subject, source, first, second, injectorFor, vault }, draft);
    return { store: await asGiven(draft, subject), obstacle: null };
  } catch (error) {
    request.signal.throwIfAborted();
    return { store: await asGiven(draft, subject), obstacle: obstacleFrom(error, environment.folder) };
  } finally {
    for (const store of [first, second]) await store.release();
  }
}

/** A result is what says something about the backup, or that nothing could be found out about it; a defect is thrown on. */
function obstacleFrom(error: unknown, removed: string): Obstacle {
  if (isDiskFull(error))
    return {
      because: 'environment',
      message: `the disk is full: ${messageOf(error)}`,
      hint: 'name a folder on a larger disk: --state FOLDER',
    };
  if (!isRollproofError(error) || error.code === 'invariant-broken') throw error;
  // A hint at a log is of no use when the environment is gone.
  const hint = error.hint === undefined || error.hint.includes(removed) ? null : error.hint;
  return { because: error.code === 'restore-point-bad' ? 'backup' : 'environment', message: error.message, hint };
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** A tool that is missing here says nothing about the backup, and is known before any work is done. */
async function refuseObstacle(store: Store, subject: TrialSubject, path: string): Promise<void> {
  const obstacle = await store.obstacleTo(sourceOf(subject, path));
  if (obstacle !== null)
    throw new RollproofError('environment-not-ready', `${subject.backup.path} cannot be tried here: ${obstacle}`);
}

function makeStore(
  request: TrialRequest,
  environment: Environment,
  of: { readonly subject: TrialSubject; readonly copy: 'first' | 'second' },
): Store {
  const { subject, copy } = of;
  const name = copy === 'first' ? `${subject.name}-first` : subject.name;
  if (subject.kind === 'directory') return createDirectoryStore({ name, environment });
  const binaries = request.binaries.get(subject.name);
  invariant(binaries !== undefined, `there are no PostgreSQL binaries for ${subject.name}`);
  return createPostgresStore({
    name,
    environment,
    binaries,
    profile: request.profile,
    stateFolder: request.state.path,
  });
}

function injectorFor(store: Store): Injector {
  return isSqlStore(store) ? postgresInjector(store) : folderInjector(store);
}

/** Only for packings that the restore does not read itself. */
async function unpacked(request: TrialRequest, environment: Environment, subject: TrialSubject): Promise<string> {
  const { backup } = subject;
  if (!backup.mustBeUnpacked) return backup.path;
  const folder = join(environment.folder, 'unpacked');
  const into = join(folder, subject.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await request.progress.step(
    `unpack (${backup.packing})`,
    () => unpackTo({ path: backup.path, packing: backup.packing, into, signal: request.signal }),
    () => '',
  );
  await environment.handOver(folder);
  return into;
}

/** The certificate is of the file that was given, not of what was unpacked from it. */
async function asGiven(draft: Draft, { backup }: TrialSubject): Promise<Draft> {
  const { certificate } = draft;
  if (certificate === null || !backup.mustBeUnpacked) return draft;
  const found = await stat(backup.path);
  const takenAt = certificate.takenAt !== null && backup.isDense ? certificate.takenAt : found.mtime.toISOString();
  return {
    ...draft,
    certificate: {
      ...certificate,
      sizeBytes: backup.sizeBytes,
      digest: `sha256:${await hashFile(backup.path)}`,
      takenAt,
    },
  };
}

function versionsOf({ binaries }: TrialRequest): Record<string, string> {
  const postgres = [...new Set([...binaries.values()].map((one) => `${one.version} (${one.origin})`))].join(', ');
  return {
    rollproof: ownVersion(),
    node: process.versions.node,
    ...(postgres === '' ? {} : { postgres }),
    system: `${platform()} ${release()} ${arch()}`,
  };
}
