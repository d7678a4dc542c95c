import { parseDuration } from '../../kernel/duration.ts';
import { ancestorsOf, procedureGraph, type ProcedureGraph } from '../graph.ts';
import type { Procedure } from '../schema.ts';
import { type BranchMark, branchesOf } from './branches.ts';

/** Milliseconds since the procedure began, by what the plan expects. */
export interface Expectation {
  readonly p50Ms: number;
  readonly p90Ms: number;
}

export interface ScheduledStep {
  readonly id: string;
  /** Without those that another one of them waits for. */
  readonly waitsFor: readonly string[];
  readonly start: Expectation;
  readonly end: Expectation;
  /** From its own start to the end of the procedure, along the longest way by p90. */
  readonly toEndMs: number;
  /** A step before it has no expected duration: it begins no earlier than `start`, and nobody knows how much later. */
  readonly startsAtLeast: boolean;
  /** It or a step behind it has none: `toEndMs` is too short by that. */
  readonly endsAtLeast: boolean;
  readonly isCritical: boolean;
  readonly branches: readonly BranchMark[];
}

export interface Schedule {
  /** In the order in which a person carries them out: each behind those it waits for, else as written. */
  readonly steps: readonly ScheduledStep[];
  readonly total: Expectation;
  /** Without an expected duration: they count as nothing. */
  readonly unknown: readonly string[];
}

/** What a drill measured. Beside the plan's own expectation it counts where it is longer, or where there is none. */
export interface Measured {
  /** By card id, such as `go-back.restore`. */
  readonly stepsMs: ReadonlyMap<string, number>;
  /** From the call to the first user's write. */
  readonly rtaMs: number | null;
  /** At production size and with this very plan; else the night may well take longer. */
  readonly isWhole: boolean;
}

/** When each step may begin and must have begun, along the graph. Steps that run only after a failure take no time in it. */
export function scheduleOf(procedure: Procedure, durations: Durations = new Map()): Schedule {
  const graph = procedureGraph(procedure);
  const order = workingOrder(procedure, graph);
  const takes = new Map(order.map((id) => [id, durations.get(id) ?? expectedOf(procedure, id)]));
  const forward = forwardPass({ order, graph, takes });
  const backward = backwardPass({ order, graph, takes });
  const critical = slowestWay({ order, graph, takes }, forward);
  const waitsFor = new Map(order.map((id) => [id, nearest(procedure, graph, id)]));
  const branches = branchesOf(order, waitsFor);
  const ends = [...forward.values()].map(({ end }) => end);
  return {
    steps: order.map((id) => ({
      id,
      waitsFor: known(waitsFor, id),
      ...known(forward, id),
      ...known(backward, id),
      isCritical: critical.has(id),
      branches: known(branches, id),
    })),
    total: { p50Ms: Math.max(0, ...ends.map((end) => end.p50Ms)), p90Ms: Math.max(0, ...ends.map((end) => end.p90Ms)) },
    unknown: order.filter((id) => known(takes, id).atLeast),
  };
}

interface Passing {
  readonly order: readonly string[];
  readonly graph: ProcedureGraph;
  readonly takes: Durations;
}

type Forward = Pick<ScheduledStep, 'start' | 'end' | 'startsAtLeast'>;
type Backward = Pick<ScheduledStep, 'toEndMs' | 'endsAtLeast'>;

function forwardPass({ order, graph, takes }: Passing): ReadonlyMap<string, Forward> {
  const passed = new Map<string, Forward>();
  for (const id of order) {
    const before = (graph.predecessors.get(id) ?? []).map((one) => ({ id: one, ...known(passed, one) }));
    const start = {
      p50Ms: Math.max(0, ...before.map(({ end }) => end.p50Ms)),
      p90Ms: Math.max(0, ...before.map(({ end }) => end.p90Ms)),
    };
    const own = known(takes, id);
    passed.set(id, {
      start,
      end: { p50Ms: start.p50Ms + own.p50Ms, p90Ms: start.p90Ms + own.p90Ms },
      startsAtLeast: before.some((one) => one.startsAtLeast || known(takes, one.id).atLeast),
    });
  }
  return passed;
}

