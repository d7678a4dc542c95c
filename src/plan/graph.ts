import { parseDuration } from '../kernel/duration.ts';
import type { Procedure, Step } from './schema.ts';
import { BUILT_IN_STEPS, predecessorsOf } from './steps.ts';

/** The steps of a procedure and what each waits for, with the built-in step `verified` where it has its place. */
export interface ProcedureGraph {
  readonly predecessors: ReadonlyMap<string, readonly string[]>;
  /** Each step stands behind its predecessors. Steps on a cycle, and behind one, are missing. */
  readonly order: readonly string[];
  /** Each cycle once, as the steps on it in the order in which they wait for each other. */
  readonly cycles: readonly (readonly string[])[];
}

const [VERIFIED] = BUILT_IN_STEPS;

export function procedureGraph(procedure: Procedure): ProcedureGraph {
  const predecessors = new Map<string, readonly string[]>();
  procedure.steps.forEach((step, index) => predecessors.set(step.id, [...new Set(predecessorsOf(procedure, index))]));
  const behind = descendantsIn(predecessors, VERIFIED);
  predecessors.set(
    VERIFIED,
    procedure.steps.map((step) => step.id).filter((id) => !behind.has(id)),
  );
  return { predecessors, order: topological(predecessors), cycles: cyclesIn(predecessors) };
}

type Predecessors = ProcedureGraph['predecessors'];

function topological(predecessors: Predecessors): readonly string[] {
  const order: string[] = [];
  const placed = new Set<string>();
  let open = [...predecessors.keys()];
  for (;;) {
    const ready = open.filter((id) => predecessors.get(id)?.every((before) => placed.has(before)) === true);
    if (ready.length === 0) return order;
    for (const id of ready) placed.add(id);
    order.push(...ready);
    open = open.filter((id) => !placed.has(id));
  }
}

function cyclesIn(predecessors: Predecessors): readonly (readonly string[])[] {
  const done = new Set<string>();
  const cycles: (readonly string[])[] = [];
  const walk = (id: string, trail: readonly string[]): void => {
    const start = trail.indexOf(id);
    if (start !== -1) cycles.push(trail.slice(start).reverse());
    if (start !== -1 || done.has(id)) return;
    for (const before of predecessors.get(id) ?? []) walk(before, [...trail, id]);
    done.add(id);
  };
  for (const id of predecessors.keys()) walk(id, []);
  return cycles;
}

/** Steps that wait for this one, directly or through others. */
export function descendantsOf(graph: ProcedureGraph, id: string): ReadonlySet<string> {
  return descendantsIn(graph.predecessors, id);
}

function descendantsIn(predecessors: Predecessors, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  let grown = true;
  while (grown) {
    const more = [...predecessors].filter(
      ([step, before]) => !found.has(step) && before.some((one) => one === id || found.has(one)),
    );
    for (const [step] of more) found.add(step);
    grown = more.length > 0;
  }
  return found;
}

/** Steps that this one waits for, directly or through others. */
export function ancestorsOf(graph: ProcedureGraph, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [id];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    for (const before of graph.predecessors.get(step) ?? []) {
      if (found.has(before)) continue;
      found.add(before);
      open.push(before);
    }
  }
  return found;
}

export interface CriticalPath {
  readonly steps: readonly string[];
  readonly p90Ms: number;
  /** Steps without `expected`: they count as nothing, so the path is too short by them. */
  readonly unknown: readonly string[];
}

/** The longest way through the steps by their expected p90. Steps that run only after a failure are not on it. */
export function criticalPath(procedure: Procedure, graph: ProcedureGraph): CriticalPath {
  const steps = new Map(procedure.steps.map((step) => [step.id, step]));
  const ends = new Map<string, Leg>();
  let longest: Leg = { p90Ms: 0, via: [] };
  for (const id of graph.order) {
    const before = (graph.predecessors.get(id) ?? []).map((one) => ends.get(one) ?? { p90Ms: 0, via: [] });
    const slowest = before.reduce<Leg>((worst, leg) => (leg.p90Ms > worst.p90Ms ? leg : worst), { p90Ms: 0, via: [] });
    const own = expectedP90(steps.get(id));
    const leg = own === undefined ? slowest : { p90Ms: slowest.p90Ms + own, via: [...slowest.via, id] };
    ends.set(id, leg);
    if (leg.p90Ms > longest.p90Ms) longest = leg;
  }
  const unknown = procedure.steps
    .filter((step) => step.when === undefined && step.expected === undefined)
    .map((step) => step.id);
  return { steps: longest.via, p90Ms: longest.p90Ms, unknown };
}

interface Leg {
  readonly p90Ms: number;
  readonly via: readonly string[];
}

function expectedP90(step: Step | undefined): number | undefined {
  if (step?.expected === undefined || step.when !== undefined) return undefined;
  return parseDuration(step.expected.p90);
}
