import { describe, expect, test } from 'vitest';
import { evidenceOf, failedBy, note, type Note, plus, type Story } from '../../../test/support/evidence.ts';
import { stepOf } from '../../../test/support/variants.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { PlanInput } from '../../plan/schema.ts';
import { readClocks } from '../clocks.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Facts } from '../facts.ts';
import { collectFindings } from '../findings/findings.ts';
import type { Claim } from '../record.ts';
import { judgeClaims } from './claims.ts';
import { withFallback } from './fallback.ts';

function twisted(plan: PlanInput): void {
  for (const scenario of Object.values(plan.scenarios)) scenario.twists = [{ id: 'GF-10', in: 'db', defect: 'BK-01' }];
}

const WHERE = 'restore point final-backup of db';
const armed = (facts: Partial<Facts['twist']> = {}): Note =>
  note('twist', { twist: 'GF-10', name: 'bad', where: WHERE, seed: 1, armed: true, what: 'cut', ...facts });
const met = (facts: Partial<Facts['twist-shown']> = {}): Note =>
  note('twist-shown', { twist: 'GF-10', where: WHERE, shown: true, evidence: 'restore was served it', ...facts });

function claimsOf(story: Story): Readonly<Record<string, Claim>> {
  const evidence = evidenceOf({ edit: twisted, ...story });
  return Object.fromEntries(judgeClaims(evidence, readClocks(evidence)).map((claim) => [claim.name, claim]));
}

describe('a twist', () => {
  test('that was met and withstood leaves the claims as they are', () => {
    const claims = claimsOf({ notes: { 'inject': plus(armed()), 'go-back.restore': plus(met()) } });
    expect(claims['data']).toMatchObject({ state: 'proven' });
  });

  test.each<[string, Note[], Note[], RegExp]>([
    ['nothing met', [armed()], [], /GF-10 not present: nothing met it/],
    ['found no place', [armed({ armed: false, what: 'no such file' })], [], /GF-10 not present: no such file/],
    ['was looked for in vain', [armed()], [met({ shown: false, evidence: 'refused' })], /GF-10 not present: refused/],
    ['was met elsewhere', [armed()], [met({ where: 'docs' })], /nothing met it/],
  ])('that %s shows nothing', (...[, inject, restore, because]) => {
    const { data } = claimsOf({ notes: { 'inject': plus(...inject), 'go-back.restore': plus(...restore) } });
    expect(data?.state).toBe('inconclusive');
    expect(data?.because.join('\n')).toMatch(because);
  });

  test('that was not withstood fails the claim that it says, and only that', () => {
    const notes = {
      'inject': plus(armed()),
      'go-back.restore': plus(met({ fails: 'loss', evidence: '3 writes are gone' })),
    };
    const claims = claimsOf({ notes });
    expect(claims['loss']).toMatchObject({ state: 'failed', sentence: 'GF-10: 3 writes are gone.' });
    expect(claims['data']).toMatchObject({ state: 'proven' });
    const evidence = evidenceOf({ edit: twisted, notes });
    const finding = collectFindings(evidence, readClocks(evidence)).find(({ what }) => what === 'twist');
    expect(finding).toMatchObject({ severity: 'high', title: 'GF-10 bad: cut' });
  });
});

describe('a fallback', () => {
  const withElse = (plan: PlanInput): void => {
    stepOf(plan, 'go-back', 'restore').else = 'other';
    plan.states['older'] = { systems: { db: { equals: 'friday' }, docs: { equals: 'friday' } } };
    const steps = [{ id: 'again', restore: ['db', 'docs'], from: 'friday', repeat: 'safe' as const }];
    plan.procedures['other'] = { from: ['go-back'], to: 'older', steps };
  };
  const facts = { procedure: 'other', to: 'older', insteadOf: 'go-back.restore', why: 'cut', givenUp: ['db is older'] };
  const taken = (outcome: NodeOutcome, ...more: Note[]): Story => ({
    edit: withElse,
    outcomes: { 'go-back.restore': outcome },
    notes: { 'go-back.restore': plus(...more), 'go-back.lock': plus(note('fallback', facts)) },
  });
  const shown = { state: 'proven', sentence: 'db equals friday.', because: [] } as const;

  test('that a twist calls for is what was to be shown', () => {
    const evidence = evidenceOf(taken(failedBy('backup'), met()));
    expect(withFallback(evidence, 'data', shown)).toMatchObject({ state: 'proven', sentence: 'db equals friday.' });
  });

  test.each([
    ['plan', 'failed'],
    ['backup', 'failed'],
    ['environment', 'inconclusive'],
  ] as const)('that nothing calls for leaves the first way as it ended: %s, %s', (blame, state) => {
    const evidence = evidenceOf(taken(failedBy(blame)));
    const judged = withFallback(evidence, 'data', shown);
    expect(judged).toMatchObject({
      state,
      sentence: 'go-back failed at go-back.restore; other shows instead: db equals friday.',
    });
    expect(withFallback(evidence, 'access', shown)).toEqual(shown);
  });

  test('takes the exit code of what it made good with it, and says what is given up', () => {
    const bad: NodeOutcome = { kind: 'failed', detail: 'cut', blame: 'backup', error: 'restore-point-bad' };
    const evidence = evidenceOf(taken(bad, met()));
    expect(exitCodeOf(evidence, { whole: 'proven', leaked: false, interrupted: false })).toBe(0);
    const findings = collectFindings(evidence, readClocks(evidence));
    expect(findings.find(({ what }) => what === 'fallback-gives-up')).toMatchObject({ actual: 'db is older' });
  });
});
