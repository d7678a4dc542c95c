import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  utimesSync,
} from 'node:fs';
import { chmod, copyFile, lstat, lutimes, mkdir, open, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Digest } from '../../kernel/digest.ts';

export interface TreeEntry {
  /** Relative to the walked folder, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'other';
  readonly size: number;
  readonly mode: number;
  readonly modifiedMs: number;
  /** Only of a symlink. */
  readonly target: string | null;
}

/** Names in byte order at every level, a folder before its content, so that the order is the same on every machine. */
export async function* walk(folder: string, prefix = ''): AsyncGenerator<TreeEntry> {
  for (const entry of level(folder, prefix).toSorted((a, b) => byteOrder(a.path, b.path))) {
    yield entry;
    if (entry.kind === 'folder') yield* walk(folder, entry.path);
  }
}

/** Synchronous: for thousands of small entries that is many times faster than the thread pool. */
function level(folder: string, prefix: string): readonly TreeEntry[] {
  const names = unlessVanished(() => readdirSync(join(folder, prefix))) ?? [];
  return names.flatMap(
    (name) => unlessVanished(() => describe(folder, prefix === '' ? name : `${prefix}/${name}`)) ?? [],
  );
}

function describe(folder: string, path: string): TreeEntry {
  const full = join(folder, path);
  const stat = lstatSync(full);
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'symlink' : 'other';
  const target = kind === 'symlink' ? readlinkSync(full) : null;
  return {
    path,
    kind,
    size: kind === 'file' ? stat.size : 0,
    mode: stat.mode & 0o7777,
    modifiedMs: stat.mtimeMs,
    target,
  };
}

export interface CopyRequest {
  readonly from: string;
  readonly into: string;
  /** Default true. A server keeps its own times in its files. */
  readonly keepTimes?: boolean;
  /** Names to leave out; a folder that is left out is not entered. */
  readonly leaveOut?: (entry: TreeEntry) => boolean;
  readonly signal?: AbortSignal;
}

export interface Copied {
  readonly files: number;
  readonly bytes: number;
  readonly left: readonly TreeEntry[];
}

/** Not faster with more; as many buffers as run at once are kept. */
const CHUNK_BYTES = 1 << 18;
/** Up to here a call of its own thread costs more than the copy or the sum itself. */
const SMALL_BYTES = 64 * 1024;
/** After so many calls that block, others get their turn. */
const TURN = 64;

/** How many copies run at once: as many as the thread pool of Node works on. */
const PARALLEL = 4;

/**
 * Copies files, folders and links with modes and times, sharing blocks where the file system can. Files that vanish
 * meanwhile are passed over: a live database drops some while it is copied.
 */
export async function copyTree(request: CopyRequest): Promise<Copied> {
  const { from, into, leaveOut = () => false, signal } = request;
  await mkdir(into, { recursive: true, mode: 0o700 });
  const left: TreeEntry[] = [];
  const folders: TreeEntry[] = [];
  const files: TreeEntry[] = [];
  for (const pending = ['']; pending.length > 0; ) {
    signal?.throwIfAborted();
    for (const entry of level(from, pending.pop() ?? '')) {
      if (leaveOut(entry)) left.push(entry);
      else if (entry.kind === 'folder') {
        folders.push(entry);
        pending.push(entry.path);
        await mkdir(join(into, entry.path), { recursive: true, mode: entry.mode | 0o700 });
      } else if (entry.kind === 'symlink') await relink(join(into, entry.path), entry);
      else if (entry.kind === 'file') files.push(entry);
      else left.push(entry);
    }
  }
  const bytes = await copyFiles(files, request);
  for (const folder of folders.toReversed()) await stamp(join(into, folder.path), folder);
  const root = await lstat(from);
  await stamp(into, { mode: root.mode & 0o7777, modifiedMs: root.mtimeMs });
  return { files: files.length, bytes, left };
}

async function copyFiles(files: readonly TreeEntry[], request: CopyRequest): Promise<number> {
  const copied: TreeEntry[] = [];
  const copyOne = async (file: TreeEntry): Promise<void> => {
    const [source, target] = [join(request.from, file.path), join(request.into, file.path)];
    if (file.size <= SMALL_BYTES) {
      if (unlessVanished(() => copySmall(source, target)) === null) return;
    } else {
      request.signal?.throwIfAborted();
      if ((await copyFile(source, target, constants.COPYFILE_FICLONE).then(() => true, nullWhenVanished)) === null)
        return;
    }
    if (request.keepTimes !== false) utimesSync(target, file.modifiedMs / 1_000, file.modifiedMs / 1_000);
    copied.push(file);
  };
  // The large ones first, so that the small ones fill the time in which they are written.
  await inParallel(
    files.toSorted((a, b) => b.size - a.size),
    PARALLEL,
    copyOne,
  );
  return copied.reduce((sum, file) => sum + file.size, 0);
}

function copySmall(source: string, target: string): true {
  copyFileSync(source, target, constants.COPYFILE_FICLONE);
  return true;
}

/** Runs `work` for every item, `width` at a time. The first failure ends it. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  let done = 0;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      await work(item);
      done += 1;
      if (done % TURN === 0) await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function stamp(path: string, entry: Pick<TreeEntry, 'mode' | 'modifiedMs'>): Promise<void> {
  await chmod(path, entry.mode);
  await utimes(path, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
}

async function relink(path: string, entry: TreeEntry): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(entry.target ?? '', path);
  await lutimes(path, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
}

export interface TreeDigest {
  readonly digest: Digest;
  readonly bytes: number;
  readonly files: number;
  readonly newestMs: number;
  /** `sha256` in hex of each file by path. */
  readonly sums: ReadonlyMap<string, string>;
}

/** One digest for a whole folder: names, kinds, link targets and the digest of each content. */
export async function digestTree(folder: string): Promise<TreeDigest> {
  const entries: TreeEntry[] = [];
  for await (const entry of walk(folder)) entries.push(entry);
  const sums = new Map<string, string>();
  await inParallel(
    entries.filter((entry) => entry.kind === 'file'),
    PARALLEL,
    async (file) => {
      sums.set(file.path, await hashFile(join(folder, file.path)));
    },
  );
  const whole = createHash('sha256');
  for (const { path, kind, target } of entries) whole.update(`${kind} ${path} ${sums.get(path) ?? target ?? ''}\n`);
  const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
  const newestMs = entries.reduce((newest, entry) => Math.max(newest, entry.modifiedMs), 0);
  return { digest: `sha256:${whole.digest('hex')}`, bytes, files: sums.size, newestMs, sums };
}

/** Buffers of finished sums, for the next ones: a new one for each of a thousand files stays in memory for long. */
const spare: Buffer[] = [];

/** Chunk by chunk: a backup may be larger than the memory. */
export async function hashFile(path: string): Promise<string> {
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    // A small one at once: the thread pool costs more than its sum.
    return lstatSync(path).size <= SMALL_BYTES ? hashAtOnce(path, buffer) : await hashInTurns(path, buffer);
  } finally {
    spare.push(buffer);
  }
}

function hashAtOnce(path: string, buffer: Buffer): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const bytesRead = readSync(file, buffer);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    closeSync(file);
  }
}

async function hashInTurns(path: string, buffer: Buffer): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

export function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function unlessVanished<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    return nullWhenVanished(error);
  }
}

function nullWhenVanished(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
