import { BucketSums } from '../../src/subject/bucket-list.ts';
import type { Manifest, Part } from '../../src/subject/manifest.ts';

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
  const sums = new BucketSums();
  let sum = 0n;
  for (const [key, hash] of rows) {
    const low = hash & 0xffffffffn;
    const offset = key & ((1n << BigInt(shift)) - 1n);
    sums.add({ id: key >> BigInt(shift), rows: 1, sum: hash, low, located: low * offset });
    sum = BigInt.asUintN(64, sum + hash);
  }
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
    buckets: { cut, list: sums.list() },
  };
}
