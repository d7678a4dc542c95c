import { describe, expect, it } from 'vitest';
import { loadGood, editedPlan, SAMPLE_PLAN } from '../../../test/support/plans.ts';
import type { PlanChange } from './change.ts';
import { editPlan } from './edit.ts';
import { splice, withLineEnds } from './splice.ts';
import { unifiedDiff } from './unified-diff.ts';

const expected = (step: string, procedure = 'go-back'): PlanChange => ({
  kind: 'expected',
  procedure,
  step,
  p50: '3s',
  p90: '4s',
});
const DIFFERENCE: PlanChange = {
  kind: 'new-difference',
  difference: { table: 'public.jobs', in: 'db', operations: ['update'], max: 4, why: 'to be filled in: why' },
};
const ANALYZE: PlanChange = {
  kind: 'new-step',
  procedure: 'go-back',
  behind: 'restore',
  step: { id: 'analyze-db', sql: 'ANALYZE', in: 'db', repeat: 'safe' },
};

function revised(text: string, changes: readonly PlanChange[]): string {
  const { splices, unplaced } = editPlan(text, changes);
  expect(unplaced).toEqual([]);
  return splice(text, withLineEnds(text, splices));
}

function linesThatDiffer(before: string, after: string): readonly string[] {
  const known = new Set(before.split('\n'));
  return after.split('\n').filter((line) => !known.has(line));
}

const { plan } = loadGood(SAMPLE_PLAN);
const STEPS = Object.entries(plan.procedures).flatMap(([name, { steps }]) =>
  steps.map(({ id }) => [name, id] as const),
);

describe('a revision of the text of a plan', () => {
  it.each(STEPS)('changes the expected duration of %s.%s and nothing else', (procedure, step) => {
    const text = revised(SAMPLE_PLAN, [expected(step, procedure)]);
    expect(linesThatDiffer(SAMPLE_PLAN, text)).toHaveLength(1);
    const wanted = structuredClone(plan);
    const changed = wanted.procedures[procedure]?.steps.find(({ id }) => id === step);
    if (changed !== undefined) changed.expected = { p50: '3s', p90: '4s' };
    expect(loadGood(text).plan).toEqual(wanted);
  });

  it('fills in what is missing in a step on one line, and below the first key of one on several', () => {
    const onOne = editedPlan([', stop: app, expected: { p50: 20s, p90: 40s } }', ', stop: app } # quick']);
    expect(linesThatDiffer(onOne, revised(onOne, [expected('lock')]))).toEqual([
      '      - { id: lock, phase: execute, owner: dba, deputy: sponsor, stop: app, expected: { p50: 3s, p90: 4s } } # quick',
    ]);
    const onSeveral = editedPlan([
      '- { id: lock, phase: execute, owner: dba, deputy: sponsor, stop: app, expected: { p50: 20s, p90: 40s } }',
      '- id: lock # the first\n        phase: execute\n        owner: dba\n        deputy: sponsor\n        stop: app',
    ]);
    expect(revised(onSeveral, [expected('lock')])).toContain(
      '- id: lock # the first\n        expected: { p50: 3s, p90: 4s }\n        phase: execute',
    );
  });

  it('puts a step behind the one it belongs to, and a difference where the others are', () => {
    const text = revised(SAMPLE_PLAN, [ANALYZE, DIFFERENCE]);
    expect(linesThatDiffer(SAMPLE_PLAN, text)).toEqual([
      '  - { table: public.jobs, in: db, operations: [update], max: 4, why: "to be filled in: why" }',
      '      - { id: analyze-db, sql: ANALYZE, in: db, repeat: safe }',
    ]);
    expect(loadGood(text).plan.procedures['go-back']?.steps.map(({ id }) => id)).toEqual([
      'lock',
      'restore',
      'analyze-db',
      'old',
      'up',
      'open',
    ]);
    expect(loadGood(text).plan.differences).toHaveLength(2);
  });

  it('begins a list of differences above the comments of the procedures', () => {
    const without = editedPlan(
      [/differences:\n.*\n\n/.exec(SAMPLE_PLAN)?.[0] ?? 'no differences', ''],
      ['procedures:', '# How it is done.\nprocedures:'],
    );
    const text = revised(without, [DIFFERENCE]);
    expect(text).toMatch(/differences:\n {2}- \{ table: .*\n# How it is done\.\nprocedures:/);
    expect(loadGood(text).plan.differences).toHaveLength(1);
    const empty = editedPlan([/differences:\n.*\n/.exec(SAMPLE_PLAN)?.[0] ?? 'no differences', 'differences: []\n']);
    expect(loadGood(revised(empty, [DIFFERENCE])).plan.differences).toHaveLength(1);
  });

  it('keeps line ends of Windows, also in what it puts in', () => {
    const text = revised(SAMPLE_PLAN.replaceAll('\n', '\r\n'), [ANALYZE, expected('lock')]);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(loadGood(text).plan.procedures['go-back']?.steps).toHaveLength(6);
  });

  it('leaves to people what stands behind an alias', () => {
    const aliased = editedPlan(
      ['expected: { p50: 10s, p90: 20s } }', 'expected: &short { p50: 10s, p90: 20s } }'],
      ['stop: app, expected: { p50: 20s, p90: 40s }', 'stop: app, expected: *short'],
    );
    const { splices, unplaced } = editPlan(aliased, [expected('lock')]);
    expect(splices).toEqual([]);
    expect(unplaced).toEqual([{ change: expected('lock'), why: expect.stringContaining('alias') }]);
  });
});

describe('the patch', () => {
  const numbered = Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`).join('');
  const at = (line: number): number => numbered.indexOf(`line ${line}\n`);

  it('shows three lines around each change and joins what is near', () => {
    const diff = unifiedDiff('a b/plan.yaml', numbered, [
      { from: at(5), to: at(5), text: 'new\n' },
      { from: at(9) + 5, to: at(9) + 6, text: 'nine' },
      { from: at(25), to: at(25) + 4, text: 'LINE' },
    ]);
    expect(diff.split('\n').slice(0, 4)).toEqual([
      'diff --git a/a b/plan.yaml b/a b/plan.yaml',
      '--- a/a b/plan.yaml\t',
      '+++ b/a b/plan.yaml\t',
      '@@ -2,11 +2,12 @@',
    ]);
    expect(diff).toContain('@@ -22,7 +23,7 @@\n line 22\n line 23\n line 24\n-line 25\n+LINE 25\n line 26');
    expect(diff.match(/^[-+](?![-+])/gm)).toHaveLength(5);
  });

  it('says where the last line has no end, and is empty for no change', () => {
    expect(unifiedDiff('p', 'a\nb', [{ from: 3, to: 3, text: '\nc' }])).toContain(
      '-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n',
    );
    expect(unifiedDiff('p', 'a\nb', [])).toBe('');
    expect(unifiedDiff('é".yaml', 'a\n', [{ from: 0, to: 0, text: 'b\n' }])).toContain('--- "a/\\303\\251\\".yaml"\n');
  });
});
