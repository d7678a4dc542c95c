import { mkdir, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRollproofError, messageOf, RollproofError } from '../../kernel/errors.ts';
import type { RestorePointSource } from '../../subject/restore-point.ts';
import { unpackArchive } from '../files/archive.ts';
import { copyTree, type TreeEntry } from '../files/tree.ts';
import { badRestorePoint, COPY_AGAIN, isEnvironmentFailure } from '../files/bad-restore-point.ts';
import { type BaseBackupPlace, isTablespaceLink, locateBaseBackup } from './base-backup-content.ts';
import { disarmConfiguration } from './configuration.ts';
import type { LogMessage } from './messages.ts';
import { makeOwnFolder } from '../files/ownership.ts';
import type { PostgresServer } from './server.ts';
import { Staging } from './staging.ts';
import { findSuperuser } from './superuser.ts';
import { prepareTablespace } from './tablespaces.ts';

export interface BaseRestore {
  readonly server: PostgresServer;
  readonly source: RestorePointSource;
  readonly mode: 'empty' | 'over';
  readonly signal: AbortSignal;
}

/** Files of the old server or of its replication that must not steer the new one. */
const NOT_OURS = [
  'postmaster.pid',
  'postmaster.opts',
  'standby.signal',
  'recovery.signal',
  'recovery.conf',
  'tablespace_map',
  'backup_manifest',
] as const;

/**
 * Puts the data directory back, recovers it with its WAL and starts it on our configuration. `over` writes onto the old
 * data directory, as careless plans do: newer WAL that lies there is then replayed too.
 */
export async function restoreBaseBackup(request: BaseRestore): Promise<readonly LogMessage[]> {
  const { server, source, mode, signal } = request;
  const place = await locateBaseBackup(source.path);
  const { dataFolder } = server.layout;
  await server.stop(mode === 'empty' ? 'immediate' : 'fast');
  // Removed while the new files arrive.
  const discarded = mode === 'empty' ? rm(await setAside(server), { recursive: true, force: true }) : Promise.resolve();
  await makeOwnFolder(server.request.environment, server.folder);
  const staging = new Staging(server);
  try {
    await bringFiles(request, place);
    for (const name of NOT_OURS) await rm(join(dataFolder, name), { force: true });
    const { carried, leftBehind } = await disarmConfiguration(dataFolder);
    const archive = source.wal === undefined ? null : await staging.reachable(source.wal);
    if (archive !== null) await writeFile(join(dataFolder, 'recovery.signal'), '', { mode: 0o600 });
    await server.request.environment.handOver(server.folder);
    await startRecovered(request, {
      carried,
      ...(archive === null ? {} : { restoreCommand: restoreCommand(archive) }),
    });
    await findSuperuser(server, signal);
    return leftBehind.map((setting) => ({
      text: `setting '${setting}' of the backup was left behind`,
      severity: 'note',
    }));
  } finally {
    await discarded;
    await staging.remove();
  }
}

async function setAside(server: PostgresServer): Promise<string> {
  const old = `${server.folder}-discarded-${server.nextRun()}`;
  await rename(server.folder, old).catch(ignoreMissing);
  return old;
}

