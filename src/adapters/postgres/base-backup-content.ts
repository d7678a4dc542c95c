import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readArchive } from '../files/archive.ts';
import { digestTree, walk } from '../files/tree.ts';
import { badRestorePoint, demandPresent } from '../files/bad-restore-point.ts';

/** Where the pieces of a base backup lie. */
export interface BaseBackupPlace {
  readonly kind: 'folder' | 'archives';
  /** The data directory, or its tar. */
  readonly base: string;
  /** Tars that pg_basebackup writes beside base.tar. */
  readonly wal: string | null;
  readonly tablespaces: ReadonlyMap<string, string>;
  /** Written beside the tars, inside of a folder. */
  readonly manifest: string | null;
}

const TAR_NAME = /^(base|pg_wal|\d+)\.tar(?:\.(?:gz|zst|lz4))?$/;

export async function locateBaseBackup(path: string): Promise<BaseBackupPlace> {
  const { isFolder } = await demandPresent(path);
  if (!isFolder) return archivesAround(dirname(path), path);
  const names = await readdir(path);
  if (names.length === 0)
    throw badRestorePoint(path, {
      what: 'is an empty folder',
      hint: 'make a new backup: the one that made this folder did not finish',
    });
  if (names.includes('PG_VERSION'))
    return { kind: 'folder', base: path, wal: null, tablespaces: new Map(), manifest: null };
  const base = names.find((name) => name.startsWith('base.tar'));
  if (base !== undefined) return archivesAround(path, join(path, base));
  throw badRestorePoint(path, {
    what: 'holds neither a data directory (PG_VERSION) nor a base.tar',
    hint: 'give the folder that pg_basebackup wrote',
  });
}

async function archivesAround(folder: string, base: string): Promise<BaseBackupPlace> {
  if (base.endsWith('.lz4'))
    throw badRestorePoint(base, {
      what: 'is packed with lz4, which cannot be read here',
      hint: 'unpack it first with: lz4 -d',
    });
  // Only the names that pg_basebackup gives say that the neighbours belong to it.
  const siblings = TAR_NAME.test(basename(base)) ? await readdir(folder) : [];
  const tablespaces = new Map(
    siblings.filter((name) => /^\d+\.tar/.test(name)).map((name) => [name.split('.')[0] ?? '', join(folder, name)]),
  );
  const wal = siblings.find((name) => name.startsWith('pg_wal.tar'));
  return {
    kind: 'archives',
    base,
    tablespaces,
    wal: wal === undefined ? null : join(folder, wal),
    manifest: siblings.includes('backup_manifest') ? join(folder, 'backup_manifest') : null,
  };
}

