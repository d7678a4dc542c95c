import { CLOCKS } from '../../proof/report/words.ts';
import type { ClockName } from '../../proof/record.ts';
import { hasEnded, type StepView, type ViewState } from './model.ts';
import { unionMs } from './union.ts';

export interface LiveClock {
  readonly name: ClockName;
  /** Null until something of it was reached. */
  readonly elapsedMs: number | null;
  readonly expectedMs: number | null;
  readonly isRunning: boolean;
}

/** What the plan expects beyond its steps. */
export interface Expectations {
  readonly decideWithinMs: number | null;
  readonly rtoMs: number | null;
}

/**
 * The six clocks while they run. Which steps are on the critical path is known only at the end: until then a clock is the
 * time in which any of its steps ran, so the record's figures may be smaller.
 */
export function liveClocks(state: ViewState, nowMs: number, expected: Expectations): readonly LiveClock[] {
  return CLOCKS.map((name) => {
    const steps = [...state.steps.values()].filter((step) => step.node.clock === name);
    const begun = steps.filter((step) => step.startedAtMs !== null);
    const unioned = begun.length === 0 ? null : unionMs(begun, nowMs);
    return {
      name,
      elapsedMs: name === 'detect' ? detectMs(state, steps, nowMs) : unioned,
      expectedMs: (name === 'decide' ? expected.decideWithinMs : null) ?? expectedOf(state, name),
      isRunning: steps.some((step) => step.state === 'running'),
    };
  });
}

/** From the decision to the first user's write; null before it. */
export function rtaMs(state: ViewState, nowMs: number): number | null {
  const { t2, t6 } = state.instants;
  if (t2 === undefined) return null;
  if (t6 === undefined && isPastOpening(state)) return null;
  return Math.max(0, (t6 ?? nowMs) - t2);
}

/** Nothing that a clock measures is left to run, so nobody will write through the route any more. */
function isPastOpening(state: ViewState): boolean {
  return [...state.steps.values()].every((step) => step.node.clock === null || hasEnded(step));
}

/** Damage that nobody noticed stops counting when watching ends. Without damage there is nothing to detect. */
function detectMs(state: ViewState, steps: readonly StepView[], nowMs: number): number | null {
  const { t0, t1 } = state.instants;
  if (t0 === undefined) return null;
  return Math.max(0, (t1 ?? steps.find((step) => step.endedAtMs !== null)?.endedAtMs ?? nowMs) - t0);
}

/** p90 of the longest chain of the clock's steps: those beside each other count once. */
function expectedOf(state: ViewState, clock: ClockName): number | null {
  if (![...state.steps.values()].some(({ node }) => node.clock === clock && node.expected !== null)) return null;
  const longest = new Map<string, number>();
  // Steps come in an order in which each stands after its predecessors.
  for (const { node } of state.steps.values()) {
    const own = node.clock === clock ? (node.expected?.p90Ms ?? 0) : 0;
    longest.set(node.id, own + Math.max(0, ...node.after.map((id) => longest.get(id) ?? 0)));
  }
  return Math.max(...longest.values());
}
