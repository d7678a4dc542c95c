import { describe, expect, test } from 'vitest';
import { balance, evidenceOf, failedBy, note, type Note, type Story, work } from '../../../test/support/evidence.ts';
import type { PlanInput } from '../../plan/schema.ts';
import { instantsOf } from '../instants.ts';
import type { Facts } from '../facts.ts';
import { readClocks } from '../clocks.ts';
import { judgeClaims, requiredClaims } from './claims.ts';
import { recoveryPointOf } from '../work.ts';
import { judgeLoss } from './loss.ts';

function withWork(plan: PlanInput): void {
  plan.workload = {
    'office-day': {
      users: 'staff',
      in: 'entry',
      writes: 40,
      operations: {
        'add-note': {
          create: { method: 'POST', path: '/api/notes', json: { text: '{mark}' } },
          found: { in: 'db', sql: 'select id from activities where text = :mark', table: 'activities', key: 'id' },
        },
      },
    },
  };
  for (const scenario of Object.values(plan.scenarios)) scenario.workload = ['office-day'];
}

type Ends = Partial<Facts['balance']['ends']>;

/** Both looks find the same. */
function ending(ends: Ends, facts: Partial<Facts['balance']> = {}): NonNullable<Story['notes']> {
  const look = (when: 'verify' | 'watch') => (): readonly Note[] => [balance({ when, ...facts }, ends)];
  return { 'ledger.office-day': look('verify'), 'second-ledger.office-day': look('watch') };
}

function evidenceWith(story: Story): ReturnType<typeof evidenceOf> {
  return evidenceOf({ edit: withWork, ...story });
}

describe('loss, where users worked', () => {
  test('is required, and proven when the balance holds; what is given up is counted apart, with who signed', () => {
    const evidence = evidenceWith({ notes: ending({ kept: 8 }) });
    expect(requiredClaims(evidence).has('loss')).toBe(true);
    expect(judgeLoss(evidence)).toMatchObject({
      state: 'proven',
      sentence:
        'All 38 acknowledged writes of office-day are accounted for: 8 kept and 30 given up, signed by sponsor.',
      because: ['sponsor signed for 40, of which 30 were needed: entered again by hand'],
    });
  });

  const cases: readonly (readonly [string, string, RegExp, Story])[] = [
    [
      'one lost',
      'failed',
      /1 is lost\.\n.*lost: activities id=0, add-note of ada: .*office-day-000000/s,
      { notes: ending({ lost: 1 }) },
    ],
    ['nobody signed', 'failed', /nobody signed/, { notes: ending({ lost: 2 }, { waiver: null }) }],
    ['twice there', 'failed', /2 are there more than once/, { notes: ending({ duplicated: 2 }) }],
    ['back again', 'failed', /1 was deleted and is there again/, { notes: ending({ resurrected: 1 }) }],
    [
      'lost at the end only',
      'failed',
      /1 is lost/,
      { notes: { 'second-ledger.office-day': () => [balance({ when: 'watch' }, { lost: 1 })] } },
    ],
    [
      'missing before opening only',
      'failed',
      /1 is lost/,
      { notes: { 'ledger.office-day': () => [balance({}, { lost: 1 })] } },
    ],
    ['not looked for', 'inconclusive', /3 writes could not be looked for/, { notes: ending({ unresolved: 3 }) }],
    [
      'users who were killed',
      'inconclusive',
      /only 9 of 40 writes were made: signal/,
      { notes: { 'workload.office-day': () => [work({ invoked: 9, broken: 'signal SIGKILL' })] } },
    ],
    [
      'nothing acknowledged',
      'inconclusive',
      /no write was acknowledged/,
      { notes: { 'workload.office-day': () => [work({ ok: 0 })] } },
    ],
    [
      'nobody looked a second time',
      'inconclusive',
      /nobody looked at the end/,
      { skipped: ['second-ledger.office-day'] },
    ],
    [
      'the rollback breaks off',
      'inconclusive',
      /nobody looked after the rollback/,
      { outcomes: { 'go-back.restore': failedBy('plan') } },
    ],
  ];
  for (const [what, state, why, story] of cases) {
    test(`${state}: ${what}`, () => {
      const claim = judgeLoss(evidenceWith(story));
      expect([claim.sentence, ...claim.because].join('\n')).toMatch(why);
      expect(claim.state).toBe(state);
    });
  }

  test('RPA counts what is lost, signed for or not, from the oldest lost write to t3', () => {
    const evidence = evidenceWith({ notes: ending({ lost: 2, kept: 6 }, { oldestLostMs: 5_000 + 1_000 }) });
    const instants = instantsOf(evidence);
    const t3 = instants.at('t3') ?? 0;
    expect(recoveryPointOf(evidence, instants)).toEqual({
      records: 32,
      signed: 30,
      spanMs: t3 - 1_000,
      note: 'from the oldest lost write to t3, when the last writer was shut out',
    });
    expect(recoveryPointOf(evidenceOf(), instants)).toBeNull();
  });

  test('a fault of the environment before the look leaves nothing shown', () => {
    const trouble = note('trouble', { what: 'app ran out of memory', blame: 'environment', node: 'app' });
    const story = { notes: { answers: (usual) => [...usual, trouble], ...ending({ lost: 1 }) } } satisfies Story;
    const evidence = evidenceWith(story);
    const claim = judgeClaims(evidence, readClocks(evidence)).find((one) => one.name === 'loss');
    expect(claim).toMatchObject({ state: 'inconclusive', sentence: 'Nothing is shown: app ran out of memory.' });
  });
});
