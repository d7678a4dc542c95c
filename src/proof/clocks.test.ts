import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changed,
  check,
  comparison,
  evidenceOf,
  failedBy,
  instant,
  note,
  part,
  plus,
  type Story,
  sweepOf,
  user,
  without,
} from '../../test/support/evidence.ts';
import { readClocks } from './clocks.ts';
import type { ClockName, Clocks } from './record.ts';

const S1 = 'data-corruption';

function clocksOf(story: Story = {}): Clocks {
  return readClocks(evidenceOf(story));
}

function atOf(clocks: Clocks, name: string): number | null {
  return clocks.instants.find((instant) => instant.name === name)?.atMs ?? null;
}

function spanOf(clocks: Clocks, name: ClockName): Clocks['spans'][number] {
  const span = clocks.spans.find((one) => one.clock === name);
  if (span === undefined) throw new Error(`no clock ${name}`);
  return span;
}

function total(clocks: Clocks): number {
  return clocks.spans.reduce((sum, span) => sum + span.actualMs, 0);
}

describe('law 9: the clocks add up to wall time', () => {
  test('from t0 to t6 in S1, from t2 to t6 in S0', () => {
    const s1 = clocksOf({
      scenario: S1,
      takes: { 'go-back.restore': 900, 'sweep.after.staff': 400 },
      waits: { 'go-back.old': 50 },
    });
    expect(total(s1)).toBeCloseTo((atOf(s1, 't6') ?? 0) - (atOf(s1, 't0') ?? 0));
    const s0 = clocksOf();
    expect(total(s0)).toBeCloseTo((atOf(s0, 't6') ?? 0) - (atOf(s0, 't2') ?? 0));
    expect(total(s0)).toBeCloseTo(s0.rtaMs ?? 0);
  });

  test('whatever the steps take, whoever waits, and whichever branch is the longest', () => {
    const ids = [
      'inject',
      'detect',
      'decide',
      'shut-out',
      'go-back.lock',
      'go-back.restore',
      'go-back.old',
      'go-back.up',
      'go-back.open',
      'at-rest.db',
      'at-rest.docs',
      'twins.after',
      'sweep.after.staff',
      'answers',
      'checks',
      'verified',
      'first-write',
    ];
    const times = fc.dictionary(fc.constantFrom(...ids), fc.nat(5_000));
    const parallel = fc.boolean();
    fc.assert(
      fc.property(times, times, parallel, (takes, waits, isParallel) => {
        const clocks = clocksOf({ scenario: S1, takes, waits, ...(isParallel ? { edit: inParallel } : {}) });
        expect(total(clocks)).toBeCloseTo((atOf(clocks, 't6') ?? 0) - (atOf(clocks, 't0') ?? 0), 3);
      }),
      { numRuns: 40 },
    );
  });

  test('a step that was skipped leaves no hole', () => {
    const edit: Story['edit'] = (plan) => {
      plan.procedures['go-back']?.steps.splice(2, 0, {
        id: 'repair',
        sql: 'select 1',
        in: 'db',
        when: { failed: 'restore' },
      });
    };
    const clocks = clocksOf({ edit, skipped: ['go-back.repair'] });
    expect(clocks.bars.find((bar) => bar.id === 'go-back.restore')?.critical).toBe(true);
    expect(clocks.bars.find((bar) => bar.id === 'go-back.lock')?.critical).toBe(true);
    expect(total(clocks)).toBeCloseTo(clocks.rtaMs ?? 0);
  });
});

