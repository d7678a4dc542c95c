import { digestOf, type Digest } from '../../kernel/digest.ts';
import type { RestorePointCertificate, RestorePointSource } from '../../subject/restore-point.ts';
import { readdir, stat } from 'node:fs/promises';
import { digestTree, hashFile } from '../files/tree.ts';
import { badRestorePoint, COPY_AGAIN, demandPresent, isEnvironmentFailure } from '../files/bad-restore-point.ts';
import { type BaseBackupContent, locateBaseBackup, readBaseBackup, readMajor } from './base-backup-content.ts';
import { parseSettings } from './configuration.ts';
import { readDumpHeader } from './dump-header.ts';
import type { PostgresServer } from './server.ts';
import { Staging } from './staging.ts';
import { runTool } from './tool.ts';

type Parts = RestorePointCertificate['parts'];

/** Reads the whole restore point, so that one which is cut off or damaged is found before the drill needs it. */
export async function certify(server: PostgresServer, source: RestorePointSource): Promise<RestorePointCertificate> {
  if (source.format === 'base-backup') return certifyBaseBackup(source);
  if (source.format === 'pg_dump') return certifyDump(server, source);
  throw badRestorePoint(source.path, {
    what: `has the format ${source.format}, which a postgres store cannot restore`,
    hint: 'use pg_dump or base-backup',
  });
}

/** Null, or why it cannot be restored with these binaries. */
export async function obstacleTo(server: PostgresServer, source: RestorePointSource): Promise<string | null> {
  const { binaries } = server.request;
  if (source.format === 'pg_dump') {
    if (binaries.pgRestore === null || binaries.psql === null) {
      return `the PostgreSQL ${binaries.version} binaries in use bring no pg_restore (install it with: apt-get install postgresql)`;
    }
    const header = await readDumpHeader(source.path);
    const needed = Math.max(header.readableFrom, majorOf(header.serverVersion));
    return binaries.major >= needed
      ? null
      : `it was made with PostgreSQL ${needed} and these binaries are ${binaries.version} (install postgresql-${needed})`;
  }
  if (source.format !== 'base-backup') return `a postgres store cannot restore the format ${source.format}`;
  const major = await readMajor(await locateBaseBackup(source.path));
  return major === binaries.major
    ? null
    : `a physical backup restores only with its own major version: it is ${major}, these binaries are ${binaries.version} (install postgresql-${major})`;
}

function majorOf(version: string | null): number {
  const major = Number.parseInt(version ?? '', 10);
  return Number.isNaN(major) ? 0 : major;
}

async function certifyDump(server: PostgresServer, source: RestorePointSource): Promise<RestorePointCertificate> {
  const header = await readDumpHeader(source.path);
  const { isFolder, size, modifiedMs } = await demandPresent(source.path);
  if (source.globals !== undefined) await demandPresent(source.globals);
  const whole = isFolder ? await digestTree(source.path) : null;
  const contents = header.kind === 'archive' ? await readThrough(server, source.path) : null;
  return {
    format: source.format,
    path: source.path,
    sizeBytes: whole?.bytes ?? size,
    digest: whole?.digest ?? `sha256:${await hashFile(source.path)}`,
    takenAt: header.createdAt ?? new Date(whole?.newestMs ?? modifiedMs).toISOString(),
    serverVersion: header.serverVersion,
    toolVersion: header.toolVersion,
    parts: dumpParts(source, contents),
  };
}

function dumpParts(source: RestorePointSource, contents: { readonly largeObjects: boolean } | null): Parts {
  const hasGlobals = source.globals !== undefined;
  const globals = hasGlobals
    ? 'roles, memberships, passwords'
    : 'roles are not in a dump: owners and rights of missing roles are lost';
  const end = contents === null ? 'shown only by a real restore' : 'every block was read';
  return [
    { what: 'globals', present: hasGlobals, note: globals },
    ...(contents === null ? [] : [{ what: 'large objects', present: contents.largeObjects, note: '' }]),
    { what: 'read to its end', present: contents !== null, note: end },
  ];
}

/** pg_restore reads every block without a server; its table of contents alone stands at the front and survives a cut. */
async function readThrough(server: PostgresServer, path: string): Promise<{ readonly largeObjects: boolean } | null> {
  const { binaries } = server.request;
  if (binaries.pgRestore === null) return null;
  const staging = new Staging(server);
  try {
    const reachable = await staging.reachable(path);
    const done = await runTool(server, { argv: [binaries.pgRestore, '-f', '/dev/null', reachable] });
    const why =
      done.log
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^pg_restore: (error: )?/, '') ?? '';
    if (done.exitCode !== 0 && !isEnvironmentFailure(done.log) && !/unsupported version/.test(why)) {
      throw badRestorePoint(path, { what: `cannot be read to its end: ${why}`, hint: COPY_AGAIN });
    }
    const list = await runTool(server, { argv: [binaries.pgRestore, '-l', reachable] });
    return done.exitCode === 0 ? { largeObjects: / BLOBS? /.test(list.stdout) } : null;
  } finally {
    await staging.remove();
  }
}

