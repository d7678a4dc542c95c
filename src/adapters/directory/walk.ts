import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, opendir, readlink } from 'node:fs/promises';
import { messageOf, RollproofError } from '../../kernel/errors.ts';

export type FileKind = 'file' | 'folder' | 'link' | 'other';

/** What a restore has to bring back of one file. Times are left out: a restore sets them as it likes. */
export interface FileEntry {
  /** Relative, with `/`; `.` is the folder itself. */
  readonly path: string;
  readonly absolute: Buffer;
  readonly kind: FileKind;
  /** Permission bits, octal. */
  readonly mode: string;
  readonly size: number;
  readonly target: string | null;
}

export interface Unreadable {
  readonly path: string;
  readonly why: string;
}

/** Everything under a folder in byte order of the paths, without following links. */
export async function* walk(root: string, onUnreadable: (entry: Unreadable) => void): AsyncGenerator<FileEntry> {
  const start = await entryOf(Buffer.from(root), '.').catch((error: unknown) => {
    throw new RollproofError('could-not-read', `cannot read the folder ${root}: ${messageOf(error)}`, { cause: error });
  });
  if (start.kind !== 'folder') throw new RollproofError('could-not-read', `${root} is not a folder`);
  yield start;
  yield* walkFolder(Buffer.from(root), '', onUnreadable);
}

async function* walkFolder(
  folder: Buffer,
  prefix: string,
  onUnreadable: (entry: Unreadable) => void,
): AsyncGenerator<FileEntry> {
  for (const name of await namesIn(folder, prefix, onUnreadable)) {
    const absolute = Buffer.concat([folder, Buffer.from('/'), name]);
    const path = `${prefix}${nameOf(name)}`;
    let entry: FileEntry;
    try {
      entry = await entryOf(absolute, path);
    } catch (error) {
      onUnreadable({ path, why: messageOf(error) });
      continue;
    }
    yield entry;
    if (entry.kind === 'folder') yield* walkFolder(absolute, `${path}/`, onUnreadable);
  }
}

/** In the order of the shown names, which is the order in which two walks are compared. */
async function namesIn(
  folder: Buffer,
  prefix: string,
  onUnreadable: (entry: Unreadable) => void,
): Promise<readonly Buffer[]> {
  const names: Buffer[] = [];
  try {
    // The types know no buffer encoding here, the runtime does: names need not be UTF-8.
    const listing = await opendir(folder, { encoding: 'buffer' as BufferEncoding });
    for await (const { name } of listing) names.push(Buffer.from(name));
  } catch (error) {
    onUnreadable({ path: prefix === '' ? '.' : prefix.slice(0, -1), why: messageOf(error) });
  }
  const shown = names.map((name) => ({ name, place: Buffer.from(nameOf(name)) }));
  return shown.sort((left, right) => Buffer.compare(left.place, right.place)).map(({ name }) => name);
}

async function entryOf(absolute: Buffer, path: string): Promise<FileEntry> {
  const stats = await lstat(absolute);
  const kind: FileKind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'folder'
      : stats.isSymbolicLink()
        ? 'link'
        : 'other';
  return {
    path,
    absolute,
    kind,
    // A link has no permissions of its own.
    mode: kind === 'link' ? '' : (stats.mode & 0o7777).toString(8),
    size: kind === 'file' ? stats.size : 0,
    target: kind === 'link' ? nameOf(await readlink(absolute, { encoding: 'buffer' })) : null,
  };
}

/** Names that are not UTF-8 keep their bytes as escapes, so that two of them never look the same. */
function nameOf(name: Buffer): string {
  const text = name.toString('utf8');
  if (Buffer.from(text).equals(name)) return text.replaceAll('\\', '\\\\');
  return [...name]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`,
    )
    .join('');
}

/** SHA-256 of the content, hexadecimal; null for what has none. */
export async function contentDigest(entry: FileEntry, signal?: AbortSignal): Promise<string | null> {
  if (entry.kind !== 'file') return null;
  const hash = createHash('sha256');
  // A stream allocates this much for each read: thousands of small files would fill the memory with empty buffers.
  const highWaterMark = Math.min(256 * 1024, entry.size + 1);
  for await (const chunk of createReadStream(entry.absolute, { highWaterMark, signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
