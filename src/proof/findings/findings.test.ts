import { describe, expect, test } from 'vitest';
import {
  changed,
  check,
  comparison,
  evidenceOf,
  failedBy,
  leak,
  note,
  part,
  plus,
  type Story,
  sweepOf,
  user,
} from '../../../test/support/evidence.ts';
import { readClocks } from '../clocks.ts';
import type { Finding } from '../record.ts';
import { collectFindings } from './findings.ts';

function findingsOf(story: Story = {}): readonly Finding[] {
  const evidence = evidenceOf(story);
  return collectFindings(evidence, readClocks(evidence));
}

function about(title: RegExp, story: Story): readonly Finding[] {
  return findingsOf(story).filter((finding) => title.test(finding.title));
}

const S1 = 'data-corruption';
const NOTED = { notes: ['sequence deals_id_seq is ahead: 5 before, 9 now'] };
const MEMORY = note('trouble', { what: 'app ran out of memory', blame: 'environment', node: 'app' });

test('a good drill has no findings', () => {
  expect(findingsOf()).toEqual([]);
  expect(findingsOf({ scenario: S1 })).toEqual([]);
});

test('worst first, numbered in that order', () => {
  const findings = findingsOf({
    notes: {
      'second.db': () => [
        note('comparison', comparison('db', { reading: 'second reading', parts: [part('public.a')], ...NOTED })),
      ],
      'sweep.after.staff': () => [
        note('sweep', sweepOf('staff', { users: [user('ada', { changes: ['log in lost'] })] })),
      ],
    },
  });
  expect(findings.map(({ id, severity }) => `${id} ${severity}`)).toEqual(['F-01 critical', 'F-02 high', 'F-03 note']);
  expect(findings[0]).toMatchObject({
    title: 'db is not as it was (second reading)',
    actual: 'public.a 1 row changed',
    blame: 'plan',
  });
});

test('the same note of both readings is made once', () => {
  const notes: Story['notes'] = {
    'at-rest.db': () => [note('comparison', comparison('db', NOTED))],
    'second.db': () => [note('comparison', comparison('db', { reading: 'second reading', ...NOTED }))],
  };
  expect(findingsOf({ notes })).toMatchObject([{ severity: 'note', next: expect.stringMatching(/gapless/) }]);
});

describe('steps', () => {
  test.each([
    ['plan', 'critical'],
    ['backup', 'critical'],
    ['environment', 'high'],
    ['rollproof', 'high'],
  ] as const)('that failed by the %s are %s', (blame, severity) => {
    const found = about(/go-back\.restore/, { outcomes: { 'go-back.restore': failedBy(blame) } });
    expect(found).toMatchObject([{ severity, blame, actual: 'it broke', step: 'go-back.restore', phase: 'roll back' }]);
  });

  test('of which nobody knows how they ended', () => {
    const outcomes = { 'go-back.old': { kind: 'unknown', detail: 'gone', blame: 'plan' } } as const;
    expect(about(/go-back\.old/, { outcomes })).toMatchObject([{ title: 'go-back.old ended and nobody knows how' }]);
  });

  test('that were skipped by hand are named once, with the reason', () => {
    expect(findingsOf({ byHand: { 'go-back.old': 'was there' } })).toMatchObject([
      { title: 'go-back.old was skipped by hand', actual: 'skipped by hand: was there', severity: 'high' },
    ]);
  });

  test('that took longer than expected', () => {
    expect(about(/took longer/, { takes: { 'go-back.open': 9_000 } })).toMatchObject([
      { severity: 'low', expected: 'p90 5.0 s', actual: '9.0 s', step: 'go-back.open' },
    ]);
  });
});

describe('checks', () => {
  const failing = (when: 'live' | 'verify', outcome: 'failed' | 'unknown'): Story => ({
    notes: { [when === 'live' ? 'live' : 'checks']: () => [check('orders', when, { outcome })] },
  });
  test.each([
    ['verify', 'failed', 'critical', 'check orders failed'],
    ['verify', 'unknown', 'high', 'check orders could not be asked'],
    ['live', 'failed', 'medium', 'check orders failed'],
  ] as const)('%s %s is %s', (...[when, outcome, severity, title]) => {
    expect(findingsOf(failing(when, outcome))).toMatchObject([{ severity, title }]);
  });
});

describe('law 12: the right party', () => {
  test('after the environment gave way nothing is blamed on the plan', () => {
    const findings = findingsOf({
      notes: {
        'checks': () => [MEMORY, check('app is running', 'verify', { outcome: 'failed' })],
        'second.db': () => [note('comparison', comparison('db', { reading: 'second reading', parts: [part('a')] }))],
      },
      outcomes: { 'release-jobs.app': failedBy('plan') },
    });
    expect(findings.map((finding) => finding.blame)).toEqual(findings.map(() => 'environment'));
    expect(findings.filter((finding) => finding.title === 'app ran out of memory')).toHaveLength(1);
  });

  test('what failed before that stays the plan’s', () => {
    const notes: Story['notes'] = {
      'at-rest.db': () => [note('comparison', comparison('db', { parts: [part('a')] }))],
      'checks': plus(MEMORY),
    };
    expect(about(/db is not as it was/, { notes })).toMatchObject([{ severity: 'critical', blame: 'plan' }]);
  });

  test('a leak is ours', () => {
    expect(findingsOf({ notes: { release: () => [leak('process 7')] } })).toMatchObject([
      { title: 'left behind: process 7', blame: 'rollproof' },
    ]);
  });
});

describe('detection', () => {
  const referee = changed('detection', (one) => ({ ...one, by: 'referee' }));
  test('damage that went unseen names the fault', () => {
    expect(findingsOf({ scenario: S1, notes: { detect: referee } })).toMatchObject([
      { title: 'nothing in the plan noticed the damage', actual: 'DC-04 lost rows went unseen' },
    ]);
  });

  test('but not where there was no damage', () => {
    const inject = changed('presence', (one) => ({ ...one, shown: false }));
    expect(about(/noticed/, { scenario: S1, notes: { detect: referee, inject } })).toEqual([]);
  });

  test('a false alarm in S0', () => {
    const alarm = changed('detection', (one) => ({ ...one, by: 'trigger', name: 'orphans', falseAlarm: true }));
    expect(findingsOf({ notes: { detect: alarm } })).toMatchObject([
      { title: 'trigger orphans turned red without any damage' },
    ]);
  });

  test('a truth that was opened too early', () => {
    const notes = { evaluate: changed('truth-opened', (one) => ({ ...one, earlyOpenings: 2 })) };
    expect(findingsOf({ scenario: S1, notes })).toMatchObject([
      { severity: 'critical', blame: 'rollproof', actual: '2 earlier openings' },
    ]);
  });
});

test('a restore that is slower than its limit', () => {
  const edit: Story['edit'] = (plan) => void (plan.objectives = { rto: { limit: '1s' } });
  expect(about(/longer than its limit/, { edit })).toMatchObject([
    { severity: 'high', expected: '1.0 s', actual: '1.1 s' },
  ]);
});
