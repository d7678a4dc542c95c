import { parseDuration } from '../kernel/duration.ts';
import { brokenOffAt } from './departure-point.ts';
import { scheduleOf } from './runbook/schedule.ts';
import type { Plan, Scenario } from './schema.ts';
import { FIX_FORWARD } from './schema/decision.ts';
import { goLiveOf } from './steps.ts';

/** What may be chosen in a scenario, in the order of the plan. From a go-live that is broken off not every way leads back. */
export function choicesOf(
  { decision, procedures }: Pick<Plan, 'decision' | 'procedures'>,
  { at, rollback }: Pick<Scenario, 'at' | 'rollback'>,
): readonly string[] {
  const choices = decision?.choose ?? [rollback, FIX_FORWARD];
  const broken = brokenOffAt({ at });
  if (broken === null) return choices;
  return choices.filter((name) => name === FIX_FORWARD || procedures[name]?.from.includes(broken.during) === true);
}

/** How much time the plan leaves for deciding and repairing. */
export interface TimeLeft {
  /** Called later than this, the way back by p90 does not end in the window. */
  readonly latestCallMs: number;
  /** From the end of the go-live, by p90, to that moment. */
  readonly leftMs: number;
}

/** Null for a plan without a window or a go-live. By what the plan expects: what a drill measured may be longer. */
export function timeLeft(plan: Plan, scenario: Scenario): TimeLeft | null {
  const back = plan.procedures[scenario.rollback];
  const goLive = plan.procedures[goLiveOf(plan, scenario) ?? ''];
  if (plan.window === undefined || back === undefined || goLive === undefined) return null;
  const latestCallMs = Date.parse(plan.window.backBy) - scheduleOf(back).total.p90Ms;
  return { latestCallMs, leftMs: latestCallMs - Date.parse(plan.window.opens) - scheduleOf(goLive).total.p90Ms };
}

/** Does the plan's rule call for going back? Null where it has no rule, or nobody estimated the repair. */
export function ruleCalls(
  { decision }: Pick<Plan, 'decision'>,
  { fixP90Ms, leftMs }: { readonly fixP90Ms: number | null; readonly leftMs: number | null },
): boolean | null {
  if (decision?.rule === undefined || fixP90Ms === null || leftMs === null) return null;
  return fixP90Ms > leftMs;
}

export function withinMs({ decision }: Pick<Plan, 'decision'>): number | null {
  return parseDuration(decision?.within ?? '') ?? null;
}
