import { parseDuration } from '../../kernel/duration.ts';
import { ancestorsOf, criticalPath, procedureGraph, type ProcedureGraph } from '../graph.ts';
import type { Procedure, Step } from '../schema.ts';
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

/** When each step may begin and must have begun, along the graph. Steps that run only after a failure take no time in it. */
export function scheduleOf(procedure: Procedure): Schedule {
  const graph = procedureGraph(procedure);
  const order = workingOrder(procedure, graph);
  const steps = new Map(procedure.steps.map((step) => [step.id, step]));
  const forward = forwardPass({ order, graph, steps });
  const backward = backwardPass({ order, graph, steps });
  const critical = new Set(criticalPath(procedure, graph).steps);
  const waitsFor = new Map(order.map((id) => [id, nearest(graph, id)]));
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
    unknown: order.filter((id) => isUnknown(steps.get(id))),
  };
}

interface Passing {
  readonly order: readonly string[];
  readonly graph: ProcedureGraph;
  readonly steps: ReadonlyMap<string, Step>;
}

type Forward = Pick<ScheduledStep, 'start' | 'end' | 'startsAtLeast'>;
type Backward = Pick<ScheduledStep, 'toEndMs' | 'endsAtLeast'>;

function forwardPass({ order, graph, steps }: Passing): ReadonlyMap<string, Forward> {
  const passed = new Map<string, Forward>();
  for (const id of order) {
    const before = (graph.predecessors.get(id) ?? []).map((one) => ({ id: one, ...known(passed, one) }));
    const start = {
      p50Ms: Math.max(0, ...before.map(({ end }) => end.p50Ms)),
      p90Ms: Math.max(0, ...before.map(({ end }) => end.p90Ms)),
    };
    const own = durationOf(steps.get(id));
    passed.set(id, {
      start,
      end: { p50Ms: start.p50Ms + own.p50Ms, p90Ms: start.p90Ms + own.p90Ms },
      startsAtLeast: before.some((one) => one.startsAtLeast || isUnknown(steps.get(one.id))),
    });
  }
  return passed;
}

function backwardPass({ order, graph, steps }: Passing): ReadonlyMap<string, Backward> {
  const passed = new Map<string, Backward>();
  for (const id of order.toReversed()) {
    const behind = order.filter((one) => graph.predecessors.get(one)?.includes(id)).map((one) => known(passed, one));
    passed.set(id, {
      toEndMs: durationOf(steps.get(id)).p90Ms + Math.max(0, ...behind.map(({ toEndMs }) => toEndMs)),
      endsAtLeast: isUnknown(steps.get(id)) || behind.some(({ endsAtLeast }) => endsAtLeast),
    });
  }
  return passed;
}

function nearest(graph: ProcedureGraph, id: string): readonly string[] {
  const before = graph.predecessors.get(id) ?? [];
  return before.filter((one) => !before.some((other) => ancestorsOf(graph, other).has(one)));
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

function durationOf(step: Step | undefined): Expectation {
  if (step?.expected === undefined || step.when !== undefined) return { p50Ms: 0, p90Ms: 0 };
  return { p50Ms: parseDuration(step.expected.p50) ?? 0, p90Ms: parseDuration(step.expected.p90) ?? 0 };
}

/** The built-in `verified` is no step of the plan: no expected duration can be written for it. */
function isUnknown(step: Step | undefined): boolean {
  return step === undefined || (step.expected === undefined && step.when === undefined);
}

function known<T>(map: ReadonlyMap<string, T>, id: string): T {
  const value = map.get(id);
  // Loading refuses cycles and steps that do not exist, so each predecessor was passed before.
  if (value === undefined) throw new TypeError(`step ${id} stands before one that it waits for`);
  return value;
}
