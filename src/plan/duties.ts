import type { Plan, Scenario, Step } from './schema.ts';
import { goLiveOf } from './steps.ts';

/** A step that somebody owns. */
export interface StepDuty {
  readonly step: string;
  readonly owner: string;
  readonly deputy: string | null;
}

/** Null where the plan names nobody: that is a finding of its own. */
export function dutyOf({ id, owner, deputy }: Step): StepDuty | null {
  return owner === undefined ? null : { step: id, owner, deputy: deputy ?? null };
}

/** Every step that a scenario takes, forth and back, as `go-back.restore`. */
export function dutiesOf(plan: Plan, scenario: Scenario): readonly StepDuty[] {
  const names = [goLiveOf(plan, scenario), scenario.rollback].filter((name) => name !== undefined);
  return names.flatMap((name) =>
    (plan.procedures[name]?.steps ?? []).flatMap((step) => {
      const duty = dutyOf(step);
      return duty === null ? [] : [{ ...duty, step: `${name}.${step.id}` }];
    }),
  );
}

/** The roles of the plan, for a roster. */
export function invitedBy({ team }: Pick<Plan, 'team'>): readonly {
  readonly role: string;
  readonly person: string | null;
  readonly deputy: string | null;
}[] {
  return Object.entries(team).map(([role, { person, deputy }]) => ({
    role,
    person: person ?? null,
    deputy: deputy ?? null,
  }));
}

export function decidersOf({ decision }: Pick<Plan, 'decision'>): {
  readonly by: string;
  readonly deputy: string | null;
} | null {
  return decision === undefined ? null : { by: decision.by, deputy: decision.deputy ?? null };
}
