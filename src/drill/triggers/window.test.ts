import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterReading, type Colour, QUIET, type WindowRule } from './window.ts';

const COLOURS: Readonly<Record<string, Colour>> = { r: 'red', g: 'green', u: 'unknown' };

/** `R` where it calls after a reading, `.` where it does not. */
function calls(readings: string, rule: WindowRule): string {
  let window = QUIET;
  return readings
    .split('')
    .map((letter) => {
      window = afterReading(window, COLOURS[letter] ?? 'unknown', rule);
      return window.isRed ? 'R' : '.';
    })
    .join('');
}

describe('the window of a trigger', () => {
  it.each([
    ['calls after as many red readings in a row', { read: 'grrr', calls: '..RR', rule: { readings: 2 } }],
    ['does not call for red readings that are not in a row', { read: 'rgrgr', calls: '.....', rule: { readings: 2 } }],
    ['is clear only after as many green readings in a row', { read: 'rrgrgg', calls: '.RRRR.', rule: { readings: 2 } }],
    ['does not flap between the colours', { read: 'rrgrgrgr', calls: '.RRRRRRR', rule: { readings: 2 } }],
    ['sees two of three where the plan says so', { read: 'rgrggg', calls: '..RR..', rule: { readings: 2, within: 3 } }],
    [
      'takes nothing of before it was clear into account',
      { read: 'rrggr', calls: '.RR..', rule: { readings: 2, within: 5 } },
    ],
    [
      'is neither called nor cleared by what could not be read',
      { read: 'rurrugug', calls: '...RRRRR', rule: { readings: 2 } },
    ],
    ['calls at once with a single reading', { read: 'grg', calls: '.R.', rule: { readings: 1 } }],
  ])('%s', (_, { read, rule, calls: expected }) => {
    expect(calls(read, rule)).toBe(expected);
  });

  it('never changes more often than its readings allow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('r', 'g', 'u'), { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        (letters, readings, more) => {
          const shown = calls(letters.join(''), { readings, within: readings + more });
          const changes = `.${shown}`.split('').filter((one, index, all) => index > 0 && one !== all[index - 1]).length;
          expect(changes * readings).toBeLessThanOrEqual(letters.length);
        },
      ),
    );
  });
});
