import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { messageOf, RollproofError } from '../../kernel/errors.ts';

export type Packing = 'none' | 'gzip' | 'zstd' | 'xz';

const MAGIC: ReadonlyArray<readonly [Packing, Buffer]> = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
];

export function packingOf(head: Buffer): Packing {
  return MAGIC.find(([, magic]) => head.subarray(0, magic.length).equals(magic))?.[0] ?? 'none';
}

/** The first bytes of what is packed. Throws `restore-point-bad` when not even these can be unpacked. */
export async function headInside(path: string, packing: Packing, bytes: number): Promise<Buffer> {
  const { stream, close } = unpacking(path, packing);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= bytes) break;
    }
  } catch (error) {
    throw damaged(path, error);
  } finally {
    close();
  }
  if (length === 0) throw damaged(path, 'there is nothing in it');
  return Buffer.concat(chunks).subarray(0, bytes);
}

export interface UnpackRequest {
  readonly path: string;
  readonly packing: Packing;
  readonly into: string;
  readonly signal: AbortSignal;
}

/** For what the restore itself cannot unpack. */
export async function unpackTo({ path, packing, into, signal }: UnpackRequest): Promise<void> {
  const { stream, close, ended } = unpacking(path, packing);
  try {
    await pipeline(stream, createWriteStream(into, { mode: 0o600 }), { signal });
    await ended;
  } catch (error) {
    signal.throwIfAborted();
    if (isDiskFull(error)) throw error;
    throw damaged(path, error);
  } finally {
    close();
  }
}

interface Unpacking {
  readonly stream: Readable;
  /** Rejects when the unpacking program did not reach the end. */
  readonly ended: Promise<void>;
  close(): void;
}

function unpacking(path: string, packing: Packing): Unpacking {
  if (packing === 'xz') return unpackingByXz(path);
  const source = createReadStream(path);
  const unpacker = packing === 'gzip' ? createGunzip() : createZstdDecompress();
  source.on('error', (error) => unpacker.destroy(error));
  return {
    stream: packing === 'none' ? source : source.pipe(unpacker),
    ended: Promise.resolve(),
    close: () => void source.destroy(),
  };
}

/** Node has no xz of its own. */
function unpackingByXz(path: string): Unpacking {
  const child = spawn('xz', ['-dc', '--', path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(said.trim() === '' ? `xz ended with ${String(code)}` : said.trim());
  });
  ended.catch((error: unknown) => void child.stdout.destroy(asMissingTool(error)));
  return { stream: child.stdout, ended, close: () => void child.kill() };
}

function asMissingTool(error: unknown): Error {
  if (!isMissing(error)) return error instanceof Error ? error : new Error(messageOf(error));
  return new RollproofError(
    'environment-not-ready',
    'the program xz is needed to unpack this backup and is not there',
    { hint: 'install it with: apt-get install xz-utils' },
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function damaged(path: string, error: unknown): RollproofError {
  if (error instanceof RollproofError) return error;
  const why = typeof error === 'string' ? error : messageOf(error);
  return new RollproofError('restore-point-bad', `${path} cannot be unpacked: ${why}`, {
    hint: 'it is cut off or damaged: copy it again from where it was made and compare the sizes',
    cause: error,
  });
}