async function bringFiles(request: BaseRestore, place: BaseBackupPlace): Promise<void> {
  const { server, source, signal } = request;
  const { dataFolder } = server.layout;
  try {
    if (place.kind === 'folder') await bringFolder(request, place.base);
    else await bringArchives(request, place);
  } catch (error) {
    if (isRollproofError(error) || signal.aborted) throw error;
    throw new RollproofError('environment-not-ready', `cannot put back ${source.path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  await stat(join(dataFolder, 'PG_VERSION')).catch((error: unknown) => {
    throw badRestorePoint(source.path, {
      what: 'holds no PG_VERSION',
      hint: 'give a backup made by pg_basebackup',
      cause: error,
    });
  });
  for (const name of [
    'pg_wal',
    'pg_wal/archive_status',
    'pg_dynshmem',
    'pg_notify',
    'pg_serial',
    'pg_snapshots',
    'pg_stat_tmp',
    'pg_subtrans',
    'pg_replslot',
    'pg_tblspc',
    'pg_commit_ts',
    'pg_logical',
    'pg_stat',
    'pg_twophase',
    'pg_logical/snapshots',
    'pg_logical/mappings',
  ]) {
    await mkdir(join(dataFolder, name), { recursive: true, mode: 0o700 });
  }
}

async function bringFolder(request: BaseRestore, from: string): Promise<void> {
  const { server, signal } = request;
  const { dataFolder } = server.layout;
  const links: TreeEntry[] = [];
  const leaveOut = (entry: TreeEntry): boolean => {
    if (entry.kind === 'symlink') links.push(entry);
    return entry.kind === 'symlink' || entry.path === 'postmaster.pid';
  };
  await copyTree({ keepTimes: false, from, into: dataFolder, leaveOut, signal });
  for (const { path } of links) await bringLinked(request, { from: join(from, path), path });
}

/** A link in a data directory leads to the original's storage: its content is copied, the link made anew inside ours. */
async function bringLinked(request: BaseRestore, link: { from: string; path: string }): Promise<void> {
  const { server, source, signal } = request;
  if (!isTablespaceLink(link))
    throw badRestorePoint(source.path, {
      what: `holds the link ${link.path}, which no data directory has`,
      hint: 'replace the link by its content',
    });
  const target = await stat(link.from).catch(() => null);
  if (target === null)
    throw badRestorePoint(source.path, {
      what: `has the link ${link.path} to ${await readlink(link.from)}, which is not there`,
      hint: 'take the tablespaces with the backup',
    });
  const into =
    link.path === 'pg_wal'
      ? join(server.layout.dataFolder, 'pg_wal')
      : await prepareTablespace(server.layout, link.path.split('/').at(-1) ?? '');
  await copyTree({ keepTimes: false, from: link.from, into, signal });
}

async function bringArchives(request: BaseRestore, place: BaseBackupPlace): Promise<void> {
  const { server, mode, signal } = request;
  const { dataFolder } = server.layout;
  const incoming = mode === 'over' ? dataFolder : join(server.folder, 'incoming');
  await unpackArchive({ archive: place.base, into: incoming, signal, takesLink: isTablespaceLink });
  if (mode === 'empty') await rename(await dataRootIn(incoming), dataFolder);
  await rm(join(server.folder, 'incoming'), { recursive: true, force: true });
  if (place.wal !== null) await unpackArchive({ archive: place.wal, into: join(dataFolder, 'pg_wal'), signal });
  for (const line of (await readFile(join(dataFolder, 'tablespace_map'), 'utf8').catch(() => '')).split('\n')) {
    const oid = /^(\d+) /.exec(line)?.[1];
    if (oid === undefined) continue;
    const archive = place.tablespaces.get(oid);
    if (archive === undefined)
      throw badRestorePoint(place.base, {
        what: `needs the tablespace ${oid}, whose tar does not lie beside it`,
        hint: `put ${oid}.tar beside the base.tar of the same backup`,
      });
    await unpackArchive({ archive, into: await prepareTablespace(server.layout, oid), signal });
  }
}

/** Some pack the folder, some its content. */
async function dataRootIn(folder: string): Promise<string> {
  for (const pending = [folder]; pending.length > 0; ) {
    const candidate = pending.shift() ?? folder;
    const entries = await readdir(candidate, { withFileTypes: true });
    if (entries.some((entry) => entry.name === 'PG_VERSION') && entries.some((entry) => entry.name === 'global'))
      return candidate;
    pending.push(...entries.filter((entry) => entry.isDirectory()).map((entry) => join(candidate, entry.name)));
  }
  throw badRestorePoint(folder, { what: 'holds no data directory', hint: 'give a backup made by pg_basebackup' });
}

async function startRecovered(request: BaseRestore, options: Parameters<PostgresServer['start']>[0]): Promise<void> {
  const { server, source, signal } = request;
  try {
    await server.start({ ...options, signal });
  } catch (error) {
    if (!isRollproofError(error) || error.code !== 'environment-not-ready' || isEnvironmentFailure(error.message))
      throw error;
    throw badRestorePoint(source.path, {
      what: `was put back, but the server does not start with it: ${error.message}`,
      hint: COPY_AGAIN,
      cause: error,
    });
  }
}

/** Runs inside, in the data directory. `%` is special to the server, a quote to the shell. */
function restoreCommand(archive: string): string {
  const path = archive.replaceAll('%', '%%').replaceAll("'", String.raw`'\''`);
  return `cp '${path}/%f' "%p"`;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
