import { describe, expect, test } from 'vitest';
import { FAILED, graphOf, SUCCEEDED } from '../../test/support/fake-drill.ts';
import type { DrillEvent, NodeOutcome } from '../journal/journal.ts';
import { type Graph, journalledGraph } from './graph.ts';
import { isFinal, movesFor } from './moves.ts';
import { replay } from './reduce.ts';

const UNKNOWN: NodeOutcome = { kind: 'unknown', detail: 'the connection died', blame: 'plan' };

/** The moves after these events, with nothing in flight unless it is named. */
function after(graph: Graph<null>, events: readonly DrillEvent[], inFlight: readonly string[] = []) {
  const at = { wallMs: 0, monotonicMs: 0, bootId: 'b' };
  const all: readonly DrillEvent[] = [{ kind: 'drill-opened', graph: journalledGraph(graph), facts: {} }, ...events];
  const attempts = new Map<string, number>();
  for (const event of all) if (event.kind === 'node-started') attempts.set(event.node, event.attempt);
  const state = replay(all.map((event, index) => ({ ...event, seq: index + 1, at })));
  return movesFor(state, { graph, inFlight: new Set(inFlight), attempts });
}

const started = (node: string, attempt = 1): DrillEvent => ({ kind: 'node-started', node, attempt });
const ended = (node: string, outcome: NodeOutcome, final = true): DrillEvent => ({
  kind: 'node-ended',
  node,
  attempt: 1,
  outcome,
  final,
});
const decided = (node: string, choice: 'retry' | 'skip' | 'abort'): DrillEvent => ({
  kind: 'operator-decided',
  node,
  choice,
  by: 'dba',
  reason: 'r',
});
const ready = (node: string): DrillEvent => ({ kind: 'node-ready', node });
const ABORT: DrillEvent = { kind: 'abort-requested', reason: 'Ctrl-C' };
const CLEAN: DrillEvent = { kind: 'crash-decided', choice: 'clean', by: 'dba', reason: 'r' };

describe('fallbacks', () => {
  // The steps as a plan writes them: one after the other, the fallback in the line.
  const line = graphOf({
    lock: {},
    restore: { after: ['lock'] },
    check: { after: ['restore'] },
    fallback: { after: ['check'], whenFailed: 'restore' },
    open: { after: ['fallback'] },
  });
  const locked = [started('lock'), ended('lock', SUCCEEDED)];

  test('one is needed although what stands between was skipped for the same failure', () => {
    const moves = after(line, [
      ...locked,
      started('restore'),
      ended('restore', FAILED),
      { kind: 'node-skipped', node: 'check', reason: 'restore failed' },
    ]);
    expect(moves).toEqual([{ kind: 'make-ready', node: 'fallback' }]);
  });

  test('one that worked lets the next run', () => {
    const skipped: DrillEvent = { kind: 'node-skipped', node: 'check', reason: 'restore failed' };
    const moves = after(line, [
      ...locked,
      ended('restore', FAILED),
      skipped,
      started('fallback'),
      ended('fallback', SUCCEEDED),
    ]);
    expect(moves).toEqual([{ kind: 'make-ready', node: 'open' }]);
  });

  test('one that failed and was skipped by a person lets the next run', () => {
    const skipped: DrillEvent = { kind: 'node-skipped', node: 'check', reason: 'restore failed' };
    const moves = after(line, [
      ...locked,
      ended('restore', FAILED),
      skipped,
      started('fallback'),
      ended('fallback', FAILED, false),
      decided('fallback', 'skip'),
    ]);
    expect(moves).toEqual([{ kind: 'make-ready', node: 'open' }]);
  });

  test('one that is not needed is passed over', () => {
    const done = [...locked, ended('restore', SUCCEEDED), ended('check', SUCCEEDED)];
    expect(after(line, done)).toEqual([{ kind: 'skip', node: 'fallback', reason: 'restore did not fail' }]);
    expect(after(line, [...done, { kind: 'node-skipped', node: 'fallback', reason: 'restore did not fail' }])).toEqual([
      { kind: 'make-ready', node: 'open' },
    ]);
  });

  test('when the step was never reached, neither fallback nor what follows runs', () => {
    const skip = (node: string): DrillEvent => ({ kind: 'node-skipped', node, reason: 'lock failed' });
    const broken = [ended('lock', FAILED), skip('restore'), skip('check')];
    expect(after(line, broken)).toEqual([{ kind: 'skip', node: 'fallback', reason: 'lock failed' }]);
    expect(after(line, [...broken, skip('fallback')])).toEqual([{ kind: 'skip', node: 'open', reason: 'lock failed' }]);
  });

  test('another failure is not made good by the fallback', () => {
    const events = [...locked, ended('restore', SUCCEEDED), ended('check', FAILED)];
    expect(after(line, events)).toEqual([{ kind: 'skip', node: 'fallback', reason: 'check failed' }]);
  });

  test('an unknown outcome calls for the fallback too', () => {
    const graph = graphOf({ a: {}, b: { whenFailed: 'a' } });
    expect(after(graph, [ended('a', UNKNOWN)])).toEqual([{ kind: 'make-ready', node: 'b' }]);
  });

  test('one without `after` still waits for the node it belongs to', () => {
    const graph = graphOf({ a: {}, b: { whenFailed: 'a' } });
    expect(after(graph, [started('a')], ['a'])).toEqual([]);
  });

  test('one that runs always is still only for its failure', () => {
    const graph = graphOf({ a: {}, b: { whenFailed: 'a', always: true } });
    expect(after(graph, [ended('a', SUCCEEDED)])).toEqual([{ kind: 'skip', node: 'b', reason: 'a did not fail' }]);
    expect(after(graph, [ended('a', FAILED), ABORT])).toEqual([{ kind: 'make-ready', node: 'b' }]);
  });
});

