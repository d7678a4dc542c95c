import { describe, expect, it } from 'vitest';
import { s1Proven } from '../../test/fixtures/records/s1-proven.ts';
import { headroomOf, rollbackTimeOf } from './headroom.ts';
import type { DrillRecord } from './record.ts';

function drilled(rtaMs: number | null, shareOfProduction: number | null = 1): DrillRecord {
  return {
    ...s1Proven,
    clocks: { ...s1Proven.clocks, rtaMs },
    volume: { ...s1Proven.volume, shareOfProduction },
    environment: { ...s1Proven.environment, profile: 'faithful' },
  };
}

describe('what a rollback takes', () => {
  it('is not known without a drill that measured it', () => {
    expect(rollbackTimeOf([])).toBeNull();
    expect(rollbackTimeOf([drilled(null)])).toBeNull();
    const fast = drilled(60_000);
    expect(rollbackTimeOf([{ ...fast, environment: { ...fast.environment, profile: 'fast' } }])).toBeNull();
  });

  it('is the worst and a quarter below three drills', () => {
    expect(rollbackTimeOf([drilled(60_000), drilled(80_000)])).toMatchObject({
      ms: 100_000,
      basis: 'worst of 2 measured × 1.25',
    });
  });

  it('is the ninth of ten and a tenth from three on', () => {
    const times = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((seconds) => drilled(seconds * 1_000));
    expect(rollbackTimeOf(times)?.ms).toBeCloseTo(99_000);
    expect(rollbackTimeOf(times.slice(0, 3))?.ms).toBeCloseTo(33_000);
  });

  it('grows with the size of production, and never shrinks', () => {
    expect(rollbackTimeOf([drilled(60_000, 0.5)])?.ms).toBe(150_000);
    expect(rollbackTimeOf([drilled(60_000, 4)])?.ms).toBe(75_000);
    expect(rollbackTimeOf([drilled(60_000, null)])?.basis).toContain('size of production not known');
  });
});

describe('headroom', () => {
  const made = { backByMs: 100_000, rollbackMs: 20_000, leadMs: 5_000 };
  it.each([
    [0, 5, 'green'],
    [60_000, 2, 'green'],
    [60_001, 2, 'amber'],
    [74_000, 1.3, 'amber'],
    [74_001, 1.3, 'red'],
    [120_000, -1, 'red'],
  ] as const)('at %i ms it is about %d and %s', (nowMs, ratio, colour) => {
    const headroom = headroomOf({ ...made, nowMs });
    expect(headroom.ratio).toBeCloseTo(ratio, 3);
    expect(headroom.colour).toBe(colour);
    expect(headroom.lastSafeMs).toBe(75_000);
  });

  it('is red once the last moment has passed, whatever is left', () => {
    expect(headroomOf({ ...made, leadMs: 60_000, nowMs: 30_000 }).colour).toBe('red');
  });
});
