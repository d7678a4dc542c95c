import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, type FileHandle, link, lstat, lutimes, mkdir, open, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createZstdCompress, createZstdDecompress } from 'node:zlib';
import tar from 'tar-stream';
import { isRollproofError, messageOf, RollproofError } from '../../kernel/errors.ts';
import { walk } from './tree.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

export interface ArchiveEntry {
  /** `.` is the packed folder itself. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hard-link';
  readonly size: number;
  readonly mode: number;
  readonly modifiedMs: number;
  readonly target: string | null;
}

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
  if (compression === null) throw bad(path, 'is not a tar file', 'give a .tar, .tar.gz or .tar.zst file');
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
  const failed = [visited, flowed].filter((result) => result.status === 'rejected').map((result): unknown => result.reason);
  options.signal?.throwIfAborted();
  const own = failed.find(isRollproofError);
  if (own !== undefined) throw own;
  if (failed[0] !== undefined) throw unreadable(path, failed[0]);
  if (!end.seen) throw bad(path, 'is cut off: its end mark is missing', 'copy it again from where it was made and compare the sizes');
}

interface Sink {
  readonly destroyed: boolean;
  write(chunk: Buffer): boolean;
  end(data: undefined): unknown;
  destroy(error?: Error | null): unknown;
  on(event: 'error' | 'close' | 'drain', listener: (error?: unknown) => void): unknown;
}

/** The streams of the tar library are not Node's own, so that pipelines do not take them as an end. */
async function pour(chunks: AsyncIterable<Buffer>, sink: Sink): Promise<void> {
  const outcome: { failure?: Error } = {};
  sink.on('error', (error) => {
    outcome.failure = error instanceof Error ? error : new Error(String(error));
  });
  let wake = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    sink.on('close', () => {
      resolve();
      wake();
    });
  });
  sink.on('drain', () => wake());
  try {
    for await (const chunk of chunks) {
      if (sink.destroyed) break;
      const drained = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!sink.write(chunk)) await Promise.race([drained, closed]);
    }
    sink.end(undefined);
  } catch (error) {
    sink.destroy(error instanceof Error ? error : new Error(messageOf(error)));
    throw error;
  }
  await closed;
  if (outcome.failure !== undefined) throw outcome.failure;
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

