import { createReadStream } from 'node:fs';
import { chmod, type FileHandle, link, lutimes, mkdir, open, rm, symlink, utimes } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import tar from 'tar-stream';
import { isRollproofError, messageOf, type RollproofError } from '../../kernel/errors.ts';
import { badRestorePoint } from './bad-restore-point.ts';
import { FolderMaker } from './folder-maker.ts';
import { signalOf } from './interruption.ts';
import { type ArchiveEntry, type ArchiveSize, checkedEntry, checkLink } from './tar-entry.ts';
import { pour } from './tar-sink.ts';

export { packArchive } from './archive-pack.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** By its first bytes, not by its name. Null: not a tar at all. */
export async function compressionOf(path: string): Promise<Compression | null> {
  const head = await firstBytes(path, 512);
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head.length === 512 && hasTarChecksum(head) ? 'none' : null;
}

/** Very old tars carry no `ustar` mark, all carry the sum of their header's bytes. */
function hasTarChecksum(header: Buffer): boolean {
  const written = Number.parseInt(header.toString('latin1', 148, 156).replaceAll('\0', ' ').trim(), 8);
  let sum = 8 * 0x20;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum === written;
}

export async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The bytes of one entry, to be read once or passed over. */
export interface ArchiveContent extends AsyncIterable<unknown> {
  resume(): unknown;
}

/**
 * Calls `visit` for every entry; it must consume `content`. Throws `restore-point-bad` for anything that is not a whole,
 * harmless tar: names and links that lead outside, devices, a missing end.
 */
export async function readArchive(
  path: string,
  visit: (entry: ArchiveEntry, content: ArchiveContent) => Promise<void>,
  options: { readonly signal?: AbortSignal; readonly allowLink?: (entry: ArchiveEntry) => boolean } = {},
): Promise<void> {
  const compression = await compressionOf(path);
  if (compression === null)
    throw badRestorePoint(path, { what: 'is not a tar file', hint: 'give a .tar, .tar.gz or .tar.zst file' });
  const extract = tar.extract();
  const end = new EndOfArchive();
  const flow = pour(end.watch(bytesOf(path, compression, options.signal)), extract);
  const reading = (async () => {
    for await (const content of extract) {
      const entry = checkedEntry(path, content.header);
      if (entry.target !== null && options.allowLink?.(entry) !== true) checkLink(path, entry);
      await visit(entry, content);
    }
  })();
  const [flowed, visited] = await Promise.allSettled([flow, reading]);
  const failed = [visited, flowed]
    .filter((result) => result.status === 'rejected')
    .map((result): unknown => result.reason);
  options.signal?.throwIfAborted();
  const own = failed.find(isRollproofError);
  if (own !== undefined) throw own;
  if (failed[0] !== undefined) throw unreadable(path, failed[0]);
  if (!end.seen)
    throw badRestorePoint(path, {
      what: 'is cut off: its end mark is missing',
      hint: 'copy it again from where it was made and compare the sizes',
    });
}

/** A tar ends with two blocks of zeros. Without them a cut at an entry's border would pass as whole. */
class EndOfArchive {
  #zeros = 0;

  get seen(): boolean {
    return this.#zeros >= 1024;
  }

  async *watch(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      let trailing = 0;
      while (trailing < chunk.length && trailing < 1024 && chunk[chunk.length - 1 - trailing] === 0) trailing += 1;
      this.#zeros = trailing === chunk.length ? this.#zeros + trailing : trailing;
      yield chunk;
    }
  }
}

async function* bytesOf(
  path: string,
  compression: Compression,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  if (compression === 'none') {
    for await (const chunk of source) {
      signal?.throwIfAborted();
      yield chunk as Buffer;
    }
    return;
  }
  const unpacker = compression === 'zstd' ? createZstdDecompress() : createGunzip();
  const flow = pipeline(source, unpacker, { ...signalOf({ signal }) });
  // Awaited below; the reader below fails first and would leave it unheard.
  flow.catch(() => undefined);
  for await (const chunk of unpacker) yield chunk as Buffer;
  await flow;
}

export interface UnpackRequest {
  readonly archive: string;
  readonly into: string;
  readonly signal?: AbortSignal;
  /** Called for each link before it is checked; true: the caller deals with it and it is not made. */
  readonly takesLink?: (entry: ArchiveEntry) => boolean;
}

/** Unpacks over what is there. A file replaces a file or link of its name, never what the link pointed to. */
export async function unpackArchive(request: UnpackRequest): Promise<ArchiveSize> {
  const { archive, into, signal, takesLink = () => false } = request;
  const made = new FolderMaker(into);
  await mkdir(into, { recursive: true });
  let files = 0;
  let bytes = 0;
  const taken = new Set<string>();
  const allowLink = (entry: ArchiveEntry): boolean => {
    if (takesLink(entry)) taken.add(entry.path);
    return taken.has(entry.path);
  };
  await readArchive(
    archive,
    async (entry, content) => {
      if (entry.kind === 'file') {
        await made.parentOf(entry.path);
        await writeEntry(join(into, entry.path), entry, content);
        files += 1;
        bytes += entry.size;
        return;
      }
      content.resume();
      if (entry.kind === 'folder') await made.folder(entry);
      else if (!taken.has(entry.path)) await makeLink(made, entry);
    },
    { allowLink, ...signalOf({ signal }) },
  );
  await made.finish();
  return { files, bytes };
}

async function writeEntry(target: string, entry: ArchiveEntry, content: ArchiveContent): Promise<void> {
  const file = await openNew(target, entry.mode | 0o600);
  try {
    for await (const chunk of content) await file.write(chunk as Buffer);
  } finally {
    await file.close();
  }
  await chmod(target, entry.mode);
  await utimes(target, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
}

/** Exclusive, so that nothing is ever written through a link that stands there. */
async function openNew(target: string, mode: number): Promise<FileHandle> {
  try {
    return await open(target, 'wx', mode);
  } catch (error) {
    if (!isExisting(error)) throw error;
    await rm(target, { recursive: true });
    return open(target, 'wx', mode);
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

async function makeLink(made: FolderMaker, entry: ArchiveEntry): Promise<void> {
  await made.parentOf(entry.path);
  const path = join(made.root, entry.path);
  if (entry.kind === 'hard-link') {
    const original = normalize(entry.target ?? '');
    await made.parentOf(original);
    await rm(path, { recursive: true, force: true });
    await link(join(made.root, original), path);
    return;
  }
  await rm(path, { recursive: true, force: true });
  await symlink(entry.target ?? '', path);
  await lutimes(path, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
}

function unreadable(path: string, error: unknown): RollproofError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('E') && !code.startsWith('ERR')) throw error;
  return badRestorePoint(path, {
    what: `cannot be read to its end: ${messageOf(error)}`,
    hint: 'it is cut off or damaged: copy it again from where it was made and compare the sizes',
    cause: error,
  });
}
