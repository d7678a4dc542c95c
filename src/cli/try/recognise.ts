import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import { firstBytes, readArchive } from '../../adapters/files/archive.ts';
import { walk } from '../../adapters/files/tree.ts';
import { isTablespaceLink, locateBaseBackup, readMajor } from '../../adapters/postgres/base-backup-content.ts';
import { headInside, type Packing, packingOf } from './head.ts';
import { refuseForeign, refuseForeignSql, SUPPORTED } from './foreign.ts';

/** `globals` and `wal` are no backups of their own: they belong to another one that is given with them. */
export type BackupKind = 'dump' | 'base-backup' | 'files' | 'globals' | 'wal';

export interface Recognised {
  readonly path: string;
  readonly kind: BackupKind;
  /** For people: `PostgreSQL dump, custom format`. */
  readonly what: string;
  readonly sizeBytes: number;
  readonly packing: Packing;
  /** Compressed inside, as pg_dump -Fc does. */
  readonly isDense: boolean;
  /** Packed in a way that the restore itself does not read. */
  readonly mustBeUnpacked: boolean;
  /** Of a base backup: restores only with this version. */
  readonly major: number | null;
  /** What might have been meant instead. */
  readonly remark: string | null;
}

const HEAD_BYTES = 64 * 1024;
/** A data directory shows itself long before. */
const MOST_ENTRIES_SNIFFED = 2_000;
const MOST_GLOBALS_BYTES = 16_000_000;

/** By its content, whatever its name is. Throws `usage-invalid` for what is no backup that can be tried. */
export async function recognise(path: string): Promise<Recognised> {
  const found = await stat(path).catch((error: unknown) => {
    throw new RollproofError('usage-invalid', `${path} cannot be opened: ${messageOf(error)}`, {
      hint: 'check the path and who may read it',
      cause: error,
    });
  });
  if (found.isDirectory()) return recogniseFolder(path);
  if (!found.isFile())
    throw new RollproofError('usage-invalid', `${path} is neither a file nor a folder`, { hint: SUPPORTED });
  if (found.size === 0)
    throw new RollproofError('restore-point-bad', `${path} is empty`, {
      hint: 'make a new backup: the one that wrote this file did not finish',
    });
  return recogniseFile(path, found.size);
}

type Part = Omit<Recognised, 'path' | 'sizeBytes'>;

const PLAIN = { packing: 'none', isDense: false, mustBeUnpacked: false, major: null, remark: null } as const;

async function recogniseFolder(path: string): Promise<Recognised> {
  const names = await readdir(path);
  if (names.length === 0)
    throw new RollproofError('restore-point-bad', `${path} is an empty folder`, {
      hint: 'name the folder that holds the files',
    });
  const sizeBytes = await sizeOf(path);
  const part = await folderPart(path, names);
  return { path, sizeBytes, ...part };
}

async function folderPart(path: string, names: readonly string[]): Promise<Part> {
  const isData = names.includes('PG_VERSION') && (names.includes('global') || names.includes('base'));
  const baseTar = names.find((name) => /^base\.tar(\.\w+)?$/.test(name));
  if (isData || baseTar !== undefined) {
    const packing = baseTar === undefined ? 'none' : packingOf(await firstBytes(join(path, baseTar), 6));
    return {
      ...PLAIN,
      kind: 'base-backup',
      packing,
      major: await majorAt(path),
      what: isData ? 'PostgreSQL base backup, a folder' : 'PostgreSQL base backup, tar files in a folder',
    };
  }
  if (names.includes('toc.dat') && (await startsWith(join(path, 'toc.dat'), 'PGDMP'))) {
    return {
      ...PLAIN,
      kind: 'dump',
      isDense: names.some((name) => /\.dat\.(gz|lz4|zst)$/.test(name)),
      what: 'PostgreSQL dump, directory format',
    };
  }
  const segments = names.filter((name) => /^[0-9A-F]{24}$/.test(name)).length;
  if (segments > 0 && segments * 2 > names.length) return { ...PLAIN, kind: 'wal', what: 'archived WAL of PostgreSQL' };
  return { ...PLAIN, kind: 'files', what: 'a folder of files', remark: await dumpAmong(path, names) };
}

/** A folder that holds backups is often named where a backup was meant. */
async function dumpAmong(path: string, names: readonly string[]): Promise<string | null> {
  for (const name of names.slice(0, 50)) {
    const file = join(path, name);
    if ((await stat(file)).isFile() && (await startsWith(file, 'PGDMP')))
      return `it holds ${name}, a PostgreSQL dump: name that file itself to have it restored`;
  }
  return null;
}

async function startsWith(path: string, magic: string): Promise<boolean> {
  return (await firstBytes(path, magic.length)).toString('latin1') === magic;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const entry of walk(folder)) bytes += entry.size;
  return bytes;
}

