import { describe, expect, it } from 'vitest';
import type { Plan, Trigger } from '../../plan/schema.ts';
import type { Headroom } from '../../proof/headroom.ts';
import { NOTHING_TOLD, newsOf, type Situation, type Told } from './news.ts';
import { standingOf, troublesOf, type WatchedTrigger, watchedOf, withReading } from './watched.ts';

const TRIGGER: Trigger = {
  in: 'db',
  sql: 'q',
  above: 0,
  readings: 2,
  every: { live: '1m', drill: '1s' },
  class: 'mandatory',
};

function after(readings: string): WatchedTrigger {
  const [first] = watchedOf({ triggers: { orphans: TRIGGER } } as unknown as Plan);
  if (first === undefined) throw new Error('no trigger is watched');
  return readings
    .split('')
    .reduce(
      (watched, letter, index) =>
        withReading(
          watched,
          { value: letter, colour: letter === 'r' ? 'red' : letter === 'g' ? 'green' : 'unknown' },
          index,
        ),
      first,
    );
}

function headroom(colour: Headroom['colour']): Headroom {
  return { lastSafeMs: 0, ratio: 1.5, colour };
}

/** What is told along the way, one entry for each news. */
function toldAlong(situations: readonly Situation[]): readonly string[] {
  let told: Told = NOTHING_TOLD;
  return situations.flatMap((situation) => {
    const result = newsOf(told, situation);
    told = result.told;
    return result.news.map(({ about, state }) => `${about} ${state}`);
  });
}

describe('news of a watch', () => {
  it('tells each change once, however often it is looked at', () => {
    const readings = ['g', 'gr', 'grr', 'grrr', 'grrrg', 'grrrgr', 'grrrgrg', 'grrrgrgg', 'grrrgrggg'];
    const looks = readings.flatMap((each) => [after(each), after(each)]);
    expect(toldAlong(looks.map((one) => ({ triggers: [one], headroom: null })))).toEqual([
      'orphans red',
      'orphans quiet',
    ]);
  });

  it('tells that a source cannot be read, but not for a single time', () => {
    expect(toldAlong([{ triggers: [after('gu')], headroom: null }])).toEqual([]);
    expect(toldAlong([{ triggers: [after('guu')], headroom: null }])).toEqual(['orphans unreadable']);
  });

  it('tells headroom only when it is worse than ever', () => {
    const colours = ['green', 'amber', 'green', 'amber', 'red', 'amber', 'red'] as const;
    expect(toldAlong(colours.map((colour) => ({ triggers: [], headroom: headroom(colour) })))).toEqual([
      'headroom amber',
      'headroom red',
    ]);
  });

  it.each([
    ['g', 'quiet', []],
    ['rr', 'red', [10]],
    ['rruu', 'red', [3, 10]],
    ['uu', 'unreadable', [3]],
    ['r', 'quiet', []],
  ] as const)('after %s it is %s', (readings, standing, codes) => {
    expect(standingOf(after(readings))).toBe(standing);
    expect(troublesOf([after(readings)])).toEqual(codes);
  });
});

it('a trigger on a step of the go-live is not asked after it', () => {
  const triggers = { 'orphans': TRIGGER, 'load-is-late': { ...TRIGGER, in: 'go-live', step: 'load', sql: undefined } };
  expect(watchedOf({ triggers } as unknown as Plan).map(({ name }) => name)).toEqual(['orphans']);
});
