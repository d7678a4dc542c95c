import { faultPlaceOf } from './fault-places.ts';
import { ancestorsOf, procedureGraph } from './graph.ts';
import type { Plan, Procedure, Scenario } from './schema.ts';

export type BrokenOff = Exclude<Scenario['at'], string>;

/** Null for a scenario whose go-live is carried out to its end. */
export function brokenOffAt({ at }: Pick<Scenario, 'at'>): BrokenOff | null {
  return typeof at === 'string' ? null : at;
}

/** Where the way back begins, in words: a state, or a step of the go-live. */
export function placeInWords({ at }: Pick<Scenario, 'at'>): string {
  return typeof at === 'string' ? at : `${at.during}, step ${at.step}`;
}

/** The state that the go-live leads to. It is never reached when the go-live is broken off, but its promises hold on the way. */
export function newStateOf(plan: Plan, scenario: Pick<Scenario, 'at'>): string | undefined {
  if (typeof scenario.at === 'string') return scenario.at;
  return plan.procedures[scenario.at.during]?.to;
}

/** The part of a go-live that is carried out: up to the step, with all that it waits for. */
export function upTo(procedure: Procedure, step: string): Procedure {
  const before = ancestorsOf(procedureGraph(procedure), step);
  return { ...procedure, steps: procedure.steps.filter(({ id }) => id === step || before.has(id)) };
}

/** Does the fault sit on the step itself while it runs? Then everything else is looked at before the step begins. */
export function isOnRunningStep({ faults }: Pick<Scenario, 'faults'>): boolean {
  return faults.some(({ id }) => faultPlaceOf(id)?.onRunningStep === true);
}