async function recogniseFile(path: string, sizeBytes: number): Promise<Recognised> {
  const packing = packingOf(await firstBytes(path, 6));
  const head = packing === 'none' ? await firstBytes(path, HEAD_BYTES) : await headInside(path, packing, HEAD_BYTES);
  const part = { ...PLAIN, ...(await filePart({ path, head, packing, sizeBytes })), packing };
  return { path, sizeBytes, ...part };
}

interface Look {
  readonly path: string;
  readonly head: Buffer;
  readonly packing: Packing;
  readonly sizeBytes: number;
}

async function filePart(look: Look): Promise<Pick<Part, 'kind' | 'what'> & Partial<Part>> {
  const { path, head, packing } = look;
  const packed = packing === 'none' ? '' : `, packed with ${packing}`;
  if (head.toString('latin1', 0, 5) === 'PGDMP')
    return {
      kind: 'dump',
      what: `PostgreSQL dump, custom format${packed}`,
      isDense: true,
      mustBeUnpacked: packing !== 'none',
    };
  if (head.toString('latin1', 512, 517) === 'PGDMP')
    return { kind: 'dump', what: `PostgreSQL dump, tar format${packed}`, mustBeUnpacked: packing !== 'none' };
  if (head.toString('latin1', 257, 262) === 'ustar') return tarPart(look);
  refuseForeign(path, head);
  const text = head.toString('utf8');
  const isText = !head.includes(0);
  if (isText && isPostgresSql(text)) return sqlPart(look, text);
  if (isText) refuseForeignSql(path, text);
  throw new RollproofError(
    'usage-invalid',
    `${path} is ${isText ? 'a text file' : 'a file of an unknown kind'}, not a backup that can be tried`,
    { hint: SUPPORTED },
  );
}

function isPostgresSql(text: string): boolean {
  if (/^-- PostgreSQL database (cluster )?dump/m.test(text)) return true;
  const isForeign = /^-- (?:MySQL|MariaDB) dump|\bENGINE ?= ?\w+|^\/\*!\d{5}|\bTABLE `|\[dbo\]|^PRAGMA /m.test(text);
  return (
    !isForeign &&
    /^\s*(?:CREATE (?:TABLE|SCHEMA|TYPE|FUNCTION|SEQUENCE|EXTENSION)|INSERT INTO|COPY .* FROM stdin|ALTER TABLE)\b/m.test(
      text,
    )
  );
}

async function sqlPart(
  { path, packing, sizeBytes }: Look,
  text: string,
): Promise<Pick<Part, 'kind' | 'what'> & Partial<Part>> {
  const packed = packing === 'none' ? '' : `, packed with ${packing}`;
  if (!/^-- PostgreSQL database cluster dump/m.test(text))
    return { kind: 'dump', what: `PostgreSQL dump, plain SQL${packed}`, mustBeUnpacked: packing === 'xz' };
  const whole = packing === 'none' && sizeBytes <= MOST_GLOBALS_BYTES ? await readFile(path, 'utf8') : '';
  if (whole !== '' && !/^(?:CREATE TABLE|COPY .* FROM stdin)/m.test(whole))
    return { kind: 'globals', what: 'roles of a PostgreSQL cluster (pg_dumpall --globals-only)' };
  throw new RollproofError(
    'usage-invalid',
    `${path} is a dump of a whole cluster (pg_dumpall); databases are tried one by one`,
    {
      hint: 'make a dump of the database with pg_dump -Fc and one of the roles with pg_dumpall --globals-only, and name both',
    },
  );
}

async function tarPart(look: Look): Promise<Pick<Part, 'kind' | 'what'> & Partial<Part>> {
  const { path, packing } = look;
  const mustBeUnpacked = packing === 'xz';
  const packed = packing === 'none' ? '' : `, packed with ${packing}`;
  if (mustBeUnpacked) {
    throw new RollproofError('usage-invalid', `${path} is a tar packed with xz, which cannot be read as it is`, {
      hint: `unpack it first: xz -dk ${path}`,
    });
  }
  if (!(await holdsDataDirectory(path))) return { kind: 'files', what: `a tar archive of files${packed}` };
  return { kind: 'base-backup', what: `PostgreSQL base backup, tar${packed}`, major: await majorAt(path) };
}

/** Looks only as far as it must: a data directory shows itself early, an archive of files never. */
async function holdsDataDirectory(path: string): Promise<boolean> {
  const enough = new AbortController();
  let seen = 0;
  let isData = false;
  const reading = readArchive(
    path,
    async (entry, content) => {
      content.resume();
      seen += 1;
      isData ||= /(^|\/)(backup_label|PG_VERSION|global\/pg_control)$/.test(entry.path);
      if (isData || seen >= MOST_ENTRIES_SNIFFED) enough.abort();
    },
    { allowLink: isTablespaceLink, signal: enough.signal },
  );
  await reading.catch((error: unknown) => {
    if (!enough.signal.aborted) throw error;
  });
  return isData;
}

async function majorAt(path: string): Promise<number> {
  return readMajor(await locateBaseBackup(path));
}