describe('another way that stands in for one', () => {
  // The verification waits for both ways, and only for one of them there is anything to do.
  const ways = graphOf({
    lock: {},
    restore: { after: ['lock'] },
    old: { after: ['restore'] },
    other: { insteadOf: ['restore'] },
    else: { after: ['other'], insteadOf: ['restore'] },
    verified: { after: ['old', 'else'] },
    open: { after: ['verified', 'restore'] },
  });
  const skip = (node: string, reason: string): DrillEvent => ({ kind: 'node-skipped', node, reason });
  const failed = [ended('lock', SUCCEEDED), ended('restore', FAILED), skip('old', 'restore failed')];

  test('is passed over where nothing failed', () => {
    const done = [ended('lock', SUCCEEDED), ended('restore', SUCCEEDED)];
    const reason = 'restore did not fail';
    expect(after(ways, [...done, ended('old', SUCCEEDED)])).toEqual([{ kind: 'skip', node: 'other', reason }]);
    const passed = [...done, ended('old', SUCCEEDED), skip('other', reason), skip('else', reason)];
    expect(after(ways, passed)).toEqual([{ kind: 'make-ready', node: 'verified' }]);
  });

  test('makes the failure good for those that wait for it, and for nobody else', () => {
    expect(after(ways, failed)).toEqual([{ kind: 'make-ready', node: 'other' }]);
    const stood = [...failed, ended('other', SUCCEEDED), ended('else', SUCCEEDED)];
    expect(after(ways, stood)).toEqual([{ kind: 'make-ready', node: 'verified' }]);
    expect(after(ways, [...stood, ended('verified', SUCCEEDED)])).toEqual([
      { kind: 'skip', node: 'open', reason: 'restore failed' },
    ]);
  });

  test('does not make its own failure good', () => {
    const events = [...failed, ended('other', SUCCEEDED), ended('else', FAILED)];
    expect(after(ways, events)).toEqual([{ kind: 'skip', node: 'verified', reason: 'restore failed' }]);
  });

  test('is not taken when a person ends the drill', () => {
    expect(after(ways, [...failed, ABORT]).every((move) => move.kind === 'skip')).toBe(true);
  });

  test('that was cut off by a crash is started again where that is safe', () => {
    expect(after(ways, [...failed, started('other')])).toContainEqual({
      kind: 'start',
      node: 'other',
      attempt: 2,
      waitMs: 0,
    });
  });
});

describe('what hangs on a failure', () => {
  test('an always node in between does not hide it', () => {
    const graph = graphOf({ a: {}, tell: { after: ['a'], always: true }, b: { after: ['tell'] } });
    const events = [ended('a', FAILED), started('tell'), ended('tell', SUCCEEDED)];
    expect(after(graph, events)).toEqual([{ kind: 'skip', node: 'b', reason: 'a failed' }]);
  });

  test('the reason names the failure, not the last skipped one', () => {
    const graph = graphOf({ a: {}, b: { after: ['a'] }, c: { after: ['b'] } });
    const events: readonly DrillEvent[] = [ended('a', FAILED), { kind: 'node-skipped', node: 'b', reason: 'a failed' }];
    expect(after(graph, events)).toEqual([{ kind: 'skip', node: 'c', reason: 'a failed' }]);
  });

  test('a person’s skip lets the next one run, whatever the words of the reason', () => {
    const graph = graphOf({ a: { attended: true }, b: { after: ['a'] } });
    expect(after(graph, [ended('a', FAILED, false), decided('a', 'skip')])).toEqual([
      { kind: 'make-ready', node: 'b' },
    ]);
  });
});

