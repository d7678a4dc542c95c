import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAILED, nodeOf, SUCCEEDED } from '../../test/support/fake-drill.ts';
import { createFakeJournal } from '../../test/support/fake-journal.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import type { DrillEvent, NodeOutcome, OperatorChoice, Recorded } from '../journal/journal.ts';
import { type Graph, type GraphNode, journalledGraph, waitedForBy } from './graph.ts';
import { cleanDrill } from './recover.ts';
import { type DrillState, replay } from './reduce.ts';
import { runGraph } from './run.ts';

const UNKNOWN: NodeOutcome = { kind: 'unknown', detail: 'nobody knows', blame: 'plan' };

/** What a node does in its attempts, one after the other; the last one again and again. */
type Ending = 'succeeds' | 'fails' | 'unknown' | 'throws';

interface Script {
  readonly endings: readonly [Ending, ...Ending[]];
  /** Turns of the event loop that an attempt takes. */
  readonly turns: number;
}

interface RandomDrill {
  readonly graph: Graph<Script>;
  readonly choices: readonly OperatorChoice[];
  /** The drill is stopped when so many events are in the journal; null: never. */
  readonly stopAt: number | null;
}

const script: fc.Arbitrary<Script> = fc.record({
  endings: fc.tuple(
    fc.constantFrom<Ending>('succeeds', 'succeeds', 'succeeds', 'fails', 'unknown', 'throws'),
    fc.constantFrom<Ending>('succeeds', 'succeeds', 'fails'),
    fc.constantFrom<Ending>('succeeds', 'fails'),
  ),
  turns: fc.nat(6),
});

function arbitraryNode(index: number): fc.Arbitrary<GraphNode<Script>> {
  const earlier = Array.from({ length: index }, (_, position) => `n${position}`);
  return fc
    .record({
      after: fc.subarray(earlier, { maxLength: Math.min(3, index) }),
      whenFailed: index === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...earlier), { freq: 5 }),
      insteadOf:
        index === 0
          ? fc.constant(undefined)
          : fc.option(fc.subarray(earlier, { minLength: 1, maxLength: Math.min(2, index) }), {
              freq: 3,
              nil: undefined,
            }),
      always: fc.nat(5).map((value) => value === 0),
      attended: fc.boolean(),
      repeat: fc.constantFrom('safe' as const, 'check' as const, 'ask' as const),
      retry: fc.option(fc.record({ times: fc.integer({ min: 1, max: 2 }), waitMs: fc.constantFrom(0, 5) })),
      activity: script,
    })
    .map(({ activity, retry, insteadOf, ...node }) => {
      const standingIn = insteadOf === undefined ? {} : { insteadOf };
      const base = nodeOf(`n${index}`, { ...node, ...standingIn, retry: node.repeat === 'safe' ? retry : null });
      return { ...base, activity };
    });
}

const randomDrill: fc.Arbitrary<RandomDrill> = fc.integer({ min: 1, max: 10 }).chain((size) =>
  fc.record({
    graph: fc.tuple(...Array.from({ length: size }, (_, index) => arbitraryNode(index))).map((nodes) => ({ nodes })),
    choices: fc.array(fc.constantFrom<OperatorChoice>('retry', 'retry', 'skip', 'skip', 'abort'), { maxLength: 8 }),
    stopAt: fc.option(fc.integer({ min: 1, max: 40 }), { freq: 2 }),
  }),
);

/** Retries wait for nothing; times are never over. */
const clock: Clock = {
  wallMs: () => 0,
  monotonicMs: () => 0,
  bootId: 'b',
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (ms < 1_000) resolve();
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
};

interface Ended {
  readonly state: DrillState;
  readonly events: readonly Recorded[];
}

async function runRandom({ graph, choices, stopAt }: RandomDrill, before?: readonly Recorded[]): Promise<Ended> {
  const journal = createFakeJournal(clock, before);
  if (before === undefined) await journal.append({ kind: 'drill-opened', graph: journalledGraph(graph), facts: {} });
  const stop = new AbortController();
  let asked = 0;
  const state = await runGraph(
    graph,
    {
      journal,
      clock,
      operator: { decide: async () => ({ choice: choices[asked++] ?? 'skip', by: 'dba', reason: 'r' }) },
      perform: async (node, run) => play(node.activity, run.attempt),
      outcomeOf: (error) => ({ kind: 'failed', detail: messageOf(error), blame: 'plan' }),
      onEvent: (event) => {
        if (event.seq === stopAt) stop.abort(new Error('Ctrl-C'));
      },
    },
    stop.signal,
  );
  return { state, events: journal.events };
}

