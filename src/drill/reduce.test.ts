import { describe, expect, test } from 'vitest';
import { FAILED, graphOf, SUCCEEDED, summaryOf } from '../../test/support/fake-drill.ts';
import type { DrillEvent } from '../journal/journal.ts';
import { journalledGraph } from './graph.ts';
import { EMPTY_STATE, replay } from './reduce.ts';

const OPENED: DrillEvent = {
  kind: 'drill-opened',
  graph: journalledGraph(graphOf({ a: {}, b: { after: ['a'] } })),
  facts: {},
};

function stateAfter(...events: readonly DrillEvent[]) {
  const at = { wallMs: 0, monotonicMs: 0, bootId: 'b' };
  return replay(events.map((event, index) => ({ ...event, seq: index + 1, at })));
}

test('an empty journal is a drill in which nothing happened', () => {
  expect(stateAfter()).toEqual(EMPTY_STATE);
});

test('a node passes from waiting to ended', () => {
  const steps: readonly DrillEvent[] = [
    { kind: 'node-ready', node: 'a' },
    { kind: 'node-started', node: 'a', attempt: 1 },
    { kind: 'node-ended', node: 'a', attempt: 1, outcome: SUCCEEDED, final: true },
  ];
  const seen = [0, 1, 2, 3].map((count) => summaryOf(stateAfter(OPENED, ...steps.slice(0, count)))['a']);
  expect(seen).toEqual(['waiting', 'ready', 'running', 'succeeded']);
});

test('notes and resources change nothing about where the drill stands', () => {
  const resource = { kind: 'folder', name: 'f', facts: {} };
  const state = stateAfter(
    OPENED,
    { kind: 'noted', node: 'a', topic: 't', facts: 1 },
    { kind: 'resource-planned', resource },
    { kind: 'resource-released', resource },
    { kind: 'crash-decided', choice: 'continue', by: 'dba', reason: 'r' },
  );
  expect(state).toEqual(stateAfter(OPENED));
});

test('clean ends the drill, continue does not', () => {
  const decide = (choice: 'clean' | 'continue'): DrillEvent => ({
    kind: 'crash-decided',
    choice,
    by: 'dba',
    reason: 'r',
  });
  expect(stateAfter(OPENED, decide('clean'))).toMatchObject({ cleaning: true, aborted: true });
  expect(stateAfter(OPENED, decide('continue'))).toMatchObject({ cleaning: false, aborted: false });
});

describe('a decision', () => {
  const failed: DrillEvent = { kind: 'node-ended', node: 'a', attempt: 1, outcome: FAILED, final: false };
  const decide = (choice: 'retry' | 'skip' | 'abort'): DrillEvent => ({
    kind: 'operator-decided',
    node: 'a',
    choice,
    by: 'dba',
    reason: 'because',
  });

  test('retry makes the node ready again', () => {
    expect(stateAfter(OPENED, failed, decide('retry')).nodes.get('a')).toEqual({ kind: 'ready' });
  });

  test('skip keeps the reason and that a person gave it', () => {
    expect(stateAfter(OPENED, failed, decide('skip')).nodes.get('a')).toEqual({
      kind: 'skipped',
      reason: 'because',
      byHand: true,
    });
  });

  test('abort lets the failure stand and ends the drill', () => {
    const state = stateAfter(OPENED, failed, decide('abort'));
    expect(state.aborted).toBe(true);
    expect(state.nodes.get('a')).toMatchObject({ kind: 'ended', settled: true });
  });

  test('about a node that never started is a bug', () => {
    expect(() => stateAfter(OPENED, decide('skip'))).toThrow(/nothing can be decided about a before it was started/);
  });
});

test('a journal that names a node which the drill does not have is a bug', () => {
  expect(() => stateAfter(OPENED, { kind: 'node-ready', node: 'ghost' })).toThrow(/names node ghost/);
});