function backwardPass({ order, graph, takes }: Passing): ReadonlyMap<string, Backward> {
  const passed = new Map<string, Backward>();
  for (const id of order.toReversed()) {
    const behind = order.filter((one) => graph.predecessors.get(one)?.includes(id)).map((one) => known(passed, one));
    passed.set(id, {
      toEndMs: known(takes, id).p90Ms + Math.max(0, ...behind.map(({ toEndMs }) => toEndMs)),
      endsAtLeast: known(takes, id).atLeast || behind.some(({ endsAtLeast }) => endsAtLeast),
    });
  }
  return passed;
}

/** Backwards from the step that ends last, always to the one that it waited for longest. */
function slowestWay({ order, graph }: Passing, forward: ReadonlyMap<string, Forward>): ReadonlySet<string> {
  const way = new Set<string>();
  const latest = (ids: readonly string[]): string | undefined =>
    ids.toSorted((one, other) => known(forward, other).end.p90Ms - known(forward, one).end.p90Ms)[0];
  for (let id = latest(order.toReversed()); id !== undefined; id = latest(graph.predecessors.get(id) ?? [])) {
    if (known(forward, id).end.p90Ms > known(forward, id).start.p90Ms) way.add(id);
  }
  return way;
}

/** A fallback that is mostly skipped does not stand for the step that it falls back from. */
function nearest(procedure: Procedure, graph: ProcedureGraph, id: string): readonly string[] {
  const before = graph.predecessors.get(id) ?? [];
  const regular = before.filter((one) => !isOnlyIfFailed(procedure, one));
  return before.filter((one) => !regular.some((other) => ancestorsOf(graph, other).has(one)));
}

/** Of the steps whose turn it is, always the one written first; `verified` stands behind what it verifies. */
function workingOrder(procedure: Procedure, { predecessors }: ProcedureGraph): readonly string[] {
  const written = procedure.steps.map((step) => step.id);
  const last = Math.max(-1, ...(predecessors.get('verified') ?? []).map((id) => written.indexOf(id)));
  const wanted = [...written.slice(0, last + 1), 'verified', ...written.slice(last + 1)];
  const order: string[] = [];
  for (;;) {
    const next = wanted.find(
      (id) => !order.includes(id) && predecessors.get(id)?.every((before) => order.includes(before)) === true,
    );
    if (next === undefined) return order;
    order.push(next);
  }
}

export interface Duration extends Expectation {
  /** Nobody knows how long it takes: it counts with what is known, which may be nothing. */
  readonly atLeast: boolean;
}

type Durations = ReadonlyMap<string, Duration>;

/** By step id: what the plan expects and a drill measured, taken together on the safe side. */
export function durationsOf(procedure: Procedure, name: string, measured: Measured | null): Durations {
  const ids = [...procedure.steps.map((step) => step.id), 'verified'];
  return new Map(
    ids.map((id) => {
      const expected = expectedOf(procedure, id);
      const ms = measured?.stepsMs.get(`${name}.${id}`);
      if (ms === undefined || isOnlyIfFailed(procedure, id)) return [id, expected];
      const isSaid = !expected.atLeast;
      return [
        id,
        {
          p50Ms: isSaid ? expected.p50Ms : ms,
          p90Ms: Math.max(expected.p90Ms, ms),
          atLeast: expected.atLeast && measured?.isWhole !== true,
        },
      ];
    }),
  );
}

/** The built-in `verified` is no step of the plan: no expected duration can be written for it. */
function expectedOf(procedure: Procedure, id: string): Duration {
  const nothing = { p50Ms: 0, p90Ms: 0 };
  const step = procedure.steps.find((one) => one.id === id);
  if (isOnlyIfFailed(procedure, id)) return { ...nothing, atLeast: false };
  if (step?.expected === undefined) return { ...nothing, atLeast: true };
  const [p50Ms = 0, p90Ms = 0] = [parseDuration(step.expected.p50), parseDuration(step.expected.p90)];
  return { p50Ms, p90Ms, atLeast: false };
}

function isOnlyIfFailed(procedure: Procedure, id: string): boolean {
  return procedure.steps.some((step) => step.id === id && step.when !== undefined);
}

function known<T>(map: ReadonlyMap<string, T>, id: string): T {
  const value = map.get(id);
  // Loading refuses cycles and steps that do not exist, so each predecessor was passed before.
  if (value === undefined) throw new TypeError(`step ${id} stands before one that it waits for`);
  return value;
}
