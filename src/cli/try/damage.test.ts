import { describe, expect, it } from 'vitest';
import type { InjectionRequest, Injector } from '../../fault/injector.ts';
import { BucketList } from '../../subject/bucket-list.ts';
import type { Part } from '../../subject/manifest.ts';
import { damageStore } from './damage.ts';

const signal = new AbortController().signal;

function part(name: string, rows: number): Part {
  return {
    name,
    kind: 'table',
    rows,
    columns: ['id'],
    key: ['id'],
    sum: '0',
    image: '',
    volatile: false,
    buckets: { cut: { by: 'whole' }, list: BucketList.of([]) },
  };
}

/** Does what it is asked, in the table that is named, unless the fault is refused. */
function injector(requests: InjectionRequest[], refused: readonly string[] = []): Injector {
  return {
    offers: ['DC-01', 'DC-02', 'DC-03', 'DC-04', 'DC-07', 'DC-08', 'DC-13', 'DC-16', 'DC-21', 'DC-28', 'DC-39'],
    inject: async (request) => {
      requests.push(request);
      if (refused.includes(request.id)) return { applicable: false, why: 'no place' };
      const table = request.table ?? 'public.first';
      return {
        applicable: true,
        truth: {
          fault: request.id,
          store: 's',
          part: table,
          object: null,
          columns: [],
          operation: 'update',
          keys: [],
          rows: 1,
          seed: request.seed,
          description: '',
          statements: [],
        },
      };
    },
  };
}

const PARTS = [part('public.first', 1_000_000), part('public.second', 2_000), part('public.third', 10)];

describe('damageStore', () => {
  it('does four kinds of damage: rows, two of content, one that no row shows, in different tables', async () => {
    const truths = await damageStore({ injector: injector([]), seed: 3, parts: PARTS, signal });

    const faults = truths.map((truth) => truth.fault);
    expect(faults).toHaveLength(4);
    expect(new Set(faults).size).toBe(4);
    expect(['DC-01', 'DC-02']).toContain(faults[0]);
    expect(['DC-28', 'DC-39']).toContain(faults[3]);
    expect(new Set(truths.map((truth) => truth.part)).size).toBe(3);
  });

  it('is the same for the same seed and another for another', async () => {
    const faults = async (seed: number): Promise<string> =>
      (await damageStore({ injector: injector([]), seed, parts: PARTS, signal }))
        .map((truth) => `${truth.fault} ${truth.part}`)
        .join();

    expect(await faults(1)).toBe(await faults(1));
    expect(new Set(await Promise.all([1, 2, 3, 4, 5].map(faults))).size).toBeGreaterThan(1);
  });

  it('takes other kinds where the schema has no place, and never so many rows that they cannot be named', async () => {
    const requests: InjectionRequest[] = [];
    const truths = await damageStore({
      injector: injector(requests, ['DC-01', 'DC-02', 'DC-28', 'DC-39']),
      seed: 1,
      parts: PARTS,
      signal,
    });

    expect(truths).toHaveLength(4);
    expect(requests.every((request) => (request.rate ?? 1) * rowsOf(request) <= 40)).toBe(true);
  });

  it('stops when it is interrupted', async () => {
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(damageStore({ injector: injector([]), seed: 1, parts: PARTS, signal: stopped })).rejects.toThrow(
      'enough',
    );
  });
});

function rowsOf(request: InjectionRequest): number {
  return PARTS.find((one) => one.name === request.table)?.rows ?? 1_000_000;
}
