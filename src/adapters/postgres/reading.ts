import { randomBytes } from 'node:crypto';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import { digestOf } from '../../kernel/digest.ts';
import { BucketSums } from '../../subject/bucket-list.ts';
import type { Manifest, Part, Unread } from '../../subject/manifest.ts';
import type { ReadOptions } from '../../subject/store.ts';
import { addBuckets, bucketQuery, rowImage } from './buckets.ts';
import { readCatalogue } from './catalogue.ts';
import { type Connection, type PostgresAddress, sqlStateOf, withConnection } from './connection.ts';
import { chooseCut, type Cut, estimateRows, rowsPerBucket } from './cut.ts';
import { readEngine } from './engine.ts';
import { listLargeObjects } from './large-objects.ts';
import { readCounters } from './sequences.ts';
import { inSavepoint, openSnapshot, type Snapshot } from './snapshot.ts';
import { listTables, type TableShape } from './tables.ts';

/** How a large database is shared out over connections. */
export interface Slicing {
  /** From here a second connection is worth its start. */
  readonly fromBytes: number;
  /** Unit of parallel work: long enough to forget its start, short enough to share the last ones evenly. */
  readonly sliceBytes: number;
}

const SLICING: Slicing = { fromBytes: 256 * 2 ** 20, sliceBytes: 128 * 2 ** 20 };
const CONNECTIONS = 2;

export type PostgresReadOptions = ReadOptions & {
  readonly name: string;
  readonly slicing?: Slicing;
  /** Runs after the reading, while others can still join its view by this id. */
  readonly whileOpen?: (snapshot: string) => Promise<void>;
};

