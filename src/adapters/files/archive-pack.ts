import { createReadStream, createWriteStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import tar from 'tar-stream';
import { messageOf } from '../../kernel/errors.ts';
import { signalOf } from './interruption.ts';
import type { ArchiveSize } from './tar-entry.ts';
import { pour } from './tar-sink.ts';
import { type TreeEntry, walk } from './tree.ts';

export interface PackRequest {
  readonly folder: string;
  readonly into: string;
  readonly compression: 'none' | 'zstd';
  readonly signal?: AbortSignal;
}

/** Same content, same bytes: order by name, no owners, times as they are. */
export async function packArchive(request: PackRequest): Promise<ArchiveSize> {
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
  const compressor =
    compression === 'zstd'
      ? createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } })
      : null;
  const output = createWriteStream(into, { mode: 0o600 });
  const written =
    compressor === null
      ? pipeline(pack, output, { ...signalOf({ signal }) })
      : pipeline(pack, inEqualChunks, compressor, output, { ...signalOf({ signal }) });
  await Promise.all([filling, written]);
  return { files, bytes };
}

const EQUAL_BYTES = 1 << 18;

/** Where the input is cut decides where the compressor ends its blocks: cut alike, the same content gives the same bytes. */
async function* inEqualChunks(chunks: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let length = 0;
  for await (const piece of chunks) {
    let chunk = piece as Buffer;
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

async function addEntry(pack: tar.Pack, folder: string, entry: TreeEntry): Promise<void> {
  const type = entry.kind === 'folder' ? 'directory' : entry.kind === 'symlink' ? 'symlink' : 'file';
  const headers = {
    name: entry.path,
    mode: entry.mode,
    mtime: new Date(entry.modifiedMs),
    size: entry.size,
    type,
    uid: 0,
    gid: 0,
    ...(entry.target === null ? {} : { linkname: entry.target }),
  } as const;
  if (type !== 'file') {
    pack.entry(headers);
    return;
  }
  const sink = pack.entry(headers);
  // A stream allocates this much for each read, however small the file.
  const highWaterMark = Math.min(1 << 20, entry.size + 1);
  await pour(createReadStream(join(folder, entry.path), { highWaterMark }), sink);
}
