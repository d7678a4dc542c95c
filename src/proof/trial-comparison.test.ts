import { describe, expect, it } from 'vitest';
import { BucketList } from '../subject/bucket-list.ts';
import type { Difference } from '../subject/difference.ts';
import type { Manifest, Part } from '../subject/manifest.ts';
import { controlDifference, trialComparison } from './trial-comparison.ts';

function part(name: string, sum: string, volatile = false): Part {
  return {
    name,
    kind: 'table',
    rows: 2,
    columns: ['id'],
    key: ['id'],
    sum,
    image: 'i',
    volatile,
    buckets: {
      cut: { by: 'whole' },
      list: BucketList.of([{ id: 0n, rows: 2, sum: BigInt(sum), low: 0n, located: 0n }]),
    },
  };
}

function manifest(...parts: readonly Part[]): Manifest {
  return {
    format: 'rollproof-manifest/1',
    store: { name: 'crm', kind: 'postgres' },
    takenAt: '2026-03-10T00:00:00Z',
    engine: { mode: 'm', major: '15', encoding: 'UTF8' },
    seed: '1',
    parts,
    objects: [],
    counters: [],
    unread: [],
    size: { rows: 4, bytes: 10 },
  };
}

const BASELINE = manifest(part('public.a', '1'), part('public.b', '2'));

function compared(now: Manifest, control: Manifest): ReturnType<typeof trialComparison> {
  const difference: Difference = controlDifference(BASELINE, now);
  return trialComparison({
    store: 'crm',
    baseline: BASELINE,
    difference,
    control: controlDifference(BASELINE, control),
    tookMs: 1,
  });
}

describe('trialComparison', () => {
  it('is equal when nothing differs', () => {
    expect(compared(BASELINE, BASELINE).verdict).toBe('equal');
  });

  it('is different when one table is, and marks that one', () => {
    const comparison = compared(manifest(part('public.a', '9'), part('public.b', '2')), BASELINE);
    expect(comparison.verdict).toBe('different');
    expect(comparison.tiles.map((tile) => [tile.part, tile.equal])).toEqual([
      ['public.a', false],
      ['public.b', true],
    ]);
  });

  it('never calls equal what differed without damage, and still sees the rest', () => {
    const restless = manifest(part('public.a', '7'), part('public.b', '2'));
    expect(compared(manifest(part('public.a', '8'), part('public.b', '2')), restless).verdict).toBe('incomplete');
    expect(compared(manifest(part('public.a', '8'), part('public.b', '9')), restless).verdict).toBe('different');
  });
});
