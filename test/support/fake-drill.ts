import { messageOf } from '../../src/kernel/errors.ts';
import type { NodeOutcome, OperatorChoice, Recorded } from '../../src/journal/journal.ts';
import { type Graph, type GraphNode, journalledGraph } from '../../src/drill/graph.ts';
import type { DrillState } from '../../src/drill/reduce.ts';
import { type EnginePorts, type NodeRun, type Operator, type OperatorDecision, runGraph } from '../../src/drill/run.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createFakeJournal, type FakeJournal } from './fake-journal.ts';

export type FakeNode = Partial<Omit<GraphNode<null>, 'id' | 'activity'>>;

export const HOUR_MS = 3_600_000;

/** Nodes by id. Without `after` a node starts at once. */
export function graphOf(nodes: Readonly<Record<string, FakeNode>>): Graph<null> {
  return { nodes: Object.entries(nodes).map(([id, node]) => nodeOf(id, node)) };
}

export function nodeOf(id: string, node: FakeNode = {}): GraphNode<null> {
  return {
    id,
    title: id,
    after: [],
    stage: 'restore',
    procedure: null,
    clock: null,
    owner: null,
    expected: null,
    always: false,
    whenFailed: null,
    repeat: 'safe',
    retry: null,
    timeoutMs: HOUR_MS,
    attended: false,
    activity: null,
    ...node,
  };
}

export type Work = (run: NodeRun, id: string) => Promise<NodeOutcome>;

export const SUCCEEDED: NodeOutcome = { kind: 'succeeded', detail: 'done' };
export const FAILED: NodeOutcome = { kind: 'failed', detail: 'it broke', blame: 'plan' };

export const succeed: Work = async () => SUCCEEDED;
export const fail: Work = async () => FAILED;

/** Fails so many times, then succeeds. */
export function failTimes(times: number): Work {
  return async (run) => (run.attempt <= times ? FAILED : SUCCEEDED);
}

/** Ends when the test says so, or with the signal's reason when it is told to stop. */
export interface Held {
  readonly work: Work;
  end(outcome?: NodeOutcome): void;
}

export function hold(): Held {
  const ending = Promise.withResolvers<NodeOutcome>();
  const work: Work = (run) => {
    run.signal.throwIfAborted();
    const told = Promise.withResolvers<NodeOutcome>();
    run.signal.addEventListener('abort', () => told.reject(run.signal.reason), { once: true });
    return Promise.race([ending.promise, told.promise]);
  };
  return { work, end: (outcome = SUCCEEDED) => ending.resolve(outcome) };
}

/** Answers every question at once. */
export function decideBy(choose: (node: string, why: string) => OperatorChoice): Operator {
  return {
    decide: async (node, why) => ({ choice: choose(node.id, why), by: 'dba', reason: 'told so' }),
  };
}

export interface Asked {
  readonly node: string;
  readonly why: string;
  readonly signal: AbortSignal;
  answer(choice: OperatorChoice): void;
  refuse(error: Error): void;
}

/** Questions are answered by the test, whenever it likes. */
export interface HeldOperator extends Operator {
  readonly asked: readonly Asked[];
  next(): Promise<Asked>;
}

export function createHeldOperator(): HeldOperator {
  const asked: Asked[] = [];
  let taken = 0;
  let wake: (() => void) | undefined;
  return {
    asked,
    decide: (node, why, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<OperatorDecision>();
      const answer = (choice: OperatorChoice): void => resolve({ choice, by: 'dba', reason: 'told so' });
      asked.push({ node: node.id, why, signal, answer, refuse: reject });
      wake?.();
      return promise;
    },
    next: async () => {
      for (;;) {
        const one = asked[taken];
        if (one !== undefined) {
          taken += 1;
          return one;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

export interface FakeDrill {
  readonly clock: FakeClock;
  readonly journal: FakeJournal;
  readonly ended: Promise<DrillState>;
  /** Starts of activities, in order, as `id#attempt`. */
  readonly started: readonly string[];
  stop(reason?: string): void;
}

export interface FakeDrillOptions {
  readonly works?: Readonly<Record<string, Work>>;
  readonly operator?: Operator;
  /** The journal of a process that died. */
  readonly before?: readonly Recorded[];
  readonly clock?: FakeClock;
  readonly onEvent?: (event: Recorded) => void;
  readonly outcomeOf?: EnginePorts<null>['outcomeOf'];
}

const NOBODY: Operator = {
  decide: async (node) => Promise.reject(new Error(`nobody is there to decide about ${node.id}`)),
};

/** Runs a graph of fake activities on a journal in memory and a clock that stands still. */
export async function startDrill(graph: Graph<null>, options: FakeDrillOptions = {}): Promise<FakeDrill> {
  const clock = options.clock ?? createFakeClock();
  const journal = createFakeJournal(clock, options.before);
  if (options.before === undefined)
    await journal.append({ kind: 'drill-opened', graph: journalledGraph(graph), facts: {} });
  const started: string[] = [];
  const stop = new AbortController();
  const ended = runGraph(
    graph,
    {
      journal,
      clock,
      operator: options.operator ?? NOBODY,
      perform: async (node, run) => {
        started.push(`${node.id}#${run.attempt}`);
        return (options.works?.[node.id] ?? succeed)(run, node.id);
      },
      outcomeOf: options.outcomeOf ?? ((error) => ({ kind: 'failed', detail: messageOf(error), blame: 'plan' })),
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    },
    stop.signal,
  );
  // Looked at by the test later; without this a rejection before that would end the test process.
  ended.catch(() => undefined);
  return { clock, journal, ended, started, stop: (reason = 'Ctrl-C') => stop.abort(new Error(reason)) };
}

/** How each node stands, in a few letters. */
export function summaryOf(state: DrillState): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...state.nodes].map(([id, node]) => {
      if (node.kind === 'ended') return [id, node.outcome.kind];
      return [id, node.kind === 'skipped' ? `skipped: ${node.reason}` : node.kind];
    }),
  );
}