describe('instants', () => {
  test('in S0 t1 is t2, and nothing is detected', () => {
    const clocks = clocksOf();
    expect(atOf(clocks, 't0')).toBeNull();
    expect(atOf(clocks, 't1')).toBe(atOf(clocks, 't2'));
    expect(spanOf(clocks, 'detect')).toMatchObject({ state: 'none', actualMs: 0 });
  });

  test('they follow each other', () => {
    const clocks = clocksOf({ scenario: S1 });
    const times = ['t0', 't1', 't2', 't3', 't4', 't5', 't6'].map((name) => atOf(clocks, name) ?? -1);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(times).not.toContain(-1);
    expect(atOf(clocks, 't7')).toBeNull();
  });

  const lost = sweepOf('staff', { users: [user('ada', { changes: ['log in lost'] })] });
  test.each<readonly [string, Story['notes']]>([
    ['failed', { checks: plus(check('orders', 'verify', { outcome: 'failed' })) }],
    ['could not be asked', { checks: plus(check('orders', 'verify', { outcome: 'unknown' })) }],
    [
      'found another state at rest',
      { 'at-rest.db': () => [note('comparison', comparison('db', { parts: [part('a')] }))] },
    ],
    ['found a user locked out', { 'sweep.after.staff': () => [note('sweep', lost)] }],
  ])('t5 is not reached when a gating check %s', (_what, notes) => {
    const clocks = clocksOf({ notes: notes ?? {} });
    expect(clocks.instants[5]).toMatchObject({
      name: 't5',
      atMs: null,
      wall: null,
      note: expect.stringMatching(/not reached: 1 /),
    });
    expect(atOf(clocks, 't6')).not.toBeNull();
  });

  test('what is asked only after t5 does not take it back', () => {
    const late = plus(check('entry leads to app', 'verify', { outcome: 'failed' }));
    expect(atOf(clocksOf({ notes: { 'first-write': late } }), 't5')).not.toBeNull();
  });
});

describe('critical path', () => {
  test('of parallel branches the one that ends last, the other is shown beside', () => {
    const clocks = clocksOf({ edit: inParallel, takes: { 'go-back.restore': 900, 'go-back.restore-docs': 300 } });
    const critical = clocks.bars.filter((bar) => bar.critical).map((bar) => bar.id);
    expect(critical).toContain('go-back.restore');
    expect(critical).not.toContain('go-back.restore-docs');
    expect(spanOf(clocks, 'restore').besideMs).toBe(300);
  });

  test('waiting is shown apart from working', () => {
    const clocks = clocksOf({ waits: { 'go-back.old': 700 } });
    expect(spanOf(clocks, 'restore').waitingMs).toBe(700);
    const bar = clocks.bars.find((one) => one.id === 'go-back.old');
    expect((bar?.startMs ?? 0) - (bar?.readyAtMs ?? 0)).toBe(700);
    expect(spanOf(clocks, 'execute').waitingMs).toBe(spanOf(clocksOf(), 'execute').waitingMs);
  });

  test('waiting for the confirmation of a person is waiting, also within a step', () => {
    const confirmed: Story = {
      takes: { 'go-back.lock': 1_000 },
      notes: { 'go-back.lock': () => [note('waited', { for: 'lock', ms: 800 })] },
    };
    const clocks = clocksOf(confirmed);
    expect(spanOf(clocks, 'execute').waitingMs).toBe(spanOf(clocksOf(), 'execute').waitingMs + 800);
    const bar = clocks.bars.find((one) => one.id === 'go-back.lock');
    const startMs = bar?.startMs ?? 0;
    expect(bar?.waits).toEqual([{ fromMs: startMs + 100, toMs: startMs + 900 }]);
    expect(total(clocks)).toBeCloseTo(clocks.rtaMs ?? 0);
  });

  test('what waited beside the path is not work beside it', () => {
    const clocks = clocksOf({
      edit: inParallel,
      takes: { 'go-back.restore': 900, 'go-back.restore-docs': 300 },
      notes: { 'go-back.restore-docs': () => [note('waited', { for: 'restore-docs', ms: 120 })] },
    });
    expect(spanOf(clocks, 'restore').besideMs).toBe(180);
  });

  test('the time in which the decision is waited for is waiting, unless a policy called', () => {
    const asked: Story = {
      scenario: S1,
      takes: { decide: 1_000 },
      notes: { decide: (usual) => [note('waited', { for: 'the decision', ms: 700 }), ...usual] },
    };
    expect(spanOf(clocksOf(asked), 'decide').waitingMs).toBe(700);
    expect(spanOf(clocksOf({ scenario: S1, takes: { decide: 1_000 } }), 'decide').waitingMs).toBe(0);
  });

  test('expected stands beside actual, for the steps on the path', () => {
    expect(spanOf(clocksOf(), 'restore').expected).toEqual({ p50Ms: 1_095_000, p90Ms: 1_540_000 });
  });
});

