import { describe, expect, test } from 'vitest';
import type { DrillOperator } from '../../src/drill/world.ts';
import type { RollbackCall } from '../../src/people/roster/decision.ts';
import type { PlanInput } from '../../src/plan/schema.ts';
import { rehearse } from '../support/rehearse.ts';
import { insertAfter } from '../support/variants.ts';
import { claimOf, expectVerdict, findingsAbout } from '../support/verdicts.ts';

const STORES = { data: 'proven', files: 'proven', function: 'proven', access: 'proven' } as const;
const REQUIRED = (plan: PlanInput): void => {
  for (const scenario of Object.values(plan.scenarios)) scenario.requires = ['decision'];
};

/** Somebody who is asked, reads what is put before them, and answers. */
function person(
  name: string,
  answer: { readonly choice?: string; readonly asked?: RollbackCall[] } = {},
): (operator: DrillOperator) => DrillOperator {
  return (operator) => ({
    ...operator,
    callRollback: async (call) => {
      answer.asked?.push(call);
      const role = call.callers.find((caller) => caller.name === name)?.role ?? null;
      const choice = answer.choice ?? call.rollback;
      return { by: name, role, how: 'person', choice, reason: 'the facts say so', fixP90Ms: 3_600_000 };
    },
  });
}

describe('who calls the rollback', () => {
  test('the one who decides: proven, on facts and choices that were frozen before', async () => {
    const asked: RollbackCall[] = [];
    const rehearsed = await rehearse({
      scenario: 'data-corruption',
      edit: REQUIRED,
      operator: person('Dr. Paul Okafor', { asked }),
    });
    expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...STORES, decision: 'proven' } });
    const { record, events } = rehearsed;
    expect(asked).toHaveLength(1);
    expect(record.decision).toMatchObject({
      by: 'Dr. Paul Okafor',
      role: 'sponsor',
      how: 'person',
      choice: 'go-back',
      facts: asked[0]?.facts,
      rule: { fixP90Ms: 3_600_000, callsForRollback: false },
    });
    expect(asked[0]?.facts.join('\n')).toMatch(/notices damage[^]*red when above[^]*latest call 2026-12-06/);
    expect(asked[0]?.choices.map(({ name }) => name)).toEqual(['fix-forward', 'go-back']);
    const topics = events.flatMap((event) => (event.kind === 'noted' ? [event.topic] : []));
    expect(topics.indexOf('facts-frozen')).toBeLessThan(topics.indexOf('decision'));
  });

  test('somebody not entitled fails the decision and is named; the rest is proven', async () => {
    const rehearsed = await rehearse({ scenario: 'clean-return', edit: REQUIRED, operator: person('Tom Weber') });
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { ...STORES, decision: 'failed' } });
    expect(claimOf(rehearsed.record, 'decision').sentence).toMatch(
      /^Tom Weber .*called it, but only Dr\. Paul Okafor \(sponsor\), or in their absence Mara Lindqvist \(lead\), may call it/,
    );
    expect(findingsAbout(rehearsed.record, /^Tom Weber called the rollback without being entitled/)).toHaveLength(1);
  });

  test('another choice ends the drill with the decision failed, and nothing is rolled back', async () => {
    const rehearsed = await rehearse({
      scenario: 'clean-return',
      edit: REQUIRED,
      operator: person('Dr. Paul Okafor', { choice: 'fix-forward' }),
    });
    const { record } = rehearsed;
    expect(record.verdict).toMatchObject({ whole: 'failed', exitCode: 10 });
    expect(claimOf(record, 'decision')).toMatchObject({
      state: 'failed',
      sentence: 'Dr. Paul Okafor chose fix-forward instead of the scenario’s rollback go-back.',
    });
    expect(record.clocks.bars.filter((bar) => bar.procedure === 'go-back' && bar.outcome === 'succeeded')).toEqual([]);
    expect(rehearsed.left).toEqual([]);
  });
});

describe('GF-13: somebody is absent', () => {
  test('both who may call it: the decision fails with both names, although the policy goes on', async () => {
    const rehearsed = await rehearse({
      scenario: 'clean-return',
      said: { present: [], absent: ['sponsor', 'lead'] },
    });
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { ...STORES, decision: 'failed' } });
    expect(claimOf(rehearsed.record, 'decision').sentence).toContain(
      'Dr. Paul Okafor (sponsor) is absent, and so is Mara Lindqvist',
    );
    expect(findingsAbout(rehearsed.record, /^nobody who may call the rollback is there/)).toMatchObject([
      { severity: 'critical' },
    ]);
  });

  test('the decider alone: the deputy calls it, and that is proven', async () => {
    const rehearsed = await rehearse({
      scenario: 'clean-return',
      edit: REQUIRED,
      said: { present: [], absent: ['sponsor'] },
      operator: person('Mara Lindqvist'),
    });
    expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...STORES, decision: 'proven' } });
    expect(claimOf(rehearsed.record, 'decision').sentence).toContain('in place of Dr. Paul Okafor (sponsor)');
  });

  const manual = (plan: PlanInput): void =>
    insertAfter(
      plan,
      { procedure: 'go-back', step: 'tell-room' },
      { id: 'call-the-bank', manual: 'Call the bank.', owner: 'dba', after: [] },
    );
  const confirming = (operator: DrillOperator): DrillOperator => ({
    ...operator,
    confirm: async ({ actor }) => ({ by: actor ?? 'nobody', observation: 'they know' }),
  });

  test('the only expert, deputy included: every step is named, and the manual one cannot be done', async () => {
    const rehearsed = await rehearse({
      scenario: 'clean-return',
      edit: manual,
      operator: confirming,
      said: { present: [], absent: ['dba', 'Tom Weber'] },
    });
    const { record } = rehearsed;
    expect(record.verdict.whole).toBe('failed');
    const [finding] = findingsAbout(record, /^without Ines Falk \(dba\) nobody is left who may do/);
    expect(finding).toMatchObject({
      severity: 'high',
      actual: 'Ines Falk (dba) is absent, and the deputy Tom Weber is absent too',
    });
    expect(finding?.title).toContain('go-back.call-the-bank');
    expect(findingsAbout(record, /^go-back\.call-the-bank failed/)[0]?.actual).toContain(
      'nobody is left who may do it',
    );
    expect(record.roster?.gaps.find(({ role }) => role === 'dba')?.nobody).toContain('go-back.call-the-bank');
  });

  test('the expert alone: the deputy does it, and that is proven', async () => {
    const rehearsed = await rehearse({
      scenario: 'clean-return',
      edit: manual,
      operator: confirming,
      said: { present: [], absent: ['dba'] },
    });
    expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: STORES });
    expect(rehearsed.record.clocks.bars.find(({ id }) => id === 'go-back.call-the-bank')?.detail).toBe(
      'confirmed by Tom Weber: they know',
    );
    expect(findingsAbout(rehearsed.record, /nobody is left/)).toEqual([]);
    expect(findingsAbout(rehearsed.record, /^Tom Weber stood in for Ines Falk/)).toHaveLength(1);
  });
});
