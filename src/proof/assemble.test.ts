import { describe, expect, test } from 'vitest';
import {
  changed,
  comparison,
  DIGEST,
  evidenceOf,
  failedBy,
  leak,
  note,
  part,
  type Story,
} from '../../test/support/evidence.ts';
import { assembleRecord } from './assemble.ts';
import type { DrillRecord } from './record.ts';

function recordOf(story: Story = {}, interrupted = false): DrillRecord {
  return assembleRecord({
    evidence: evidenceOf(story),
    drill: { id: 'd-1', command: 'rollproof drill', unattended: true, interrupted },
    plan: { name: 'crm', file: 'rollproof.yaml', digest: DIGEST, parts: {}, caps: [], lint: [] },
    host: 'process',
    machine: 'a test',
  });
}

const S1 = 'data-corruption';

test('a good drill gives a record that its schema accepts', () => {
  const record = recordOf({ scenario: S1 });
  expect(record.verdict).toMatchObject({ whole: 'proven', unclean: false, exitCode: 0 });
  expect(record.claims).toHaveLength(10);
  expect(record.injections).toMatchObject([
    { fault: 'DC-04', presence: { shown: true }, seenBy: [{ kind: 'trigger', name: 'orphans' }], remaining: [] },
  ]);
  expect(record.triggers).toMatchObject([
    { name: 'orphans', threshold: 'above 0', before: 'green', liveCadenceMs: 300_000 },
  ]);
  expect(record.volume).toEqual({ bytes: 1_000_000, rows: 2_000, productionBytes: 1_000_000, shareOfProduction: 1 });
  expect(record.findings).toEqual([]);
});

test('law 5: a leak makes the run unclean and changes nothing of what was proven', () => {
  const { verdict, environment } = recordOf({ notes: { release: () => [leak('process 7')] } });
  expect(verdict).toMatchObject({ whole: 'proven', unclean: true, exitCode: 12 });
  expect(environment.leaked).toEqual(['process 7']);
});

test('interrupted before anything was made', () => {
  const record = recordOf({ outcomes: { provision: failedBy('environment', 'broken off') } }, true);
  expect(record.verdict).toMatchObject({ whole: 'inconclusive', exitCode: 130 });
});

test('production without a size is no share of it', () => {
  expect(recordOf({ productionBytes: 0 }).volume).toMatchObject({ productionBytes: null, shareOfProduction: null });
});

describe('the sponsor’s five sentences', () => {
  const answers = (story: Story = {}): readonly string[] => recordOf(story).sponsor.map((one) => one.answer);

  test('proven: shown when, which plan, at what size, until when', () => {
    const [canReturn, until, lost, open, signed] = answers();
    expect(canReturn).toBe(
      'Yes: scenario clean-return of plan crm-10-to-11 was rehearsed and every required claim is proven, shown on 2023-11-14, at 100 % of production size.',
    );
    // 20:00 less 15 minutes to decide and the measured second with a quarter more; to the minute before.
    expect(until).toMatch(
      /^The last safe moment to call for a decision is 2026-12-06 19:44 \+01:00, so that the old system is back by 2026-12-06 20:00\+01:00\./,
    );
    expect(lost).toMatch(/^Nothing of the state before the go-live\./);
    expect(open).toBe(
      'loss (not examined), decision (not examined), time (not examined), communication (not examined). Owner: sponsor.',
    );
    expect(signed).toMatch(/^That this plan, in this revision, may be relied on/);
  });

  test('a claim that failed is not proven, required or not', () => {
    const story = { notes: { detect: changed('detection', (one) => ({ ...one, by: 'trigger', falseAlarm: true })) } };
    expect(answers(story)[3]).toContain('detection (failed)');
  });

  test('a small copy is scaled up to production, and said to be a forecast', () => {
    const [, until] = answers({ productionBytes: 1_000_000_000 });
    expect(until).toMatch(/2026-12-06 19:\d\d \+01:00, a forecast from 0\.1 % of production/);
  });

  test('no last moment without a proof, a window or the size of production', () => {
    const failed = { 'at-rest.db': () => [note('comparison', comparison('db', { parts: [part('a')] }))] };
    expect(answers({ notes: failed })[1]).toMatch(/^No last moment can be given, because the way back is not proven/);
    expect(answers({ productionBytes: null })[1]).toMatch(/how large production is/);
    expect(answers({ edit: (plan) => void delete plan.window })[1]).toMatch(/names no window/);
  });

  test('failed and inconclusive are no and not known', () => {
    const failed = answers({ outcomes: { 'go-back.restore': failedBy('plan') } });
    expect(failed[0]).toMatch(/^No: /);
    expect(failed[1]).toMatch(/^Not known/);
    expect(failed[2]).toMatch(/^Not known, because data or files are not as they were/);
    expect(failed[4]).toMatch(/^Nothing yet/);
    expect(answers({ outcomes: { provision: failedBy('environment') } })[0]).toMatch(/^Not known: /);
  });
});

describe('lessons', () => {
  test('propose the measured time where the plan has none, and where it was too short', () => {
    const edit: Story['edit'] = (plan) => {
      const [lock] = plan.procedures['go-back']?.steps ?? [];
      if (lock !== undefined) delete lock.expected;
    };
    const { lessons } = recordOf({ edit, takes: { 'go-back.lock': 850, 'go-back.open': 8_000 } });
    expect(lessons).toEqual([
      {
        statement: 'go-back.lock has no expected duration; it took 850 ms.',
        proposal: { at: 'procedures.go-back.lock.expected', from: 'nothing', to: '{ p50: 850ms, p90: 1.1s }' },
      },
      {
        statement: 'go-back.open took 8.0 s, expected at most 5.0 s.',
        proposal: { at: 'procedures.go-back.open.expected', from: 'p90 5.0 s', to: '{ p50: 8s, p90: 10s }' },
      },
    ]);
  });

  test('a step that failed teaches nothing about time', () => {
    expect(
      recordOf({ takes: { 'go-back.open': 8_000 }, outcomes: { 'go-back.open': failedBy('plan') } }).lessons,
    ).toEqual([]);
  });
});

test('what a reader must not take for shown', () => {
  const byPerson = changed('decision', (one) => ({ ...one, how: 'person' }));
  expect(recordOf().notShown).toContainEqual(expect.stringMatching(/nobody decided/));
  expect(recordOf({ notes: { decide: byPerson } }).notShown).not.toContainEqual(
    expect.stringMatching(/nobody decided/),
  );
  expect(recordOf({ profile: 'fast', productionBytes: null }).notShown).toEqual(
    expect.arrayContaining([expect.stringMatching(/fast settings/), expect.stringMatching(/production size/)]),
  );
});
