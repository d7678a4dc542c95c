import type { PlanInput } from '../../src/plan/schema.ts';

export type StepInput = PlanInput['procedures'][string]['steps'][number];

/** Changes to a plan by name; a name that is not there is a mistake in the test. */
export function stepsOf(plan: PlanInput, procedure: string): StepInput[] {
  const found = plan.procedures[procedure];
  if (found === undefined) throw new Error(`the plan has no procedure ${procedure}`);
  return found.steps;
}

export function stepOf(plan: PlanInput, procedure: string, id: string): StepInput {
  const found = stepsOf(plan, procedure).find((step) => step.id === id);
  if (found === undefined) throw new Error(`${procedure} has no step ${id}`);
  return found;
}

export function replaceStep(plan: PlanInput, procedure: string, step: StepInput): void {
  const steps = stepsOf(plan, procedure);
  steps[steps.indexOf(stepOf(plan, procedure, step.id))] = step;
}

export function removeStep(plan: PlanInput, procedure: string, id: string): void {
  const steps = stepsOf(plan, procedure);
  steps.splice(steps.indexOf(stepOf(plan, procedure, id)), 1);
}

/** The steps come right behind the one named, in their order. */
export function insertAfter(
  plan: PlanInput,
  place: { readonly procedure: string; readonly step: string },
  ...added: StepInput[]
): void {
  const steps = stepsOf(plan, place.procedure);
  steps.splice(steps.indexOf(stepOf(plan, place.procedure, place.step)) + 1, 0, ...added);
}

/** Defined, or a mistake in the test. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}
