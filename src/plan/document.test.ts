import { describe, expect, test } from 'vitest';
import { editedPlan, loadGood, problemsOf, SAMPLE_PLAN } from '../../test/support/plans.ts';
import { loadPlan } from './load.ts';

describe('YAML that a plan cannot be', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...['b', 'c', 'd', 'e'].map((key, index) => `${key}: &${key} [${`*${'abcd'[index]},`.repeat(9)}]`),
  ].join('\n');
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /the plan is empty/],
    ['a list', '- a\n- b', /the plan cannot be a list of 2/],
    ['an unclosed bracket', 'name: [a, b', /not valid YAML/],
    ['a tab', 'systems:\n\tdb: 1', /a tab is used/],
    ['a second document', `${SAMPLE_PLAN}\n---\nname: other`, /more than one YAML document/],
    ['a tag', SAMPLE_PLAN.replace('name: crm', 'name: !secret crm'), /has no YAML tags/],
    ['a duplicate key', `${SAMPLE_PLAN}\nname: again`, /`name` is written twice/],
    ['an alias bomb', `${SAMPLE_PLAN}\n${bomb}`, /cannot be expanded/],
    ['an alias inside what it names', 'rollproof: &a [*a]', /contains itself/],
    ['an alias without anchor', 'rollproof: *nope', /alias `\*nope` has no anchor/],
    ['a mapping as a key', '{ a: 1 }: b', /a key must be plain text/],
    ['an alias as a key', 'a: &a x\n*a : b', /a key must be plain text/],
    ['endless nesting', '['.repeat(5_000), /YAML|nests too deep/],
    ['a number beyond all bounds', SAMPLE_PLAN.replace('above: 0', 'above: 1e999'), /cannot be held exactly: Infinity/],
    [
      'a number that loses digits',
      SAMPLE_PLAN.replace('above: 0', 'above: 12345678901234567890'),
      /cannot be held exactly/,
    ],
    ['a key that no object can hold', `${SAMPLE_PLAN}\n__proto__: { a: 1 }`, /`__proto__` cannot be a key/],
    ['a file too large', `# ${'x'.repeat(2_000_001)}`, /at most 2000000/],
  ];
  test.each(cases)('%s', (_, text, message) => {
    const loaded = loadPlan(text, 'rollproof.yaml');
    expect(loaded.ok ? '' : loaded.problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });

  test('a duplicate key does not hide the other mistakes', () => {
    const problems = problemsOf(`${editedPlan(['stop: app', 'stop: ap'])}\nname: again`);
    expect(problems).toHaveLength(2);
  });

  test('an alias may repeat a part of the plan', () => {
    const text = editedPlan(
      ['expected: { p50: 10s, p90: 20s } }', 'expected: &quick { p50: 10s, p90: 20s } }'],
      ['expected: { p50: 10s, p90: 20s } }', 'expected: *quick }'],
    );
    expect(loadGood(text).digest).toBe(loadGood(SAMPLE_PLAN).digest);
  });
});
