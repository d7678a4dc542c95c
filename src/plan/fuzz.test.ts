import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { SAMPLE_PLAN } from '../../test/support/plans.ts';
import { formatLint, lintPlan } from './lint.ts';
import { loadPlan } from './load.ts';
import { formatProblems } from './problem.ts';

const ODD_VALUES: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1.5,
  true,
  [],
  {},
  [[]],
  { id: 'x' },
  'verified',
  'constructor',
  'db',
  'yes',
  '1h',
  'x'.repeat(300),
];

type Change = {
  readonly seed: number;
  readonly kind: 'delete' | 'replace' | 'rename' | 'duplicate';
  readonly odd: number;
};

/** Loads, and checks what must hold for every text whatsoever. */
function mustAnswer(text: string): void {
  const loaded = loadPlan(text, 'rollproof.yaml');
  if (loaded.ok) {
    const report = lintPlan(loaded);
    expect(typeof formatLint(report)).toBe('string');
    return;
  }
  expect(loaded.problems.length).toBeGreaterThan(0);
  const lines = text.split('\n').length;
  for (const problem of loaded.problems) {
    expect(problem.message).not.toMatch(/undefined|\[object/);
    expect(problem.instead.length).toBeGreaterThan(5);
    expect(problem.line).toBeGreaterThanOrEqual(1);
    expect(problem.line).toBeLessThanOrEqual(lines);
    expect(problem.column).toBeGreaterThanOrEqual(1);
  }
  expect(formatProblems(loaded.problems)).not.toBe('');
}

/** Every container below a value, so that a seed can choose one. */
function containersIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(containersIn)];
}

function change(root: unknown, { seed, kind, odd }: Change): void {
  const containers = containersIn(root).filter((container) => Object.keys(container).length > 0);
  const target = containers[seed % containers.length];
  if (target === undefined) return;
  const keys = Object.keys(target);
  const key = keys[Math.floor(seed / 7) % keys.length] ?? '';
  const value: unknown = Reflect.get(target, key);
  if (kind === 'replace') Reflect.set(target, key, structuredClone(ODD_VALUES[odd % ODD_VALUES.length]));
  else if (Array.isArray(target))
    target.splice(Number(key), 1, ...(kind === 'duplicate' ? [value, structuredClone(value)] : []));
  else {
    if (kind !== 'duplicate') Reflect.deleteProperty(target, key);
    if (kind !== 'delete')
      Reflect.set(target, kind === 'rename' ? `${key.slice(1)}x` : `${key}-2`, structuredClone(value));
  }
}

const changes = fc.array(
  fc.record({
    seed: fc.nat(100_000),
    kind: fc.constantFrom('delete' as const, 'replace' as const, 'rename' as const, 'duplicate' as const),
    odd: fc.nat(100),
  }),
  { minLength: 1, maxLength: 4 },
);

describe('any plan gets an answer', () => {
  test('with parts deleted, replaced, renamed or doubled', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const root: unknown = parse(SAMPLE_PLAN);
        for (const one of list) change(root, one);
        mustAnswer(stringify(root));
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  test('with characters cut out or put in', () => {
    fc.assert(
      fc.property(
        fc.nat(SAMPLE_PLAN.length),
        fc.nat(40),
        fc.constantFrom('', '\n', '\t', '{', ']', '"', '&a', '*a', '!x ', ': ', '- ', '\u0000', '---\n', '? '),
        (at, cut, put) => {
          mustAnswer(`${SAMPLE_PLAN.slice(0, at)}${put}${SAMPLE_PLAN.slice(at + cut)}`);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);

  test('with any text at all', () => {
    fc.assert(fc.property(fc.string({ maxLength: 80, unit: 'binary' }), mustAnswer), { numRuns: 200 });
  }, 30_000);
});
