import type { Digest } from '../../src/kernel/digest.ts';
import { runbookOf } from '../../src/plan/runbook/runbook.ts';
import type { DrillRecord } from '../../src/proof/record.ts';
import { type Drilled, measuredIn } from '../../src/proof/runbook/drilled.ts';
import type { RunbookView } from '../../src/proof/runbook/view.ts';
import { barOf } from '../fixtures/records/clocks.ts';
import { s0Proven } from '../fixtures/records/s0-proven.ts';
import { editedPlan, loadGood, SAMPLE_PLAN } from './plans.ts';

/** Two branches on the way back, a fallback, words for the night, and SQL that is as long as real SQL is. */
export const BRANCHED_PLAN = editedPlan(
  [
    '      - { id: old, phase: restore, owner: dba, deputy: sponsor,',
    `      - { id: restore-again, phase: restore, owner: dba, deputy: sponsor, restore: [db, docs], from: friday, after: [restore], when: { failed: restore } }
      - { id: mailbox, phase: restore, owner: sponsor, deputy: dba, manual: Close the shared mailbox and note how many letters are in it., observe: Letters in the mailbox, after: [lock], expected: { p50: 5m, p90: 12m } }
      - { id: old, phase: restore, owner: dba, deputy: sponsor, after: [restore, restore-again, mailbox],`,
  ],
  [
    'id: lock, phase: execute,',
    'id: lock, onTheNight: { text: "Take app out of the load balancer, then stop it on both machines." }, phase: execute,',
  ],
  [
    'production: { size: 412GiB }',
    'production: { size: 412GiB, note: "crm-db-1 in the cellar of building B, not crm-db-1-test" }',
  ],
);

/** A drill of exactly this plan. Names of its steps are those of the plan. */
export function drilledRecord(text: string): DrillRecord {
  const { plan, digest } = loadGood(text);
  const steps = plan.procedures['go-back']?.steps ?? [];
  return {
    ...s0Proven,
    plan: { ...s0Proven.plan, name: plan.name, digest, parts: {} },
    clocks: {
      ...s0Proven.clocks,
      bars: steps.map((step, index) =>
        barOf({ id: `go-back.${step.id}`, title: step.id, startMs: index * 1_000, endMs: index * 1_000 + 700 }),
      ),
    },
  };
}

export function viewOf(text: string, drilled: Drilled = { kind: 'never' }, zone = '+01:00'): RunbookView {
  return {
    runbook: runbookOf(loadGood(text), { scenario: 'clean-return', measured: measuredIn(drilled) }),
    drilled,
    zone,
  };
}

export const SAMPLE_VIEWS: Readonly<Record<string, RunbookView>> = {
  never: viewOf(SAMPLE_PLAN),
  drilled: viewOf(SAMPLE_PLAN, { kind: 'drilled', record: drilledRecord(SAMPLE_PLAN) }),
  changed: viewOf(BRANCHED_PLAN, {
    kind: 'changed',
    record: drilledRecord(SAMPLE_PLAN),
    changes: [
      { part: 'procedures.go-back.mailbox', how: 'new' },
      { part: 'procedures.go-back.lock', how: 'changed' },
    ],
  }),
};

export function printedPlan(text: string, parts: Readonly<Record<string, Digest>> = {}) {
  const { plan, digest } = loadGood(text);
  return { name: plan.name, digest, scenario: 'clean-return', parts };
}
