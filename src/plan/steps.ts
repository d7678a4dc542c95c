import { invariant } from '../kernel/errors.ts';
import type { Plan, Procedure, Scenario, Step, StepKind } from './schema.ts';
import { STEP_KINDS } from './schema/procedures.ts';

/** Kinds that destroy what was there. A plan may say `destructive` for others, or deny it. */
const DESTRUCTIVE: ReadonlySet<StepKind> = new Set(['restore', 'release', 'sql']);

/** Nobody knows what a second time would do; a message told twice confuses. */
const ONCE_ONLY: ReadonlySet<StepKind> = new Set(['run', 'manual', 'message']);

/** The keys of a step that name its kind; loading has made sure that there is exactly one. */
export function stepKindsOf(step: Partial<Step>): readonly StepKind[] {
  return STEP_KINDS.filter((kind) => step[kind] !== undefined);
}

export function stepKindOf(step: Step): StepKind {
  const [kind, ...others] = stepKindsOf(step);
  invariant(kind !== undefined && others.length === 0, `step ${step.id} has not exactly one kind`);
  return kind;
}

export function isDestructive(step: Step): boolean {
  return step.destructive ?? DESTRUCTIVE.has(stepKindOf(step));
}

/** May the step be run again after a crash in its middle? Without a word from the plan: destructive ones ask. */
export function repeatOf(step: Step): 'safe' | 'ask' | 'check' {
  if (typeof step.repeat === 'object') return 'check';
  if (step.repeat !== undefined) return step.repeat;
  const kind = stepKindOf(step);
  const mayRepeat = kind === 'http' ? step.http?.method === 'GET' : !ONCE_ONLY.has(kind);
  return mayRepeat && !isDestructive(step) ? 'safe' : 'ask';
}

/** Names that a step may wait for although no step carries them. */
export const BUILT_IN_STEPS = ['verified'] as const;

/** Steps before this one in the graph: its `after`, or the step written before it. */
export function predecessorsOf(procedure: Procedure, index: number): readonly string[] {
  const step = procedure.steps[index];
  invariant(step !== undefined, `no step ${index}`);
  if (step.after !== undefined) return step.after;
  const previous = procedure.steps[index - 1];
  return previous === undefined ? [] : [previous.id];
}

/** Systems that a step changes. */
export function systemsChangedBy(step: Step): readonly string[] {
  const touched = [
    step.restore,
    [step.release, step.start, step.stop, step.route],
    step.sql === undefined ? [] : [step.in],
  ];
  return touched.flatMap((names) => names ?? []).filter((system) => system !== undefined);
}

/** The procedure that performs the go-live of a scenario: broken off, named, or the only one that leads to its state. */
export function goLiveOf(plan: Plan, { at, goLive }: Pick<Scenario, 'at' | 'goLive'>): string | undefined {
  if (typeof at === 'object') return at.during;
  if (goLive !== undefined) return goLive;
  return Object.keys(plan.procedures).find((procedure) => plan.procedures[procedure]?.to === at);
}
