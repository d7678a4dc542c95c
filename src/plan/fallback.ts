import type { Plan, Procedure } from './schema.ts';

/** What is carried out when a step of a procedure fails, and leads to a state of its own. */
export interface Fallback {
  readonly name: string;
  readonly procedure: Procedure;
  /** Ids of the steps that call for it. */
  readonly insteadOf: readonly string[];
}

/** A procedure has one fallback at most, whichever of its steps name it. */
export function fallbackOf(plan: Plan, procedureName: string): Fallback | null {
  const calling = plan.procedures[procedureName]?.steps.filter((step) => step.else !== undefined) ?? [];
  const name = calling[0]?.else;
  const procedure = name === undefined ? undefined : plan.procedures[name];
  if (name === undefined || procedure === undefined) return null;
  return { name, procedure, insteadOf: calling.filter((step) => step.else === name).map((step) => step.id) };
}
