import { createHash } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { invariant } from '../../kernel/errors.ts';
import { copyTree, inParallel, hashFile, type TreeEntry, walk } from '../files/tree.ts';
import { isTablespaceLink } from './base-backup-content.ts';
import type { Connection } from './connection.ts';
import type { PostgresServer } from './server.ts';

/** Content that belongs to a running server, not to the data; the same list as pg_basebackup leaves out. */
const EMPTY_FOLDERS: ReadonlySet<string> = new Set([
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_replslot',
  'pg_wal',
]);
const LEFT_OUT: ReadonlySet<string> = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'backup_label',
  'backup_label.old',
  'tablespace_map',
  'tablespace_map.old',
  'backup_manifest',
  'current_logfiles',
  'postgresql.auto.conf.tmp',
  'postgresql.auto.conf.from-backup',
  'recovery.signal',
  'standby.signal',
]);

export function isTransient(entry: TreeEntry): boolean {
  const parts = entry.path.split('/');
  const [top = ''] = parts;
  if (parts.length > 1 && EMPTY_FOLDERS.has(top)) return true;
  const name = basename(entry.path);
  return (
    (parts.length === 1 && LEFT_OUT.has(name)) || name.startsWith('pgsql_tmp') || name.startsWith('pg_internal.init')
  );
}

export interface BaseBackupGoal {
  readonly folder: string;
  /** A twin is started at once and never checked again, so nothing is summed. */
  readonly for: 'keeping' | 'twin';
}

interface Range {
  readonly timeline: number;
  readonly start: string;
  readonly stop: string;
}

/**
 * Physical backup by the server's own low-level interface, so that it works without pg_basebackup. The folder carries the
 * WAL that it needs and a manifest that pg_verifybackup understands.
 */
export async function takeBaseBackup(server: PostgresServer, goal: BaseBackupGoal, signal: AbortSignal): Promise<void> {
  const { dataFolder } = server.layout;
  const { folder } = goal;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const connection = await server.connect('template1');
  try {
    // A temporary slot keeps the WAL from being recycled until this connection ends.
    await connection.query("select pg_create_physical_replication_slot('rollproof_' || pg_backend_pid(), true, true)");
    const start = await startBackup(connection);
    await copyData({ from: dataFolder, into: folder, signal });
    const range = await stopBackup({ connection, start, folder });
    await copyWal({ connection, range, from: join(dataFolder, 'pg_wal'), into: join(folder, 'pg_wal') });
    if (goal.for === 'keeping') await writeManifest(folder, range, connection.major);
  } finally {
    // Closing also ends a backup that was begun and not finished.
    await connection.close();
  }
}

/** Tablespaces become folders in place of their links, so that the backup is whole and leads nowhere. */
async function copyData(copy: {
  readonly from: string;
  readonly into: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const leaveOut = (entry: TreeEntry): boolean => isTransient(entry) || isTablespaceLink(entry);
  const { left } = await copyTree({ ...copy, keepTimes: false, leaveOut });
  for (const { path, target } of left) {
    if (target === null || !isTablespaceLink({ path })) continue;
    await copyTree({
      ...copy,
      keepTimes: false,
      from: join(copy.from, path),
      into: join(copy.into, path),
      leaveOut: isTransient,
    });
  }
}

async function startBackup(connection: Connection): Promise<string> {
  const call =
    connection.major >= 15 ? "pg_backup_start('rollproof', true)" : "pg_start_backup('rollproof', true, false)";
  const rows = await connection.query(`select ${call}::text as lsn`);
  return rows[0]?.['lsn'] ?? '';
}

async function stopBackup(backup: { connection: Connection; start: string; folder: string }): Promise<Range> {
  const { connection, folder } = backup;
  // No waiting for an archive: there is none, and we take the WAL ourselves.
  const call = connection.major >= 15 ? 'pg_backup_stop(false)' : 'pg_stop_backup(false, false)';
  const rows = await connection.query(`select lsn::text as lsn, labelfile as label from ${call}`);
  const { lsn, label } = rows[0] ?? {};
  invariant(typeof lsn === 'string' && typeof label === 'string', 'the server returned no backup label');
  await writeFile(join(folder, 'backup_label'), label, { mode: 0o600 });
  return { timeline: Number(/START TIMELINE: (\d+)/.exec(label)?.[1] ?? '1'), start: backup.start, stop: lsn };
}

async function copyWal(copy: { connection: Connection; range: Range; from: string; into: string }): Promise<void> {
  const { connection, range } = copy;
  const rows = await connection.query(
    "select setting::bigint as size from pg_settings where name = 'wal_segment_size'",
  );
  const size = BigInt(rows[0]?.['size'] ?? '16777216');
  await mkdir(join(copy.into, 'archive_status'), { recursive: true, mode: 0o700 });
  // The stop position may be the first byte of the next segment, which the backup does not need.
  const last = (parseLsn(range.stop) - 1n) / size;
  for (let segment = parseLsn(range.start) / size; segment <= last; segment += 1n) {
    const name = walFileName(range.timeline, segment, size);
    await copyFile(join(copy.from, name), join(copy.into, name));
  }
  if (range.timeline > 1) {
    const history = `${range.timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
    await copyFile(join(copy.from, history), join(copy.into, history));
  }
}

export function parseLsn(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function walFileName(timeline: number, segment: bigint, size: bigint): string {
  const perId = 0x100000000n / size;
  return [BigInt(timeline), segment / perId, segment % perId]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');
}

/** Format of PostgreSQL 13 and later. WAL is described by its range, not by files. */
async function writeManifest(folder: string, range: Range, major: number): Promise<void> {
  if (major < 13) return;
  const files: { path: string; size: number; time: string; sum: string }[] = [];
  const entries: TreeEntry[] = [];
  for await (const entry of walk(folder))
    if (entry.kind === 'file' && !entry.path.startsWith('pg_wal/')) entries.push(entry);
  await inParallel(entries, 4, async ({ path, size, modifiedMs }) => {
    const time = `${new Date(modifiedMs).toISOString().slice(0, 19).replace('T', ' ')} GMT`;
    files.push({ path, size, time, sum: await hashFile(join(folder, path)) });
  });
  const lines = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((file) =>
      JSON.stringify({
        'Path': file.path,
        'Size': file.size,
        'Last-Modified': file.time,
        'Checksum-Algorithm': 'SHA256',
        'Checksum': file.sum,
      }),
    );
  const wal = JSON.stringify({ 'Timeline': range.timeline, 'Start-LSN': range.start, 'End-LSN': range.stop });
  // Version 2 names the server, which needs its system identifier; version 1 is understood by all.
  const body = `{ "PostgreSQL-Backup-Manifest-Version": 1,\n"Files": [\n${lines.join(',\n')}\n],\n"WAL-Ranges": [\n${wal}\n],\n`;
  const checksum = createHash('sha256').update(body).digest('hex');
  await writeFile(join(folder, 'backup_manifest'), `${body}"Manifest-Checksum": "${checksum}"}\n`, { mode: 0o600 });
}