async function play({ endings, turns }: Script, attempt: number): Promise<NodeOutcome> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  const ending = endings[Math.min(attempt, endings.length) - 1] ?? 'succeeds';
  if (ending === 'throws') throw new Error('thrown');
  return { succeeds: SUCCEEDED, fails: FAILED, unknown: UNKNOWN }[ending];
}

function eventsOf(events: readonly Recorded[], node: string): readonly Recorded[] {
  return events.filter((event) => 'node' in event && event.node === node);
}

const isEndLike = (event: Recorded): boolean =>
  event.kind === 'node-ended' ||
  event.kind === 'node-skipped' ||
  (event.kind === 'operator-decided' && event.choice === 'skip');

function expectOrder(graph: Graph<unknown>, events: readonly Recorded[]): void {
  for (const node of graph.nodes) {
    const ready = eventsOf(events, node.id).find((event) => event.kind === 'node-ready');
    const started = eventsOf(events, node.id).find((event) => event.kind === 'node-started');
    if (started === undefined) continue;
    if (ready === undefined) throw new Error(`${node.id} was started before it was ready`);
    expect(ready.seq).toBeLessThan(started.seq);
    for (const before of waitedForBy(node)) {
      const past = eventsOf(events, before);
      expect(
        past.some((event) => event.seq < ready.seq && isEndLike(event)),
        `${before} is over before ${node.id}`,
      ).toBe(true);
      expect(
        past.filter((event) => event.seq > ready.seq),
        `${before} rests once ${node.id} is ready`,
      ).toEqual([]);
    }
  }
}

function expectNoForbiddenRepeat(graph: Graph<unknown>, events: readonly Recorded[]): void {
  let continued = 0;
  for (const event of events) if (event.kind === 'crash-decided') continued += 1;
  for (const node of graph.nodes) {
    const own = eventsOf(events, node.id);
    const starts = own.filter((event) => event.kind === 'node-started').length;
    const decisions = own.filter((event) => event.kind === 'operator-decided' && event.choice === 'retry').length;
    const crashes = node.repeat === 'ask' ? 0 : continued;
    expect(starts, `starts of ${node.id}`).toBeLessThanOrEqual(1 + (node.retry?.times ?? 0) + decisions + crashes);
  }
}

function hasFailed(state: DrillState, id: string): boolean {
  const node = state.nodes.get(id);
  return node?.kind === 'ended' && node.outcome.kind !== 'succeeded';
}

/** What it stands in for itself, and what something that it waits for has stood in for. */
function madeGoodFor(graph: Graph<unknown>, state: DrillState, node: GraphNode<unknown>): ReadonlySet<string> {
  const before = graph.nodes.filter(({ id }) => node.after.includes(id) && state.nodes.get(id)?.kind === 'ended');
  const worked = before.filter(({ id }) => !hasFailed(state, id));
  return new Set([...(node.insteadOf ?? []), ...worked.flatMap(({ insteadOf = [] }) => insteadOf)]);
}

function expectNothingOnFailures(graph: Graph<unknown>, { events, state }: Ended): void {
  for (const node of graph.nodes) {
    if (node.always || !eventsOf(events, node.id).some((event) => event.kind === 'node-started')) continue;
    const { insteadOf } = node;
    if (insteadOf !== undefined)
      expect(
        insteadOf.some((id) => hasFailed(state, id)),
        `${node.id} is needed`,
      ).toBe(true);
    const madeGood = madeGoodFor(graph, state, node);
    for (const before of waitedForBy(node)) {
      const past = state.nodes.get(before);
      if (past?.kind === 'ended' && before !== node.whenFailed && !madeGood.has(before))
        expect(past.outcome.kind, `${before} before ${node.id}`).toBe('succeeded');
      if (before === node.whenFailed)
        expect(past).toMatchObject({ kind: 'ended', outcome: { kind: expect.not.stringMatching('succeeded') } });
    }
  }
}

