import { describe, expect, it } from 'vitest';
import {
  EventWriter,
  failed,
  failingAt,
  nodesOf,
  recordedEvents,
  until,
} from '../../../test/support/recorded-events.ts';
import type { Recorded } from '../../journal/journal.ts';
import { EMPTY_VIEW, hasEnded, reduceView, type StepState, type ViewState, workMs } from './model.ts';
import { stagesOf } from './stage.ts';
import { unionMs } from './union.ts';

const drill = recordedEvents('data-corruption');

function viewOf(events: readonly Recorded[]): ViewState {
  return events.reduce(reduceView, EMPTY_VIEW);
}

function stateOf(events: readonly Recorded[], node: string): StepState | undefined {
  return viewOf(events).steps.get(node)?.state;
}

describe('the view of recorded drills', () => {
  it.each(['clean-return', 'data-corruption'] as const)('%s: every step has succeeded at its end', (name) => {
    const view = viewOf(recordedEvents(name));
    expect([...view.steps.values()].filter((step) => step.state !== 'succeeded')).toEqual([]);
    expect(view.isOver).toBe(true);
  });

  it('takes the time of a step from its own start and end', () => {
    const view = viewOf(drill);
    const [started, ended] = drill.filter(
      (event) => 'node' in event && event.node === 'go-back.restore' && /started|ended/.test(event.kind),
    );
    const step = view.steps.get('go-back.restore');
    if (step === undefined) throw new Error('go-back.restore was not drilled');
    expect(workMs(step, 0)).toBe((ended?.at.monotonicMs ?? 0) - (started?.at.monotonicMs ?? 0));
  });

  it('keeps the instants that were reached', () => {
    const { t1, t2, t6 } = viewOf(drill).instants;
    expect([t1, t2, t6].every((instant) => typeof instant === 'number')).toBe(true);
    expect(t1).toBeLessThanOrEqual(t2 ?? 0);
    expect(viewOf(until(drill, 'node-started', 'first-write')).instants['t6']).toBeUndefined();
  });

  it('orders steps so that each stands after those it waits for', () => {
    const order = [...viewOf(drill).steps.keys()];
    for (const node of nodesOf(drill))
      for (const before of node.after)
        expect(order.indexOf(before), `${before} before ${node.id}`).toBeLessThan(order.indexOf(node.id));
  });

  it('does not hang on a journal whose steps wait for each other', () => {
    const [opened] = drill;
    if (opened?.kind !== 'drill-opened') throw new Error('not opened');
    const nodes = opened.graph.nodes
      .slice(0, 2)
      .map((node, index) => ({ ...node, after: [opened.graph.nodes[1 - index]?.id ?? ''] }));
    expect(viewOf([{ ...opened, graph: { nodes } }]).steps.size).toBe(2);
  });
});

describe('a step', () => {
  const started = until(drill, 'node-started', 'go-back.restore');

  it('waits between ready and started', () => {
    expect(stateOf(until(drill, 'node-ready', 'go-back.restore'), 'go-back.restore')).toBe('waiting');
    expect(stateOf(started, 'go-back.restore')).toBe('running');
  });

  it('waits again when its end is not final, with the reason', () => {
    const writer = new EventWriter(started);
    writer.write(500, {
      kind: 'node-ended',
      node: 'go-back.restore',
      attempt: 1,
      final: false,
      outcome: failed('disk full'),
    });
    const step = viewOf(writer.events).steps.get('go-back.restore');
    expect(step).toMatchObject({ state: 'waiting', why: 'disk full' });
    writer.write(500, { kind: 'node-started', node: 'go-back.restore', attempt: 2 });
    expect(viewOf(writer.events).steps.get('go-back.restore')).toMatchObject({
      state: 'running',
      attempt: 2,
      why: '',
      endedAtMs: null,
    });
  });

  it.each([
    ['retry', 'waiting'],
    ['skip', 'skipped'],
    ['abort', 'failed'],
  ] as const)('after the decision to %s it is %s', (choice, state) => {
    const writer = new EventWriter(started);
    writer.write(500, {
      kind: 'node-ended',
      node: 'go-back.restore',
      attempt: 1,
      final: false,
      outcome: failed('disk full'),
    });
    writer.write(500, { kind: 'operator-decided', node: 'go-back.restore', choice, by: 'dba', reason: 'it is late' });
    expect(stateOf(writer.events, 'go-back.restore')).toBe(state);
  });

  it('that nobody decides about keeps what it came to when the drill is ended', () => {
    const writer = new EventWriter(started);
    writer.write(500, {
      kind: 'node-ended',
      node: 'go-back.restore',
      attempt: 1,
      final: false,
      outcome: failed('disk full'),
    });
    writer.write(500, { kind: 'abort-requested', reason: 'interrupted by SIGINT' });
    const view = viewOf(writer.events);
    expect(view.steps.get('go-back.restore')?.state).toBe('failed');
    expect(view.ending).toBe('interrupted by SIGINT');
  });
});

describe('a drill with a failed step', () => {
  const view = viewOf(failingAt(drill, 'go-back.restore', 'wrong checksum'));

  it('has ended every step, each failed, skipped or succeeded', () => {
    expect([...view.steps.values()].every(hasEnded)).toBe(true);
    expect(view.steps.get('go-back.up')).toMatchObject({ state: 'skipped', why: 'go-back.restore failed' });
    expect(view.isOver).toBe(true);
  });

  it('shows it in the state of its stage', () => {
    const states = Object.fromEntries(stagesOf(view, view.lastAtMs).map((stage) => [stage.name, stage.state]));
    expect(states).toMatchObject({
      prepare: 'succeeded',
      'roll back': 'failed',
      verify: 'skipped',
      release: 'succeeded',
    });
  });
});

describe('a stage', () => {
  it('is open while one of its steps runs, and paused while others must come first', () => {
    const states = (events: readonly Recorded[]): unknown =>
      Object.fromEntries(stagesOf(viewOf(events), 0).map((stage) => [stage.name, stage.state]));
    expect(states(until(drill, 'node-started', 'twins.after'))).toMatchObject({
      'roll back': 'paused',
      verify: 'open',
      open: 'not-reached',
    });
  });

  it('counts time in which two of its steps run beside each other once', () => {
    const view = viewOf(drill);
    const both = ['at-rest.db', 'at-rest.docs'].flatMap((id) => view.steps.get(id) ?? []);
    const longest = Math.max(...both.map((step) => (step.endedAtMs ?? 0) - (step.readyAtMs ?? 0)));
    const total = both.reduce((sum, step) => sum + workMs(step, 0), 0);
    expect(unionMs(both, 0)).toBeGreaterThanOrEqual(longest);
    expect(unionMs(both, 0)).toBeLessThan(total);
  });
});