async function certifyBaseBackup(source: RestorePointSource): Promise<RestorePointCertificate> {
  const place = await locateBaseBackup(source.path);
  const content = await readBaseBackup(place);
  const verified = checkAgainstManifest(source.path, content) ?? checkSizes(source.path, content);
  const label = content.texts.get('backup_label') ?? null;
  const wal = await walPart({ source, content, label });
  const settings = [
    ...parseSettings(content.texts.get('postgresql.conf') ?? ''),
    ...parseSettings(content.texts.get('postgresql.auto.conf') ?? ''),
  ];
  const sizeBytes = [...content.files.values()].reduce((sum, file) => sum + file.size, 0);
  return {
    format: source.format,
    path: source.path,
    sizeBytes,
    digest: contentDigest(content),
    takenAt: startTime(label) ?? new Date(content.newestMs).toISOString(),
    serverVersion: content.texts.get('PG_VERSION')?.trim() ?? null,
    toolVersion: null,
    parts: [
      { what: 'globals', present: true, note: 'roles are part of a physical backup' },
      {
        what: 'backup_label',
        present: label !== null,
        note:
          label === null
            ? 'not taken by the backup interface: consistent only if copied from a stopped server or as one atomic snapshot'
            : '',
      },
      wal,
      { what: 'manifest', present: content.texts.has('backup_manifest'), note: verified },
      {
        what: 'own settings',
        present: settings.length > 0,
        note: settings.length === 0 ? '' : `never used: ${[...new Set(settings.map(({ name }) => name))].join(', ')}`,
      },
    ],
  };
}

/** The same for a folder and for its tar: it names the content, not the packing. */
function contentDigest(content: BaseBackupContent): Digest {
  return digestOf([...content.files].map(([path, file]) => `${path} ${file.sum}`).toSorted());
}

interface ManifestFile {
  readonly path: string;
  readonly size: number;
  readonly sum: string | null;
}

function checkAgainstManifest(path: string, content: BaseBackupContent): string | null {
  const text = content.texts.get('backup_manifest');
  if (text === undefined) return null;
  const listed = parseManifest(path, text);
  for (const file of listed) {
    const found = content.files.get(file.path);
    if (found === undefined && file.path.startsWith('pg_tblspc/')) continue;
    if (found === undefined)
      throw badRestorePoint(path, { what: `lacks the file ${file.path}, which its manifest lists`, hint: COPY_AGAIN });
    if (found.size !== file.size)
      throw badRestorePoint(path, {
        what: `has ${found.size} bytes in ${file.path} where its manifest says ${file.size}`,
        hint: COPY_AGAIN,
      });
    if (file.sum !== null && file.sum !== found.sum)
      throw badRestorePoint(path, {
        what: `has another content in ${file.path} than its manifest says`,
        hint: COPY_AGAIN,
      });
  }
  const summed = listed.filter((file) => file.sum !== null).length;
  return summed === listed.length
    ? `${listed.length} files as listed, sizes and SHA-256`
    : `${listed.length} files as listed, sizes only`;
}

function parseManifest(path: string, text: string): readonly ManifestFile[] {
  try {
    const parsed = JSON.parse(text) as { Files?: readonly Readonly<Record<string, unknown>>[] };
    return (parsed.Files ?? []).flatMap((file) => {
      const name = file['Path'];
      const sum = file['Checksum-Algorithm'] === 'SHA256' ? String(file['Checksum']) : null;
      return typeof name === 'string' ? [{ path: name, size: Number(file['Size']), sum }] : [];
    });
  } catch (error) {
    throw badRestorePoint(path, {
      what: 'has a backup_manifest that is cut off or damaged',
      hint: COPY_AGAIN,
      cause: error,
    });
  }
}

const RELATION = /^(?:base\/\d+|global)\/\d+(?:_fsm|_vm|_init)?(?:\.\d+)?$/;
const PAGE_BYTES = 8_192;

function checkSizes(path: string, content: BaseBackupContent): string {
  for (const [name, { size }] of content.files) {
    if (RELATION.test(name) && size % PAGE_BYTES !== 0)
      throw badRestorePoint(path, { what: `is cut off: ${name} ends in the middle of a page`, hint: COPY_AGAIN });
  }
  return 'none: whole pages only were checked';
}

async function walPart(backup: {
  source: RestorePointSource;
  content: BaseBackupContent;
  label: string | null;
}): Promise<Parts[number]> {
  const { source, content, label } = backup;
  const own = [...content.files.keys()]
    .filter((name) => /^pg_wal\/[0-9A-F]{24}$/.test(name))
    .map((name) => name.slice('pg_wal/'.length));
  const archived = source.wal === undefined ? [] : await walNames(source.wal);
  const needed = /START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)/.exec(label ?? '')?.[1];
  if (needed !== undefined && !own.includes(needed) && !archived.includes(needed)) {
    throw badRestorePoint(source.path, {
      what: `needs the WAL segment ${needed}, which is neither in it nor in its WAL folder`,
      hint: 'take the WAL with the backup (pg_basebackup -X fetch), or name the archive under wal',
    });
  }
  return {
    what: 'WAL',
    present: own.length + archived.length > 0,
    note: `${own.length} segments inside, ${archived.length} in its WAL folder`,
  };
}

async function walNames(folder: string): Promise<readonly string[]> {
  if (
    !(await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    ))
  ) {
    throw badRestorePoint(folder, { what: 'is no folder with WAL segments', hint: 'check `wal` in the plan' });
  }
  const names = await readdir(folder);
  if (names.some((name) => /^[0-9A-F]{24}\.(gz|zst|lz4|xz)$/.test(name))) {
    throw badRestorePoint(folder, {
      what: 'holds compressed WAL segments',
      hint: 'unpack them first: they are read as they are',
    });
  }
  return names.filter((name) => /^[0-9A-F]{24}$/.test(name));
}

function startTime(label: string | null): string | null {
  const text = /^START TIME: (.+)$/m.exec(label ?? '')?.[1];
  const parsed = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(parsed) ? null : new Date(parsed).toISOString();
}