function expectAllOver(graph: Graph<unknown>, { state, events }: Ended): void {
  for (const node of graph.nodes) {
    expect(['ended', 'skipped'], `${node.id} is over`).toContain(state.nodes.get(node.id)?.kind);
    if (!node.always || node.whenFailed !== null || node.insteadOf !== undefined) continue;
    expect(
      eventsOf(events, node.id).some((event) => event.kind === 'node-started'),
      `${node.id} always runs`,
    ).toBe(true);
  }
}

function expectSound(graph: Graph<unknown>, ended: Ended): void {
  expectAllOver(graph, ended);
  expectOrder(graph, ended.events);
  expectNoForbiddenRepeat(graph, ended.events);
  expectNothingOnFailures(graph, ended);
}

function cutAt(events: readonly Recorded[], share: number, choice: 'clean' | 'continue'): readonly Recorded[] {
  const kept = events.slice(0, 1 + Math.floor(share * (events.length - 1)));
  const decision: DrillEvent = { kind: 'crash-decided', choice, by: 'dba', reason: 'r' };
  return [...kept, { ...decision, seq: kept.length + 1, at: { wallMs: 0, monotonicMs: 0, bootId: 'b' } }];
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('random drills with random failures, decisions and stops', () => {
  test('end; nothing starts too early, twice without leave, or on a failure; what always runs runs', async () => {
    await fc.assert(
      fc.asyncProperty(randomDrill, async (drill) => {
        const ended = await runRandom(drill);
        expectSound(drill.graph, ended);
        expect(replay(ended.events)).toEqual(ended.state);
      }),
      { numRuns: 400 },
    );
  });

  test('cut off after any event and cleaned up: only what always runs, and the same holds', async () => {
    await fc.assert(
      fc.asyncProperty(randomDrill, share, async (drill, at) => {
        const whole = await runRandom(drill);
        const before = cutAt(whole.events, at, 'clean');
        const ended = await runRandom({ ...drill, stopAt: null }, before);
        expectSound(drill.graph, ended);
        expect(ended.state).toMatchObject({ cleaning: true, aborted: true });
        const late = ended.events
          .slice(before.length)
          .flatMap((event) => (event.kind === 'node-started' ? [event.node] : []));
        const always = new Set(drill.graph.nodes.flatMap((node) => (node.always ? [node.id] : [])));
        expect(late.filter((node) => !always.has(node))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('cut off after any event and continued, twice: the same holds', async () => {
    await fc.assert(
      fc.asyncProperty(randomDrill, fc.tuple(share, share), async (drill, [first, second]) => {
        const whole = await runRandom(drill);
        const once = await runRandom({ ...drill, stopAt: null }, cutAt(whole.events, first, 'continue'));
        expectSound(drill.graph, once);
        const twice = await runRandom({ ...drill, stopAt: null }, cutAt(once.events, second, 'continue'));
        expectSound(drill.graph, twice);
      }),
      { numRuns: 200 },
    );
  });

  test('cut off and ended by a process that knows nothing but the journal: closed, and the last node is cleaned', async () => {
    await fc.assert(
      fc.asyncProperty(randomDrill, share, async (drill, at) => {
        const all = drill.graph.nodes.map((node) => node.id);
        const graph: Graph<Script> = {
          nodes: [
            ...drill.graph.nodes,
            {
              ...nodeOf('release', { after: all, always: true, stage: 'release' }),
              activity: { endings: ['succeeds'], turns: 0 },
            },
          ],
        };
        const whole = await runRandom({ ...drill, graph });
        const journal = createFakeJournal(clock, cutAt(whole.events, at, 'clean').slice(0, -1));
        let cleaned = 0;
        const state = await cleanDrill(
          {
            journal,
            clock,
            cleaners: new Map([
              [
                'release',
                async () => {
                  cleaned += 1;
                  return SUCCEEDED;
                },
              ],
            ]),
          },
          { by: 'dba', reason: 'r' },
        );
        expect(state.closed).toBe(true);
        expect(journal.events.at(-1)).toMatchObject({ kind: 'drill-closed', end: 'cleaned', exitCode: 11 });
        expect(state.nodes.get('release')).toMatchObject({ outcome: SUCCEEDED });
        expectNoForbiddenRepeat(graph, journal.events);
        const wasReleased = whole.events
          .slice(0, 1 + Math.floor(at * (whole.events.length - 1)))
          .some((event) => event.kind === 'node-ended' && event.node === 'release');
        expect(cleaned).toBe(wasReleased ? 0 : 1);
      }),
      { numRuns: 200 },
    );
  });
});
