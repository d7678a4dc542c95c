import { invariant } from '../../kernel/errors.ts';
import { fallbackOf } from '../../plan/fallback.ts';
import type { Plan, Procedure, Scenario, State, Step, SystemState } from '../../plan/schema.ts';
import { sinceOf } from '../../plan/states.ts';
import { goLiveOf, predecessorsOf } from '../../plan/steps.ts';
import type { GraphBuilder } from './graph-builder.ts';

export interface ComposeOptions {
  /** A person is at the terminal and is asked when a step fails. */
  readonly attended: boolean;
  /** Run the plan's steps only up to this one, or from this one on: for people writing a plan. No verdict. */
  readonly until?: string;
  readonly from?: string;
}

/** What every part of the composition looks at. */
export interface Scope {
  readonly plan: Plan;
  readonly scenario: Scenario;
  readonly options: ComposeOptions;
  readonly graph: GraphBuilder;
}

export function storesOf(plan: Plan): readonly string[] {
  return Object.keys(plan.systems).filter((name) => {
    const kind = plan.systems[name]?.kind;
    return kind === 'postgres' || kind === 'directory';
  });
}

/** Only flows are taken back; people go on in the new state. */
export function isPartial({ scenario }: Pick<Scope, 'scenario'>): boolean {
  return scenario.kind === 'S2';
}

/** The state that the rollback leads to, then that of its fallback: which one is verified is known when it has ended. */
export function targetStates(scope: Pick<Scope, 'plan' | 'scenario'>): readonly State[] {
  const fallback = fallbackOf(scope.plan, rollbackOf(scope).name);
  const other = fallback === null ? undefined : scope.plan.states[fallback.procedure.to];
  return [targetState(scope), ...(other === undefined ? [] : [other])];
}

export function sweptGroups(scope: Pick<Scope, 'plan' | 'scenario'>): readonly string[] {
  return [...new Set(targetStates(scope).flatMap((state) => state.access))];
}

/** Stores that the target state wants back as they were. */
export function comparedStores(scope: Scope): readonly string[] {
  return storesIn(scope, (wanted) => equalsOf(wanted) !== undefined);
}

function storesIn(scope: Scope, isMeant: (wanted: SystemState | undefined) => boolean): readonly string[] {
  const states = targetStates(scope);
  return storesOf(scope.plan).filter((store) => states.some(({ systems }) => isMeant(systems[store])));
}

/** Stores of which the target state says since when they are untouched. */
export function watchedStores(scope: Scope): readonly string[] {
  return storesIn(scope, (wanted) => sinceOf(wanted) !== undefined);
}

/** Flows that must be proven cleanly stopped. */
export function stoppedFlows(scope: Scope): readonly string[] {
  const wanted = targetStates(scope).flatMap(({ flows }) => Object.entries(flows));
  return [...new Set(wanted.flatMap(([flow, is]) => (is === 'stopped' ? [flow] : [])))];
}

export function equalsOf(state: SystemState | undefined): string | undefined {
  return typeof state === 'object' ? state.equals : undefined;
}

export function startStateName(plan: Plan, scenario: Scenario): string {
  const goLive = plan.procedures[goLiveOf(plan, scenario) ?? ''];
  const start = goLive?.from.find((name) => plan.states[name] !== undefined);
  invariant(start !== undefined, 'the go-live starts from no state');
  return start;
}

export function rollbackOf({ plan, scenario }: Pick<Scope, 'plan' | 'scenario'>): {
  readonly name: string;
  readonly procedure: Procedure;
} {
  const procedure = plan.procedures[scenario.rollback];
  invariant(procedure !== undefined, `the plan has no procedure ${scenario.rollback}`);
  return { name: scenario.rollback, procedure };
}

export function targetState(scope: Pick<Scope, 'plan' | 'scenario'>): State {
  const state = scope.plan.states[rollbackOf(scope).procedure.to];
  invariant(state !== undefined, 'the rollback leads to no state');
  return state;
}

/** Does the go-live or the rollback tell anybody anything? */
export function sendsMessages({ plan, scenario }: Pick<Scope, 'plan' | 'scenario'>): boolean {
  const fallback = fallbackOf(plan, scenario.rollback)?.procedure;
  const procedures = [plan.procedures[goLiveOf(plan, scenario) ?? ''], plan.procedures[scenario.rollback], fallback];
  return procedures.some((procedure) => procedure?.steps.some((step) => step.message !== undefined));
}

/** Steps that must be over before the state is verified. Messages change no system, so nothing that is verified waits for them. */
export function closingSteps(name: string, procedure: Procedure): readonly string[] {
  const opening = openingSteps(name, procedure);
  return procedure.steps
    .filter((step) => step.message === undefined)
    .map((step) => `${name}.${step.id}`)
    .filter((id) => !opening.has(id));
}

/** Steps that wait for `verified`, directly or through others, in whatever order they are written: they open. */
export function openingSteps(name: string, procedure: Procedure): ReadonlySet<string> {
  const opening = new Set<string>();
  let before = -1;
  while (opening.size > before) {
    before = opening.size;
    procedure.steps.forEach((step, index) => {
      const waitedFor = predecessorsOf(procedure, index);
      if (waitedFor.some((id) => id === 'verified' || opening.has(`${name}.${id}`))) opening.add(`${name}.${step.id}`);
    });
  }
  return opening;
}

/** Steps that tell the other side: part of the certificate, unless they wait for it themselves. */
export function tellingSteps(scope: Pick<Scope, 'plan' | 'scenario'>, flow: string): readonly string[] {
  const { name, procedure } = rollbackOf(scope);
  const { tell } = scope.plan.flows[flow] ?? {};
  const opening = openingSteps(name, procedure);
  return procedure.steps
    .filter((step) => tell !== undefined && step.message === tell)
    .map((step) => `${name}.${step.id}`)
    .filter((id) => !opening.has(id));
}

/** Undefined for a node of our own. */
export function stepOf({ graph }: Scope, id: string): Step | undefined {
  const { activity } = graph.node(id);
  return activity.kind === 'step' ? activity.step : undefined;
}

export function mayChangeStores(step: Step | undefined): boolean {
  return [step?.restore, step?.sql, step?.run, step?.http].some((what) => what !== undefined);
}

export function locksOut(step: Step | undefined): boolean {
  return step?.stop !== undefined || (step?.flow !== undefined && step.to === 'stopped');
}
