import { join } from 'node:path';
import { createReadStream } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { firstBytes } from '../files/archive.ts';
import { badRestorePoint, demandPresent } from '../files/bad-restore-point.ts';

/** What a dump says of itself in its first bytes. */
export interface DumpHeader {
  readonly kind: 'archive' | 'plain';
  /** Only of plain text: how it is packed. */
  readonly packed: 'none' | 'gzip' | 'zstd';
  readonly database: string | null;
  readonly serverVersion: string | null;
  readonly toolVersion: string | null;
  readonly createdAt: string | null;
  /** Oldest major of pg_restore that understands it. */
  readonly readableFrom: number;
}

const MAGIC = 'PGDMP';
const HEAD_BYTES = 64 * 1024;

export async function readDumpHeader(path: string): Promise<DumpHeader> {
  const { isFolder } = await demandPresent(path);
  const file = isFolder ? join(path, 'toc.dat') : path;
  if (isFolder) await demandPresent(file);
  const head = await firstBytes(file, HEAD_BYTES);
  if (head.toString('latin1', 0, 5) === MAGIC) return archiveHeader(path, head);
  // pg_dump -Ft puts its table of contents first into the tar.
  if (head.toString('latin1', 512, 517) === MAGIC) return archiveHeader(path, head.subarray(512));
  const packed = head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : head[0] === 0x1f && head[1] === 0x8b ? 'gzip' : 'none';
  const text = packed === 'none' ? head : await unpackedHead(file, packed);
  return plainHeader(path, text, packed);
}

async function unpackedHead(path: string, packed: 'gzip' | 'zstd'): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const source = createReadStream(path);
  try {
    for await (const chunk of source.pipe(packed === 'gzip' ? createGunzip() : createZstdDecompress())) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= HEAD_BYTES) break;
    }
  } catch (error) {
    throw badRestorePoint(path, {
      what: 'cannot be unpacked',
      hint: 'it is cut off or damaged: copy it again from where it was made',
      cause: error,
    });
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks);
}

function archiveHeader(path: string, head: Buffer): DumpHeader {
  try {
    return parseArchiveHeader(head);
  } catch (error) {
    if (error instanceof RangeError)
      throw badRestorePoint(path, {
        what: 'is cut off inside its header',
        hint: 'copy it again from where it was made and compare the sizes',
        cause: error,
      });
    throw error;
  }
}

/** Layout of pg_backup_archiver.c, ReadHead(): the same since archive version 1.10 but for the compression in 1.15. */
function parseArchiveHeader(head: Buffer): DumpHeader {
  const minor = head.readUInt8(6);
  const reader = new HeaderReader(head, 11, head.readUInt8(8));
  if (minor >= 15) reader.byte();
  else reader.int();
  const [second, minute, hour, day, month, year] = [
    reader.int(),
    reader.int(),
    reader.int(),
    reader.int(),
    reader.int(),
    reader.int(),
  ];
  reader.int(); // daylight saving flag
  // Written in the local time of the machine that made it, which the file does not name: ours is assumed.
  const created = new Date(year + 1900, month, day, hour, minute, second);
  const database = reader.text();
  const serverVersion = reader.text();
  const toolVersion = reader.text();
  return {
    kind: 'archive',
    packed: 'none',
    database,
    serverVersion,
    toolVersion,
    createdAt: Number.isNaN(created.getTime()) ? null : created.toISOString(),
    readableFrom: minor >= 16 ? 17 : minor >= 15 ? 16 : 0,
  };
}

class HeaderReader {
  readonly #head: Buffer;
  readonly #intSize: number;
  #position: number;

  constructor(head: Buffer, position: number, intSize: number) {
    this.#head = head;
    this.#position = position;
    this.#intSize = intSize;
  }

  byte(): number {
    this.#position += 1;
    return this.#head.readUInt8(this.#position - 1);
  }

  int(): number {
    const sign = this.byte();
    const value = this.#head.readUIntLE(this.#position, this.#intSize);
    this.#position += this.#intSize;
    return sign === 0 ? value : -value;
  }

  text(): string | null {
    const length = this.int();
    if (length < 0) return null;
    if (this.#position + length > this.#head.length) throw new RangeError('text goes beyond the header');
    this.#position += length;
    return this.#head.toString('utf8', this.#position - length, this.#position);
  }
}

function plainHeader(path: string, head: Buffer, packed: DumpHeader['packed']): DumpHeader {
  const text = head.toString('utf8');
  if (head.includes(0) || !/^(--|SET |CREATE |BEGIN|\\)/m.test(text)) {
    throw badRestorePoint(path, {
      what: 'is not a PostgreSQL dump',
      hint: 'give a file made by pg_dump (custom format, -Fc), or name the right format in the plan',
    });
  }
  const first = (pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;
  return {
    kind: 'plain',
    packed,
    database: first(/^\\connect (?:-reuse-previous=on )?"?(?:dbname=')?([^"'\s]+)/m),
    serverVersion: first(/^-- Dumped from database version (.+)$/m),
    toolVersion: first(/^-- Dumped by pg_dump version (.+)$/m),
    createdAt: null,
    readableFrom: 0,
  };
}
