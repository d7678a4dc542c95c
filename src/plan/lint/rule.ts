import { fallbackOf } from '../fallback.ts';
import { procedureGraph, type ProcedureGraph } from '../graph.ts';
import type { PlanPath } from '../problem.ts';
import type { Plan, Procedure, Step, SystemState } from '../schema.ts';
import { goLiveOf } from '../steps.ts';
import type { LintRuleId } from './rule-ids.ts';

export type Severity = 'error' | 'warning' | 'note';

export interface LintHit {
  readonly path: PlanPath;
  readonly on?: 'key' | 'value';
  readonly message: string;
  readonly instead: string;
}

/** `error` only for what is unsafe. What is incomplete caps the confidence that the plan can reach. */
export interface LintRule {
  readonly id: LintRuleId;
  readonly title: string;
  readonly severity: Severity;
  readonly capsConfidence: boolean;
  find(view: LintView): Iterable<LintHit>;
}

/** The plan with what many rules ask of it. */
export interface LintView {
  readonly plan: Plan;
  readonly procedures: readonly NamedProcedure[];
  /** Procedures by which a scenario goes back, and their fallbacks. */
  readonly rollbacks: readonly NamedProcedure[];
  readonly goLives: ReadonlySet<string>;
}

export interface NamedProcedure {
  readonly name: string;
  readonly procedure: Procedure;
  readonly graph: ProcedureGraph;
  readonly steps: readonly PlacedStep[];
}

export interface PlacedStep {
  readonly step: Step;
  readonly path: PlanPath;
}

export function viewOf(plan: Plan): LintView {
  const procedures = Object.entries(plan.procedures).map(([name, procedure]) => ({
    name,
    procedure,
    graph: procedureGraph(procedure),
    steps: procedure.steps.map((step, index) => ({ step, path: ['procedures', name, 'steps', index] })),
  }));
  const scenarios = Object.values(plan.scenarios);
  const names = new Set(scenarios.flatMap(({ rollback }) => [rollback, fallbackOf(plan, rollback)?.name ?? rollback]));
  const goLives = new Set(scenarios.flatMap((scenario) => goLiveOf(plan, scenario) ?? []));
  return { plan, procedures, rollbacks: procedures.filter(({ name }) => names.has(name)), goLives };
}

/** What the target state says about a system; undefined if it says nothing. */
export function wantedState(plan: Plan, state: string, system: string): SystemState | undefined {
  const systems = plan.states[state]?.systems ?? {};
  return Object.hasOwn(systems, system) ? systems[system] : undefined;
}

/** The states that a procedure may begin in; for one that breaks off another, where that one began and was going. */
export function sourceStates(plan: Plan, procedure: Procedure): readonly string[] {
  const states = procedure.from.flatMap((source) => {
    const broken = plan.procedures[source];
    return broken === undefined ? [source] : [...broken.from, broken.to];
  });
  return [...new Set(states)].filter((state) => Object.hasOwn(plan.states, state));
}