/** Exact reading of a whole database in one read-only snapshot. Row values never leave the server. */
export async function readPostgres(address: PostgresAddress, options: PostgresReadOptions): Promise<Manifest> {
  try {
    const bytes = await databaseBytes(address);
    const snapshot = await openSnapshot(address, {
      connections: bytes > (options.slicing ?? SLICING).fromBytes ? CONNECTIONS : 1,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    try {
      const manifest = await readSnapshot(snapshot, options);
      await options.whileOpen?.(await snapshot.share());
      return manifest;
    } finally {
      await snapshot.close();
    }
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    throw new RollproofError('interrupted', `reading ${options.name} was interrupted`, { cause: error });
  }
}

async function readSnapshot(snapshot: Snapshot, options: PostgresReadOptions): Promise<Manifest> {
  const [leader] = snapshot.connections;
  const engine = await readEngine(leader);
  const seed = options.like?.seed ?? (randomBytes(8).readBigUInt64BE() >> 1n).toString();
  const listed = await listTables(leader);
  const large = await listLargeObjects(leader);
  const { objects, unread } = await readCatalogue(leader, seed);
  const sequences = await readCounters(leader);
  const read = await readParts(snapshot, [...listed.tables, ...large.tables], { ...options, seed });
  return {
    format: 'rollproof-manifest/1',
    store: { name: options.name, kind: 'postgres' },
    takenAt: new Date().toISOString(),
    engine,
    seed,
    parts: read.parts,
    objects,
    counters: sequences.counters,
    unread: [...listed.unread, ...large.unread, ...unread, ...sequences.unread, ...read.unread],
    size: { rows: read.parts.reduce((sum, part) => sum + part.rows, 0), bytes: read.bytes },
  };
}

async function databaseBytes(address: PostgresAddress): Promise<number> {
  const [row] = await withConnection(address, (connection) =>
    connection.query('select pg_database_size(current_database()) as bytes'),
  );
  return Number(row?.['bytes'] ?? 0);
}

interface PartWork {
  readonly shape: TableShape;
  readonly cut: Cut;
  readonly sums: BucketSums;
  failure: string | null;
}

interface SizedShape {
  readonly shape: TableShape;
  readonly rows: number;
  readonly failure: string | null;
}

interface Slice {
  readonly work: PartWork;
  readonly where: string | null;
  readonly bytes: number;
}

type SeededOptions = PostgresReadOptions & { readonly seed: string };

async function readParts(
  snapshot: Snapshot,
  shapes: readonly TableShape[],
  options: SeededOptions,
): Promise<{ parts: readonly Part[]; unread: readonly Unread[]; bytes: number }> {
  const works = await planWork(snapshot.connections[0], shapes, options.like);
  const slices = works.flatMap((work) =>
    slicesOf(work, snapshot.connections.length > 1 ? (options.slicing ?? SLICING).sliceBytes : Infinity),
  );
  // Largest first: the connections then end at nearly the same time.
  slices.sort((left, right) => right.bytes - left.bytes);
  const progress = { rows: 0, parts: 0, ofParts: slices.length };
  const pullSlices = async (connection: Connection): Promise<void> => {
    for (let slice = slices.shift(); slice !== undefined; slice = slices.shift()) {
      options.signal?.throwIfAborted();
      progress.rows += await readSlice(connection, slice, options);
      progress.parts += 1;
      options.onProgress?.({ ...progress });
    }
  };
  await Promise.all(snapshot.connections.map(pullSlices));
  return {
    parts: works.filter((work) => work.failure === null).map((work) => partOf(work)),
    unread: works.flatMap((work) => (work.failure === null ? [] : [{ what: work.shape.name, why: work.failure }])),
    bytes: works.reduce((sum, work) => sum + work.shape.bytes, 0),
  };
}

async function planWork(
  connection: Connection,
  shapes: readonly TableShape[],
  like: Manifest | undefined,
): Promise<readonly PartWork[]> {
  const known = new Map(like?.parts.map((part) => [part.name, part]));
  const sized: SizedShape[] = [];
  for (const shape of shapes) {
    const count = async (): Promise<SizedShape> => ({
      shape,
      rows: await estimateRows(connection, shape),
      failure: null,
    });
    sized.push(await attempt(connection, count, (why) => ({ shape, rows: 0, failure: why })));
  }
  const perBucket = rowsPerBucket(sized.reduce((sum, { rows }) => sum + rows, 0));
  const works: PartWork[] = [];
  for (const { shape, rows, failure } of sized) {
    const earlier = known.get(shape.name);
    const cut = earlier !== undefined && earlier.image === imageDigest(shape) ? earlier.buckets.cut : null;
    const chosen =
      failure === null ? (cut ?? (await chooseCut(connection, shape, { rows, perBucket }))) : { by: 'whole' as const };
    works.push({ shape, cut: chosen, sums: new BucketSums(), failure });
  }
  return works;
}

function slicesOf(work: PartWork, sliceBytes: number): readonly Slice[] {
  if (work.failure !== null) return [];
  const { bytes, blockBytes, sliceable } = work.shape;
  const count = sliceable ? Math.max(1, Math.ceil(bytes / sliceBytes)) : 1;
  if (count === 1) return [{ work, where: null, bytes }];
  const blocks = Math.ceil(sliceBytes / blockBytes);
  return Array.from({ length: count }, (_, index) => {
    const from = `x.ctid >= '(${index * blocks},0)'::tid`;
    const to = index === count - 1 ? '' : ` and x.ctid < '(${(index + 1) * blocks},0)'::tid`;
    return { work, where: from + to, bytes: sliceBytes };
  });
}

async function readSlice(connection: Connection, slice: Slice, options: SeededOptions): Promise<number> {
  const { work, where } = slice;
  if (work.failure !== null) return 0;
  const sql = bucketQuery(work.shape, { cut: work.cut, seed: options.seed, ...(where === null ? {} : { where }) });
  const read = await attempt(
    connection,
    () => addBuckets(connection, sql, work.sums),
    (why) => {
      work.failure = why;
      return 0;
    },
  );
  return read;
}

/** A table that cannot be read is listed; a server that is gone or a reading that was called off ends everything. */
async function attempt<T>(connection: Connection, read: () => Promise<T>, orElse: (why: string) => T): Promise<T> {
  try {
    return await inSavepoint(connection, read);
  } catch (error) {
    const state = sqlStateOf(error);
    if (state === null || state === '57014' || state.startsWith('08') || state.startsWith('57P')) throw error;
    return orElse(messageOf(error));
  }
}

function imageDigest(shape: TableShape): string {
  return digestOf({
    columns: shape.columns.map((column) => [column.name, column.type.sqlName]),
    image: rowImage(shape),
  });
}

function partOf(work: PartWork): Part {
  const { shape, cut } = work;
  const list = work.sums.list();
  let rows = 0;
  let sum = 0n;
  for (const bucket of list) {
    rows += bucket.rows;
    sum = BigInt.asUintN(64, sum + bucket.sum);
  }
  return {
    name: shape.name,
    kind: shape.kind,
    rows,
    columns: shape.columns.map((column) => column.name),
    key: shape.key,
    sum: sum.toString(),
    image: imageDigest(shape),
    volatile: shape.volatile,
    buckets: { cut, list },
  };
}
