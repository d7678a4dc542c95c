import { describe, expect, test } from 'vitest';
import { readAnswers } from './answers.ts';
import { nextStep, resultOf, TABLETOP_FORMAT, type TabletopRecord, type WalkedStep, withStep } from './tabletop.ts';

const BEGUN: TabletopRecord = {
  format: TABLETOP_FORMAT,
  id: 't-1',
  plan: { name: 'move', file: 'rollproof.yaml', digest: `sha256:${'0'.repeat(64)}` },
  scenario: 'clean-return',
  procedure: 'go-back',
  startedAt: '2026-11-01T10:00:00Z',
  endedAt: null,
  roles: [{ role: 'dba', person: 'Ines Falk', deputy: 'Tom Weber' }],
  steps: ['go-back.lock', 'go-back.restore'],
  walked: [],
};
const said = (step: string, by: string, finding = ''): WalkedStep => ({
  step,
  owner: 'dba',
  by,
  said: finding === '' ? 'confirmed' : 'finding',
  finding,
  at: '2026-11-01T10:05:00Z',
  talkedMs: 60_000,
});

describe('a walk', () => {
  test('goes on where it stopped, and ends with its last step', () => {
    const half = withStep(BEGUN, said('go-back.lock', 'Ines Falk'));
    expect([nextStep(half), half.endedAt]).toEqual(['go-back.restore', null]);
    const whole = withStep(half, said('go-back.restore', 'Tom Weber'));
    expect([nextStep(whole), whole.endedAt]).toEqual([undefined, '2026-11-01T10:05:00Z']);
    expect(resultOf(whole)).toMatchObject({ isByNamedRoles: true, notByOwner: [], findings: [] });
    expect(resultOf(half).isByNamedRoles).toBe(false);
  });

  test('by somebody else is no walk of the named roles', () => {
    const whole = withStep(
      withStep(BEGUN, said('go-back.lock', 'Jo Doe')),
      said('go-back.restore', 'Ines Falk', 'no key'),
    );
    expect(resultOf(whole)).toMatchObject({ isByNamedRoles: false, notByOwner: ['go-back.lock'] });
    expect(resultOf(whole).findings.map(({ finding }) => finding)).toEqual(['no key']);
  });
});

describe('a file of answers', () => {
  test('is read line by line', () => {
    const text =
      '{"step":"go-back.lock","by":"Ines Falk"}\n\n{"step":"go-back.restore","by":"Tom Weber","finding":"no key"}\n';
    expect(readAnswers(text, BEGUN.steps)).toEqual({
      problems: [],
      answers: [
        { step: 'go-back.lock', by: 'Ines Falk', finding: '' },
        { step: 'go-back.restore', by: 'Tom Weber', finding: 'no key' },
      ],
    });
  });

  test.each([
    ['{"step":"go-back.luck","by":"x"}', 'line 1 names the step go-back.luck, which is not walked here'],
    ['{"step":"go-back.lock","by":""}', 'line 1 is no answer'],
    ['nonsense', 'line 1 is no answer'],
    ['{"step":"go-back.lock","by":"x"}\n{"step":"go-back.lock","by":"y"}', 'line 2 answers go-back.lock a second time'],
  ])('%s', (text, problem) => {
    expect(readAnswers(text, BEGUN.steps).problems).toEqual([expect.stringContaining(problem)]);
  });
});
