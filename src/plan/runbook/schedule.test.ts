import { describe, expect, it } from 'vitest';
import { editedPlan, loadGood } from '../../../test/support/plans.ts';
import type { Procedure } from '../schema.ts';
import { scheduleOf } from './schedule.ts';

const MINUTE = 60_000;

function procedure(steps: readonly string[]): Procedure {
  const text = editedPlan([
    '  go-back:\n',
    `  other:\n    from: [live]\n    to: before\n    steps:\n${steps.map((step) => `      - ${step}\n`).join('')}  go-back:\n`,
  ]);
  const { plan } = loadGood(text);
  const { other } = plan.procedures;
  if (other === undefined) throw new Error('the edited plan has no procedure other');
  return other;
}

/** Two branches after `lock`: the database takes 20 to 30 minutes, documents and search together 15 to 17. */
const BRANCHES = procedure([
  '{ id: lock, stop: app, expected: { p50: 1m, p90: 2m } }',
  '{ id: restore-db, restore: [db], from: friday, expected: { p50: 20m, p90: 30m } }',
  '{ id: restore-docs, restore: [docs], from: friday, after: [lock], expected: { p50: 10m, p90: 12m } }',
  '{ id: index, sql: analyze, in: db, after: [restore-docs], expected: { p50: 5m, p90: 5m } }',
  '{ id: up, start: app, after: [restore-db, index], expected: { p50: 1m, p90: 3m } }',
  '{ id: open, route: entry, to: app, after: [verified] }',
]);

describe('schedule of a procedure with parallel branches', () => {
  const schedule = scheduleOf(BRANCHES);
  const step = (id: string) => {
    const found = schedule.steps.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no step ${id}`);
    return found;
  };

  it('begins each step when the slowest of those before it has ended', () => {
    expect(step('restore-db').start).toEqual({ p50Ms: MINUTE, p90Ms: 2 * MINUTE });
    expect(step('restore-docs').start).toEqual({ p50Ms: MINUTE, p90Ms: 2 * MINUTE });
    expect(step('index').start).toEqual({ p50Ms: 11 * MINUTE, p90Ms: 14 * MINUTE });
    expect(step('up').start).toEqual({ p50Ms: 21 * MINUTE, p90Ms: 32 * MINUTE });
    expect(schedule.total).toEqual({ p50Ms: 22 * MINUTE, p90Ms: 35 * MINUTE });
  });

  it('leaves a step of a short branch its slack until the end', () => {
    expect(step('restore-db').toEndMs).toBe(33 * MINUTE);
    expect(step('restore-docs').toEndMs).toBe(20 * MINUTE);
    expect(step('lock').toEndMs).toBe(35 * MINUTE);
  });

  it('puts the built-in step where it verifies, and says from where on nobody knows the time', () => {
    expect(schedule.steps.map(({ id }) => id)).toEqual([
      'lock',
      'restore-db',
      'restore-docs',
      'index',
      'up',
      'verified',
      'open',
    ]);
    expect(schedule.unknown).toEqual(['verified', 'open']);
    expect(schedule.steps.filter((one) => one.startsAtLeast).map(({ id }) => id)).toEqual(['open']);
    expect(schedule.steps.every((one) => one.endsAtLeast)).toBe(true);
  });

  it('shows both branches beside the list, and one where they have met again', () => {
    const marks = schedule.steps.map(({ id, branches }) => [id, branches.map((mark) => mark[0]).join('')]);
    expect(Object.fromEntries(marks)).toEqual({
      'lock': 'sn',
      'restore-db': 'sn',
      'restore-docs': 'ts',
      'index': 'ts',
      'up': 'sn',
      'verified': 'sn',
      'open': 'sn',
    });
  });

  it('marks the slowest way', () => {
    expect(schedule.steps.filter((one) => one.isCritical).map(({ id }) => id)).toEqual(['lock', 'restore-db', 'up']);
  });
});

it('a step that runs only after a failure takes no time in the schedule', () => {
  const schedule = scheduleOf(
    procedure([
      '{ id: restore-db, restore: [db], from: friday, expected: { p50: 20m, p90: 30m } }',
      '{ id: again, restore: [db], from: friday, after: [restore-db], when: { failed: restore-db }, expected: { p50: 40m, p90: 60m } }',
      '{ id: up, start: app, after: [restore-db, again], expected: { p50: 1m, p90: 2m } }',
    ]),
  );
  expect(schedule.total).toEqual({ p50Ms: 21 * MINUTE, p90Ms: 32 * MINUTE });
  expect(schedule.unknown).toEqual(['verified']);
});
