import { describe, expect, test } from 'vitest';
import { evidenceOf, failedBy, type Story } from '../../test/support/evidence.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import type { Blame, NodeOutcome } from '../journal/journal.ts';
import { type Ending, exitCodeOf } from './exit-code.ts';

function failedWith(blame: Blame, error: ErrorCode): NodeOutcome {
  return { kind: 'failed', detail: 'it broke', blame, error };
}

function codeOf(story: Story, ending: Partial<Ending> = {}): number {
  return exitCodeOf(evidenceOf(story), { whole: 'proven', leaked: false, interrupted: false, ...ending });
}

const LACKING = failedWith('environment', 'environment-not-ready');

const prepared = (blame: Parameters<typeof failedBy>[0]): Story => ({
  outcomes: { 'restore-start.db': failedBy(blame) },
});

test.each([
  ['proven', 0],
  ['failed', 10],
  ['inconclusive', 11],
  ['not-examined', 11],
] as const)('%s ends with %i', (whole, code) => {
  expect(codeOf({}, { whole })).toBe(code);
});

test('what is missing here is 3', () => {
  expect(codeOf(prepared('environment'), { whole: 'inconclusive' })).toBe(3);
  expect(codeOf(prepared('plan'), { whole: 'inconclusive' })).toBe(11);
});

const brokenAt = (node: string, outcome: NodeOutcome): Story => ({ outcomes: { [node]: outcome } });

describe('what breaks off in the middle has the code of its error', () => {
  const middles = ['go-live.migrate', 'go-back.restore', 'at-rest.db', 'second.db'] as const;

  test.each([
    ['environment-not-ready', 'environment', 3],
    ['identity-mismatch', 'environment', 3],
    ['invariant-broken', 'rollproof', 1],
    ['could-not-read', 'rollproof', 11],
    ['restore-point-bad', 'backup', 10],
    ['interrupted', 'environment', 130],
  ] as const)('%s, blamed on %s: %i', (error, blame, code) => {
    for (const node of middles)
      expect(codeOf(brokenAt(node, failedWith(blame, error)), { whole: 'inconclusive' }), node).toBe(code);
  });

  test('the mistake of a plan is said by its claims, and what nobody knows is no error', () => {
    const mistake = failedWith('plan', 'could-not-read');
    expect(codeOf(brokenAt('go-back.restore', mistake), { whole: 'failed' })).toBe(10);
    const unknown = { kind: 'unknown', detail: 'cut off', blame: 'environment' } as const;
    expect(codeOf(brokenAt('go-back.restore', unknown), { whole: 'inconclusive' })).toBe(11);
    expect(
      codeOf(brokenAt('go-back.restore', failedBy('environment', 'out of memory')), { whole: 'inconclusive' }),
    ).toBe(11);
  });

  test('one that was made good by hand is only inconclusive', () => {
    const story = { ...brokenAt('go-back.restore', LACKING), byHand: { 'go-back.restore': 'done by hand' } };
    expect(codeOf(story, { whole: 'inconclusive' })).toBe(11);
  });

  test('the first of the closed order wins', () => {
    const story = (outcome: NodeOutcome): Story => ({
      outcomes: { 'at-rest.db': LACKING, 'at-rest.docs': outcome },
    });
    const bug = failedWith('rollproof', 'invariant-broken');
    expect(codeOf(story(bug), { whole: 'failed', leaked: true, interrupted: true })).toBe(1);
    expect(codeOf(story(LACKING), { whole: 'failed', leaked: true, interrupted: true })).toBe(130);
    expect(codeOf(story(LACKING), { whole: 'failed', leaked: true })).toBe(3);
  });
});

test('a part of a plan ends with 11 even so', () => {
  expect(codeOf({ ...prepared('backup'), partial: true }, { whole: 'inconclusive' })).toBe(11);
});

test('a leak is 12 and blocks a proof, but a failure is said first', () => {
  expect(codeOf({}, { leaked: true })).toBe(12);
  expect(codeOf({}, { leaked: true, whole: 'inconclusive' })).toBe(12);
  expect(codeOf({}, { leaked: true, whole: 'failed' })).toBe(10);
});

test('interrupted is 130 before everything else', () => {
  expect(codeOf(prepared('environment'), { interrupted: true, leaked: true, whole: 'failed' })).toBe(130);
});
