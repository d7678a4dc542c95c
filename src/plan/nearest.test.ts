import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, listNames, nearestName } from './nearest.ts';

describe('the nearest name', () => {
  test('finds slips of the finger, transpositions among them', () => {
    expect(nearestName('relase', ['restore', 'release'])).toBe('release');
    expect(nearestName('form', ['from', 'for-all'])).toBe('from');
    expect(nearestName('OWNER', ['owner'])).toBe('owner');
  });

  test('does not guess', () => {
    expect(nearestName('xyz', ['run', 'sql'])).toBeUndefined();
    expect(nearestName('a', ['b'])).toBeUndefined();
  });

  test('the distance is symmetric, zero only for the same text, and at most the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
        const distance = editDistance(one, other);
        expect(distance).toBe(editDistance(other, one));
        expect(distance === 0).toBe(one === other);
        expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
      }),
      { numRuns: 200 },
    );
  });

  test('lists read like a sentence and end somewhere', () => {
    expect(listNames(['a'])).toBe('`a`');
    expect(listNames(['a', 'b', 'c'])).toBe('`a`, `b` or `c`');
    expect(listNames(Array.from({ length: 20 }, (_, index) => `n${index}`))).toMatch(/ … \(20 in all\)$/);
  });
});
