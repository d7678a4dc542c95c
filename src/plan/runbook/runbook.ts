import type { Digest } from '../../kernel/digest.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { invariant } from '../../kernel/errors.ts';
import type { GoodPlan } from '../load.ts';
import type { Plan, Scenario, Trigger } from '../schema.ts';
import { placeInWords } from '../departure-point.ts';
import { fallbackOf } from '../fallback.ts';
import { goLiveOf } from '../steps.ts';
import { type Card, cardsOf } from './cards.ts';
import { offsetIn } from './clock-time.ts';
import { contactsOf, type Contact, type RoleHolder, roleHolder } from './contacts.ts';
import { durationsOf, type Measured, type Schedule, scheduleOf } from './schedule.ts';

/** Everything that is printed for the night, computed from the same plan that is drilled. Faults of a scenario are not in it. */
export interface Runbook {
  readonly plan: { readonly name: string; readonly description: string | null; readonly digest: Digest };
  readonly scenario: { readonly name: string; readonly kind: Scenario['kind']; readonly at: string };
  readonly window: {
    readonly opensMs: number;
    readonly backByMs: number;
    /** Distances from UTC that the plan writes; two of them where clocks change in between. */
    readonly offsets: readonly string[];
  } | null;
  readonly limitMs: number | null;
  /** The go-live, then the way back. Cards are numbered through both. */
  readonly procedures: readonly RunbookProcedure[];
  readonly decision: DecisionCard | null;
  readonly triggers: readonly RunbookTrigger[];
  readonly contacts: readonly Contact[];
}

/** `fallback`: only when a card of the way back says so. */
export type ProcedureUse = 'go-live' | 'rollback' | 'fallback';

export interface RunbookProcedure {
  readonly use: ProcedureUse;
  readonly name: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly total: Schedule['total'];
  /** Steps whose duration the plan does not say, so `total` is too short by them. */
  readonly unknown: readonly string[];
  /** When its first step must begin at the latest; null without a window. */
  readonly latestStartMs: number | null;
  readonly branchCount: number;
  readonly cards: readonly Card[];
}

export interface DecisionCard {
  readonly by: RoleHolder;
  readonly deputy: RoleHolder | null;
  readonly withinMs: number | null;
  /** Called later than this, the way back by p90 does not end in the window. */
  readonly latestCallMs: number | null;
}

export interface RunbookTrigger extends Trigger {
  readonly name: string;
}

export interface RunbookRequest {
  readonly scenario: string;
  readonly measured: Measured | null;
}

export function runbookOf(
  { plan, digest }: Pick<GoodPlan, 'plan' | 'digest'>,
  { scenario: scenarioName, measured }: RunbookRequest,
): Runbook {
  const scenario = plan.scenarios[scenarioName];
  invariant(scenario !== undefined, `the plan has no scenario ${scenarioName}`);
  const window = windowOf(plan);
  const procedures = proceduresOf(plan, { scenario, window, measured });
  return {
    plan: { name: plan.name, description: plan.description ?? null, digest },
    scenario: { name: scenarioName, kind: scenario.kind, at: placeInWords(scenario) },
    window,
    limitMs: milliseconds(plan.objectives.rto?.limit),
    procedures,
    decision: decisionOf(plan, procedures.find(({ use }) => use === 'rollback')?.latestStartMs ?? null),
    triggers: Object.entries(plan.triggers).map(([name, trigger]) => ({ name, ...trigger })),
    contacts: contactsOf(plan, procedures),
  };
}

function windowOf({ window }: Plan): Runbook['window'] {
  if (window === undefined) return null;
  return {
    opensMs: Date.parse(window.opens),
    backByMs: Date.parse(window.backBy),
    offsets: [...new Set([window.opens, window.backBy].map(offsetIn))],
  };
}

interface Around {
  readonly scenario: Scenario;
  readonly window: Runbook['window'];
  readonly measured: Measured | null;
}

/** The way back must end when the window closes; the go-live must leave time to decide and for all of the way back. */
function proceduresOf(plan: Plan, { scenario, window, measured }: Around): readonly RunbookProcedure[] {
  const goLive = goLiveOf(plan, scenario);
  const fallback = fallbackOf(plan, scenario.rollback);
  const uses = [
    ...(goLive === undefined ? [] : [{ use: 'go-live' as const, name: goLive }]),
    { use: 'rollback' as const, name: scenario.rollback },
    ...(fallback === null ? [] : [{ use: 'fallback' as const, name: fallback.name }]),
  ];
  const scheduled = (name: string): Schedule =>
    scheduleOf(procedureIn(plan, name), durationsOf(procedureIn(plan, name), name, measured));
  const back = Math.max(scheduled(scenario.rollback).total.p90Ms, measured?.rtaMs ?? 0);
  const reserve = back + (milliseconds(plan.decision?.within) ?? 0);
  let firstNumber = 1;
  return uses.map(({ use, name }) => {
    const procedure = procedureIn(plan, name);
    const schedule = scheduled(name);
    // Nobody calls a fallback in time: it begins when something has failed.
    const mustEndMs =
      window === null || use === 'fallback' ? null : window.backByMs - (use === 'go-live' ? reserve : 0);
    const cards = cardsOf(plan, {
      use,
      name,
      schedule,
      rollback: scenario.rollback,
      firstNumber,
      beginsMs: use === 'go-live' ? (window?.opensMs ?? null) : null,
      mustEndMs,
    });
    firstNumber += cards.length;
    return {
      use,
      name,
      from: procedure.from,
      to: procedure.to,
      total: schedule.total,
      unknown: schedule.unknown,
      latestStartMs: mustEndMs === null ? null : mustEndMs - (use === 'rollback' ? back : schedule.total.p90Ms),
      branchCount: Math.max(1, ...schedule.steps.map((step) => step.branches.length)),
      cards,
    };
  });
}

function procedureIn(plan: Plan, name: string): Plan['procedures'][string] {
  const procedure = plan.procedures[name];
  invariant(procedure !== undefined, `the plan has no procedure ${name}`);
  return procedure;
}

function decisionOf(plan: Plan, latestCallMs: number | null): DecisionCard | null {
  if (plan.decision === undefined) return null;
  const { by, deputy, within } = plan.decision;
  return {
    by: roleHolder(plan, by),
    deputy: deputy === undefined ? null : roleHolder(plan, deputy),
    withinMs: milliseconds(within),
    latestCallMs,
  };
}

function milliseconds(text: string | undefined): number | null {
  return text === undefined ? null : (parseDuration(text) ?? null);
}
