import type { Plan, PlannedTwist, Procedure, Scenario, Step } from './schema.ts';
import { goLiveOf } from './steps.ts';

export interface MarkedStep {
  readonly name: string;
  readonly procedure: Procedure;
  readonly step: Step;
}

/** Steps of the scenario behind which there is no return, as the plan marks them: of the go-live, then of the way back. */
export function markedSteps(plan: Plan, scenario: Scenario): readonly MarkedStep[] {
  return [goLiveOf(plan, scenario), scenario.rollback].flatMap((name) => {
    const procedure = plan.procedures[name ?? ''];
    if (name === undefined || procedure === undefined) return [];
    const marked = procedure.steps.filter((step) => step.pointOfNoReturn !== undefined);
    return marked.map((step) => ({ name, procedure, step }));
  });
}

/** The one that is crossed early: named, else the first of them. */
export function crossedEarly(plan: Plan, scenario: Scenario, { step }: PlannedTwist): MarkedStep | undefined {
  const marked = markedSteps(plan, scenario);
  return step === undefined ? marked[0] : marked.find((one) => one.step.id === step);
}
