import { expect, test } from 'vitest';
import { evidenceOf, failedBy } from '../../test/support/evidence.ts';
import type { DrillEvent, NodeOutcome, Recorded } from '../journal/journal.ts';
import { gatherEvidence, type NodeHistory } from './evidence.ts';

const NODE = 'go-back.restore';

/** What the journal says about one step, each event with its moment. */
function historyOf(...told: readonly (readonly [number, DrillEvent])[]): NodeHistory {
  const story = evidenceOf();
  const opened = story.events.slice(0, 1);
  const origin = opened[0]?.at ?? { wallMs: 0, monotonicMs: 0, bootId: '' };
  const events = told.map(
    ([atMs, event], index): Recorded => ({
      ...event,
      seq: index + 2,
      at: { ...origin, monotonicMs: origin.monotonicMs + atMs },
    }),
  );
  const history = gatherEvidence({ ...story, events: [...opened, ...events] }).nodes.find(
    ({ node }) => node.id === NODE,
  );
  if (history === undefined) throw new Error(`no node ${NODE}`);
  return history;
}

const started = (attempt: number): DrillEvent => ({ kind: 'node-started', node: NODE, attempt });
const ended = (attempt: number, outcome: NodeOutcome): DrillEvent => ({
  kind: 'node-ended',
  node: NODE,
  attempt,
  outcome,
  final: outcome.kind === 'succeeded',
});
const said = (choice: 'retry' | 'skip' | 'abort'): DrillEvent => ({
  kind: 'operator-decided',
  node: NODE,
  choice,
  by: 'dba',
  reason: 'said so',
});
const SUCCEEDED = { kind: 'succeeded', detail: 'done' } as const;

test('between a failure and the next attempt a step waits', () => {
  const history = historyOf(
    [10, started(1)],
    [20, ended(1, failedBy('plan'))],
    [320, said('retry')],
    [321, started(2)],
    [330, ended(2, SUCCEEDED)],
  );
  expect(history).toMatchObject({ startAt: 10, endAt: 330, attempts: 2, waits: [{ fromMs: 20, toMs: 321 }] });
});

test.each(['skip', 'abort'] as const)('a step that failed waits until a person says %s', (choice) => {
  const history = historyOf([10, started(1)], [20, ended(1, failedBy('plan'))], [320, said(choice)]);
  expect(history).toMatchObject({ endAt: 320, byHand: choice === 'skip', waits: [{ fromMs: 20, toMs: 320 }] });
});

test('a step that nobody had to be asked about does not wait', () => {
  expect(historyOf([10, started(1)], [20, ended(1, SUCCEEDED)]).waits).toEqual([]);
});