describe('what nobody spent', () => {
  test('an unattended decision is assumed, one by a person is measured', () => {
    expect(spanOf(clocksOf(), 'decide')).toMatchObject({
      state: 'assumed',
      expected: { p50Ms: 900_000, p90Ms: 900_000 },
    });
    const byPerson = changed('decision', (one) => ({ ...one, how: 'person', by: 'sponsor' }));
    expect(
      spanOf(clocksOf({ scenario: S1, takes: { decide: 1_000 }, notes: { decide: byPerson } }), 'decide'),
    ).toMatchObject({ state: 'measured', note: 'called by sponsor' });
  });

  test('a drill’s fast readings are modelled for the night', () => {
    expect(spanOf(clocksOf({ scenario: S1 }), 'detect').note).toBe(
      '2 readings; on the night every 5 min, so about 10 min (modelled)',
    );
  });
});

test('RTA, margin and people out of work', () => {
  const clocks = clocksOf({ takes: { 'go-back.lock': 500 } });
  expect(clocks.rtaMs).toBeCloseTo((atOf(clocks, 't6') ?? 0) - (atOf(clocks, 't2') ?? 0));
  expect(clocks.marginMs).toBeCloseTo(45 * 60_000 - (clocks.rtaMs ?? 0));
  const lock = clocks.bars.find((bar) => bar.id === 'go-back.lock');
  expect(clocks.outOfWorkMs).toBeCloseTo((atOf(clocks, 't6') ?? 0) - (lock?.startMs ?? 0));
});

test('users are refused from the first stop, not from what comes before it', () => {
  const edit: Story['edit'] = (plan) =>
    void plan.procedures['go-back']?.steps.unshift({ id: 'call', manual: 'call everybody' });
  const clocks = clocksOf({ edit, takes: { 'go-back.call': 9_000 } });
  expect((clocks.rtaMs ?? 0) - (clocks.outOfWorkMs ?? 0)).toBeGreaterThan(8_900);
});

test('without the first write there is no RTA', () => {
  const clocks = clocksOf({ outcomes: { 'first-write': failedBy('plan') } });
  expect(clocks).toMatchObject({ rtaMs: null, marginMs: null, outOfWorkMs: null });
});

test('what was never run has no clock', () => {
  const clocks = clocksOf({ outcomes: { 'go-live.migrate': failedBy('plan') } });
  for (const span of clocks.spans) expect(span).toMatchObject({ actualMs: 0, state: 'none' });
});

test('overhead is the time in which no step, reading, check or wait ran', () => {
  const own = ['provision', 'twins.control', 'release', 'evaluate'];
  const least = clocksOf().overheadMs;
  expect(least).toBe(own.length * 100);
  for (const node of own) expect(clocksOf({ takes: { [node]: 350 } }).overheadMs, node).toBe(least + 250);
  expect(clocksOf({ waits: { 'go-back.lock': 250 } }).overheadMs).toBe(least + 250);
  expect(clocksOf({ takes: { 'go-back.lock': 350 } }).overheadMs).toBe(least);
  expect(clocksOf({ edit: inParallel, waits: { 'go-back.restore-docs': 60 } }).overheadMs).toBe(least);
});

test('twins that are made or dropped beside a reading or a step cost nothing', () => {
  const least = clocksOf().overheadMs;
  expect(clocksOf({ takes: { 'drop-twins.control': 150, 'go-live.freeze': 300 } }).overheadMs).toBe(least);
  expect(clocksOf({ takes: { 'twins.after': 300, 'at-rest.db': 300 } }).overheadMs).toBe(least);
});

test('a later attempt counts', () => {
  const clocks = clocksOf({
    scenario: S1,
    notes: { detect: (usual) => [...without('instant')(usual), instant('t1'), instant('t1')] },
  });
  expect(clocks.instants.filter((one) => one.name === 't1')).toHaveLength(1);
});

/** Documents are restored beside the database. */
function inParallel(plan: Parameters<NonNullable<Story['edit']>>[0]): void {
  const steps = plan.procedures['go-back']?.steps ?? [];
  const restore = steps.find((step) => step.id === 'restore');
  if (restore === undefined) throw new Error('no restore');
  restore.restore = ['db'];
  const docs = { ...structuredClone(restore), id: 'restore-docs', restore: ['docs'], after: ['lock'] };
  steps.splice(steps.indexOf(restore) + 1, 0, docs);
  const old = steps.find((step) => step.id === 'old');
  if (old !== undefined) old.after = ['restore'];
}
