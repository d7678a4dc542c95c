import type { Bucket, Manifest, Part } from '../../src/subject/manifest.ts';

/** A small manifest by hand, for tests that need no server. */
export function manifestOf(parts: Partial<Manifest> = {}): Manifest {
  return {
    format: 'rollproof-manifest/1',
    store: { name: 'crm', kind: 'postgres' },
    takenAt: '2026-01-01T00:00:00.000Z',
    engine: { mode: 'row-64/1', major: '15', encoding: 'UTF8' },
    seed: '1',
    parts: [],
    objects: [],
    counters: [],
    unread: [],
    size: { rows: 0, bytes: 0 },
    ...parts,
  };
}

/** A part with ranges of 128 keys, hashed from `rows`: key → hash. */
export function partOf(name: string, rows: ReadonlyMap<bigint, bigint>, shift = 7): Part {
  const buckets = new Map<bigint, { rows: number; sum: bigint; low: bigint; located: bigint }>();
  let sum = 0n;
  for (const [key, hash] of rows) {
    const id = key >> BigInt(shift);
    const offset = key & ((1n << BigInt(shift)) - 1n);
    const low = hash & 0xffffffffn;
    const bucket = buckets.get(id) ?? { rows: 0, sum: 0n, low: 0n, located: 0n };
    bucket.rows += 1;
    bucket.sum = BigInt.asUintN(64, bucket.sum + hash);
    bucket.low += low;
    bucket.located += low * offset;
    sum = BigInt.asUintN(64, sum + hash);
    buckets.set(id, bucket);
  }
  const list = [...buckets].map(
    ([id, bucket]): Bucket => ({
      id: id.toString(),
      rows: bucket.rows,
      sum: bucket.sum.toString(),
      low: bucket.low.toString(),
      located: bucket.located.toString(),
    }),
  );
  const cut = { by: 'key-range' as const, column: 'id', shift };
  return {
    name,
    kind: 'table',
    rows: rows.size,
    columns: ['id', 'v'],
    key: ['id'],
    sum: sum.toString(),
    image: 'i',
    volatile: false,
    buckets: { cut, list },
  };
}