describe('after a crash', () => {
  const graph = graphOf({
    safe: {},
    check: { repeat: 'check' },
    ask: { repeat: 'ask' },
    rest: { after: ['safe', 'check', 'ask'] },
    release: { after: ['rest'], always: true },
  });
  const cut = [ready('safe'), ready('check'), ready('ask'), started('safe'), started('check'), started('ask')];

  test('going on repeats what is safe or checkable and asks about the rest', () => {
    expect(after(graph, cut)).toEqual([
      { kind: 'start', node: 'safe', attempt: 2, waitMs: 0 },
      { kind: 'start', node: 'check', attempt: 2, waitMs: 0 },
      { kind: 'ask', node: 'ask', why: 'it was cut off by a crash and must not be repeated blindly' },
    ]);
  });

  test('after the decision to retry it may run again', () => {
    expect(after(graph, [...cut, decided('ask', 'retry')], ['safe', 'check'])).toEqual([
      { kind: 'start', node: 'ask', attempt: 2, waitMs: 0 },
    ]);
  });

  test('after the decision to end the drill it is written off', () => {
    expect(after(graph, [...cut, decided('ask', 'abort')], ['safe', 'check'])).toEqual([
      { kind: 'write-off', node: 'ask', attempt: 1 },
      { kind: 'skip', node: 'rest', reason: 'the drill was ended before it began' },
    ]);
  });

  test('cleaning up writes everything off that was cut off', () => {
    expect(after(graph, [...cut, CLEAN]).map((move) => move.kind)).toEqual([
      'write-off',
      'write-off',
      'write-off',
      'skip',
    ]);
  });

  test('cleaning up that was itself cut off is done again, unless it may not be repeated', () => {
    const cleaning = graphOf({ release: { always: true }, pay: { always: true, repeat: 'ask' } });
    expect(after(cleaning, [started('release'), started('pay'), CLEAN])).toEqual([
      { kind: 'start', node: 'release', attempt: 2, waitMs: 0 },
      { kind: 'write-off', node: 'pay', attempt: 1 },
    ]);
  });

  test('what was only ready had not begun', () => {
    const single = graphOf({ ask: { repeat: 'ask' } });
    expect(after(single, [ready('ask')])).toEqual([{ kind: 'start', node: 'ask', attempt: 1, waitMs: 0 }]);
    expect(after(single, [ready('ask'), CLEAN])).toEqual([
      { kind: 'skip', node: 'ask', reason: 'the drill was ended before it began' },
    ]);
  });
});

describe('an ended drill', () => {
  test('asks nobody any more', () => {
    const graph = graphOf({ a: { attended: true } });
    expect(after(graph, [started('a'), ended('a', FAILED, false)])).toEqual([
      { kind: 'ask', node: 'a', why: 'it failed: it broke' },
    ]);
    expect(after(graph, [started('a'), ended('a', FAILED, false), ABORT])).toEqual([{ kind: 'finish' }]);
  });

  test('retries cleaning up, and what follows it waits for that', () => {
    const retry = { times: 2, waitMs: 5 };
    const graph = graphOf({
      work: { retry },
      release: { always: true, retry },
      evaluate: { always: true, after: ['release'] },
    });
    const events = [
      started('work'),
      ended('work', FAILED, false),
      started('release'),
      ended('release', FAILED, false),
      ABORT,
    ];
    expect(after(graph, events)).toEqual([{ kind: 'start', node: 'release', attempt: 2, waitMs: 5 }]);
    expect(after(graph, events, ['release'])).toEqual([]);
  });

  test('closed means closed', () => {
    expect(after(graphOf({ a: {} }), [{ kind: 'drill-closed', end: 'aborted', exitCode: 130 }])).toEqual([]);
  });
});

test('a drill that could only wait for ever is a bug and not a finished drill', () => {
  const whole = graphOf({ a: {}, b: { after: ['a'] } });
  const part: Graph<null> = { nodes: whole.nodes.filter((node) => node.id === 'b') };
  const at = { wallMs: 0, monotonicMs: 0, bootId: 'b' };
  const state = replay([{ kind: 'drill-opened', graph: journalledGraph(whole), facts: {}, seq: 1, at }]);
  expect(() => movesFor(state, { graph: part, inFlight: new Set(), attempts: new Map() })).toThrow(
    /waits for something that will never end/,
  );
});

test('a failure is final unless a retry or a person follows', () => {
  const graph = graphOf({ plain: {}, retried: { retry: { times: 2, waitMs: 0 } }, attended: { attended: true } });
  const [plain, retried, attended] = graph.nodes;
  if (plain === undefined || retried === undefined || attended === undefined) throw new Error('three nodes');
  expect([1, 2, 3].map((attempt) => isFinal(retried, FAILED, attempt))).toEqual([false, false, true]);
  expect([isFinal(plain, FAILED, 1), isFinal(attended, UNKNOWN, 1), isFinal(attended, SUCCEEDED, 1)]).toEqual([
    true,
    false,
    true,
  ]);
});