async function* bytesOf(path: string, compression: Compression, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
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

const KINDS: Readonly<Record<string, ArchiveEntry['kind']>> = {
  file: 'file', 'contiguous-file': 'file', directory: 'folder', symlink: 'symlink', link: 'hard-link',
};

function checkedEntry(archive: string, header: tar.Header): ArchiveEntry {
  const path = normalize(header.name).replace(/\/+$/, '');
  if (leadsOutside(path)) throw bad(archive, `holds the name ${JSON.stringify(header.name)}, which leads outside of the folder`, 'do not use this archive');
  const kind = KINDS[header.type ?? ''];
  if (kind === undefined) throw bad(archive, `holds ${path}, a ${header.type ?? 'kind of entry'} that cannot be restored`, 'leave out devices, pipes and sparse files when packing');
  const target = kind === 'symlink' || kind === 'hard-link' ? (header.linkname ?? '') : null;
  return { path, kind, size: header.size ?? 0, mode: (header.mode ?? 0o644) & 0o7777, modifiedMs: header.mtime?.getTime() ?? 0, target };
}

function checkLink(archive: string, entry: ArchiveEntry): void {
  const target = entry.target ?? '';
  const reached = entry.kind === 'symlink' ? join(dirname(entry.path), target) : normalize(target);
  if (target === '' || target.startsWith('/') || leadsOutside(reached)) {
    throw bad(archive, `holds the link ${entry.path} to ${JSON.stringify(target)}, which leads outside of the folder`, 'pack the content of the target instead of the link');
  }
}

function leadsOutside(path: string): boolean {
  return path.startsWith('/') || path === '..' || path.startsWith('../') || path.includes('\0');
}

export interface Unpacked {
  readonly files: number;
  readonly bytes: number;
}

export interface UnpackRequest {
  readonly archive: string;
  readonly into: string;
  readonly signal?: AbortSignal;
  /** Called for each link before it is checked; true: the caller deals with it and it is not made. */
  readonly takesLink?: (entry: ArchiveEntry) => boolean;
}

/** Unpacks over what is there. A file replaces a file or link of its name, never what the link pointed to. */
export async function unpackArchive(request: UnpackRequest): Promise<Unpacked> {
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
  await readArchive(archive, async (entry, content) => {
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
  }, { allowLink, ...signalOf({ signal }) });
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

/** Makes folders inside of `root`, each a real folder: a link in its place is taken away, never followed. */
class FolderMaker {
  readonly root: string;
  readonly #real = new Set<string>(['.']);
  readonly #entries: ArchiveEntry[] = [];

  constructor(root: string) {
    this.root = root;
  }

  async parentOf(path: string): Promise<void> {
    await this.#make(dirname(path));
  }

  async folder(entry: ArchiveEntry): Promise<void> {
    await this.#make(entry.path);
    this.#entries.push(entry);
  }

  /** Modes and times come last, deepest first: making content changes a folder's time and may be forbidden by its mode. */
  async finish(): Promise<void> {
    for (const entry of this.#entries.toReversed()) {
      const path = join(this.root, entry.path);
      await chmod(path, entry.mode);
      await utimes(path, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
    }
  }

  async #make(path: string): Promise<void> {
    if (this.#real.has(path)) return;
    await this.#make(dirname(path));
    const full = join(this.root, path);
    const stat = await lstat(full).catch(() => null);
    if (stat === null || !stat.isDirectory()) {
      await rm(full, { force: true });
      await mkdir(full, { mode: 0o700 });
    }
    this.#real.add(path);
  }
}

export interface PackRequest {
  readonly folder: string;
  readonly into: string;
  readonly compression: 'none' | 'zstd';
  readonly signal?: AbortSignal;
}

/** Same content, same bytes: order by name, no owners, times as they are. */
export async function packArchive(request: PackRequest): Promise<Unpacked> {
  const { folder, into, compression, signal } = request;
  const pack = tar.pack();
  let files = 0;
  let bytes = 0;
  const filling = (async () => {
    const root = await lstat(folder);
    pack.entry({ name: './', type: 'directory', mode: root.mode & 0o7777, mtime: root.mtime, uid: 0, gid: 0 });
    for await (const entry of walk(folder)) {
      signal?.throwIfAborted();
      if (entry.kind === 'other') continue;
      if (entry.kind === 'file') [files, bytes] = [files + 1, bytes + entry.size];
      await addEntry(pack, folder, entry);
    }
    pack.finalize();
  })().catch((error: unknown) => {
    pack.destroy(error instanceof Error ? error : new Error(messageOf(error)));
    throw error;
  });
  const compressor = compression === 'zstd' ? createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } }) : null;
  const output = createWriteStream(into, { mode: 0o600 });
  const written = compressor === null ? pipeline(pack, output, { ...signalOf({ signal }) }) : pipeline(pack, inEqualChunks, compressor, output, { ...signalOf({ signal }) });
  await Promise.all([filling, written]);
  return { files, bytes };
}

const EQUAL_BYTES = 1 << 18;

/** Where the input is cut decides where the compressor ends its blocks: cut alike, the same content gives the same bytes. */
async function* inEqualChunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let length = 0;
  for await (let chunk of chunks) {
    while (length + chunk.length >= EQUAL_BYTES) {
      const rest = EQUAL_BYTES - length;
      yield Buffer.concat([...gathered, chunk.subarray(0, rest)]);
      [gathered, length, chunk] = [[], 0, chunk.subarray(rest)];
    }
    gathered.push(chunk);
    length += chunk.length;
  }
  yield Buffer.concat(gathered);
}

async function addEntry(pack: tar.Pack, folder: string, entry: { path: string; kind: string; size: number; mode: number; modifiedMs: number; target: string | null }): Promise<void> {
  const type = entry.kind === 'folder' ? 'directory' : entry.kind === 'symlink' ? 'symlink' : 'file';
  const headers = {
    name: entry.path, mode: entry.mode, mtime: new Date(entry.modifiedMs), size: entry.size, type, uid: 0, gid: 0,
    ...(entry.target === null ? {} : { linkname: entry.target }),
  } as const;
  if (type !== 'file') {
    pack.entry(headers);
    return;
  }
  const sink = pack.entry(headers);
  await pour(createReadStream(join(folder, entry.path), { highWaterMark: 1 << 20 }), sink);
}

function signalOf(options: { readonly signal?: AbortSignal | undefined }): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}

function unreadable(path: string, error: unknown): RollproofError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('E') && !code.startsWith('ERR')) throw error;
  return bad(path, `cannot be read to its end: ${messageOf(error)}`, 'it is cut off or damaged: copy it again from where it was made and compare the sizes', error);
}

function bad(path: string, what: string, hint: string, cause?: unknown): RollproofError {
  return new RollproofError('restore-point-bad', `${path} ${what}`, { hint, ...(cause === undefined ? {} : { cause }) });
}