/** What a base backup holds, learnt without restoring it. */
export interface BaseBackupContent {
  /** Folder inside of a tar that holds the data directory, '' for its root. */
  readonly prefix: string;
  /** Size and sum of every file by its path in the data directory. */
  readonly files: ReadonlyMap<string, { readonly size: number; readonly sum: string }>;
  /** Small files whose text matters, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly newestMs: number;
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

const TEXTS: ReadonlySet<string> = new Set([
  'PG_VERSION',
  'backup_label',
  'backup_manifest',
  'tablespace_map',
  'postgresql.conf',
  'postgresql.auto.conf',
]);

export async function readBaseBackup(place: BaseBackupPlace): Promise<BaseBackupContent> {
  const content = place.kind === 'folder' ? await readFolder(place.base) : await readTars(place);
  if (!content.files.has('PG_VERSION') || !content.files.has('global/pg_control')) {
    throw badRestorePoint(place.base, {
      what: 'is no PostgreSQL data directory: PG_VERSION or global/pg_control is missing',
      hint: 'give a backup made by pg_basebackup, or name the right format in the plan',
    });
  }
  return content;
}

async function readFolder(folder: string): Promise<BaseBackupContent> {
  const { sums, newestMs } = await digestTree(folder);
  const files = new Map<string, { size: number; sum: string }>();
  const links: { path: string; target: string }[] = [];
  for await (const entry of walk(folder)) {
    if (entry.kind === 'file') files.set(entry.path, { size: entry.size, sum: sums.get(entry.path) ?? '' });
    if (entry.target !== null) links.push({ path: entry.path, target: entry.target });
  }
  const texts = new Map<string, string>();
  for (const name of TEXTS) if (files.has(name)) texts.set(name, await readFile(join(folder, name), 'utf8'));
  return { prefix: '', files, texts, newestMs, links };
}

/** Without reading the rest: every PG_VERSION of a data directory holds its major version. */
export async function readMajor(place: BaseBackupPlace): Promise<number> {
  if (place.kind === 'folder') return Number.parseInt(await readFile(join(place.base, 'PG_VERSION'), 'utf8'), 10);
  const found = new AbortController();
  let text: string | null = null;
  const reading = readArchive(
    place.base,
    async (entry, content) => {
      if (basename(entry.path) !== 'PG_VERSION') {
        content.resume();
        return;
      }
      text = (await digestStream(content, true)).text;
      found.abort();
    },
    { allowLink: isTablespaceLink, signal: found.signal },
  );
  await reading.catch((error: unknown) => {
    if (!found.signal.aborted) throw error;
  });
  if (text === null)
    throw badRestorePoint(place.base, {
      what: 'holds no PG_VERSION',
      hint: 'give a backup made by pg_basebackup, or name the right format in the plan',
    });
  return Number.parseInt(text, 10);
}

interface Gathered {
  readonly files: Map<string, { size: number; sum: string }>;
  readonly texts: Map<string, string>;
  readonly links: { path: string; target: string }[];
  newestMs: number;
}

async function readTars(place: BaseBackupPlace): Promise<BaseBackupContent> {
  const all: Gathered = { files: new Map(), texts: new Map(), links: [], newestMs: 0 };
  await gather(place.base, all);
  const versions = [...all.files.keys()].filter(
    (path) => basename(path) === 'PG_VERSION' && all.files.has(join(dirname(path), 'global/pg_control')),
  );
  const root = dirname(versions[0] ?? 'PG_VERSION');
  const prefix = root === '.' ? '' : `${root}/`;
  const inside = <T>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map(
      [...map].filter(([path]) => path.startsWith(prefix)).map(([path, value]) => [path.slice(prefix.length), value]),
    );
  const files = inside(all.files);
  const texts = inside(all.texts);
  if (place.wal !== null) {
    const wal: Gathered = { files: new Map(), texts: new Map(), links: [], newestMs: 0 };
    await gather(place.wal, wal);
    for (const [path, file] of wal.files) files.set(`pg_wal/${path}`, file);
  }
  if (place.manifest !== null) texts.set('backup_manifest', await readFile(place.manifest, 'utf8'));
  return {
    prefix,
    files,
    texts,
    newestMs: all.newestMs,
    links: all.links.map((link) => ({ ...link, path: link.path.slice(prefix.length) })),
  };
}

async function gather(archive: string, all: Gathered): Promise<void> {
  await readArchive(
    archive,
    async (entry, content) => {
      all.newestMs = Math.max(all.newestMs, entry.modifiedMs);
      if (entry.target !== null) all.links.push({ path: entry.path, target: entry.target });
      if (entry.kind !== 'file') {
        content.resume();
        return;
      }
      const { sum, text } = await digestStream(content, TEXTS.has(basename(entry.path)));
      all.files.set(entry.path, { size: entry.size, sum });
      if (text !== null) all.texts.set(entry.path, text);
    },
    { allowLink: isTablespaceLink },
  );
}

/** Absolute by nature; a restore makes its own link instead. */
export function isTablespaceLink(entry: { readonly path: string }): boolean {
  return /(^|\/)pg_tblspc\/\d+$/.test(entry.path) || /(^|\/)pg_wal$/.test(entry.path);
}

async function digestStream(
  content: AsyncIterable<unknown>,
  keep: boolean,
): Promise<{ sum: string; text: string | null }> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  for await (const chunk of content) {
    hash.update(chunk as Buffer);
    if (keep) kept.push(chunk as Buffer);
  }
  return { sum: hash.digest('hex'), text: keep ? Buffer.concat(kept).toString('utf8') : null };
}
