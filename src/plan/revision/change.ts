import type { PlanPath } from '../problem.ts';

/** One place of a plan that a revision changes. Durations are written as in a plan. */
export type PlanChange = ExpectedChange | NewStep | NewDifference;

export interface ExpectedChange {
  readonly kind: 'expected';
  readonly procedure: string;
  readonly step: string;
  readonly p50: string;
  readonly p90: string;
}

/** A step behind another one. */
export interface NewStep {
  readonly kind: 'new-step';
  readonly procedure: string;
  readonly behind: string;
  readonly step: Readonly<Record<string, string | boolean>> & { readonly id: string };
}

export interface NewDifference {
  readonly kind: 'new-difference';
  readonly difference: {
    readonly table: string;
    readonly in: string;
    readonly columns?: readonly string[];
    readonly operations: readonly string[];
    readonly max: number;
    readonly why: string;
  };
}

/** As lessons and messages name the place. */
export function placeOfChange(change: PlanChange): string {
  if (change.kind === 'new-difference') return `differences, ${change.difference.in} ${change.difference.table}`;
  if (change.kind === 'new-step') return `procedures.${change.procedure}.steps, behind ${change.behind}`;
  return `procedures.${change.procedure}.${change.step}.expected`;
}

/** The list that steps stand in. */
export function stepsPath(procedure: string): PlanPath {
  return ['procedures', procedure, 'steps'];
}
