import { parseDuration } from '../../kernel/duration.ts';
import { invariant } from '../../kernel/errors.ts';
import type { Plan, Procedure, Step, System } from '../schema.ts';
import { repeatOf } from '../steps.ts';
import { type Deputy, type RoleHolder, roleHolder } from './contacts.ts';
import { expectedResults, type StateCheck, stateChecks } from './results.ts';
import type { ProcedureUse } from './runbook.ts';
import type { Expectation, Schedule, ScheduledStep } from './schedule.ts';
import { commandLine, drilledInstruction, type Instruction, nightInstruction } from './wording.ts';

/** One sheet of paper: one step of one procedure, or the built-in `verified`. */
export interface Card {
  /** Counted through the whole runbook, so that "card 7" is enough on the phone. */
  readonly number: number;
  /** `go-back.restore`; the name under which its values are keyed in afterwards. */
  readonly id: string;
  readonly step: string;
  readonly owner: RoleHolder | null;
  readonly deputy: Deputy | null;
  readonly systems: readonly SystemBanner[];
  readonly night: Instruction;
  /** What was done in the drill, where the night differs from it. */
  readonly drilled: Instruction | null;
  readonly expected: Expectation | null;
  readonly results: readonly string[];
  /** Only of `verified`: what must hold of each system. */
  readonly checks: readonly StateCheck[];
  readonly observe: string | null;
  /** What must answer before anything is done, and what that answer is. */
  readonly onlyOn: { readonly system: string; readonly enter: string; readonly answer: string } | null;
  readonly ifItFails: readonly string[];
  readonly onlyIfFailed: number | null;
  readonly always: boolean;
  readonly pointOfNoReturn: Step['pointOfNoReturn'] | null;
  readonly waitsFor: readonly number[];
  readonly schedule: Omit<ScheduledStep, 'id' | 'waitsFor'>;
  /** By the clock; null without a window, and for a way back, which begins when it is called. */
  readonly plannedStart: Expectation | null;
  readonly latestStartMs: number | null;
}

export interface SystemBanner {
  readonly name: string;
  readonly kind: System['kind'];
  readonly database: string | null;
  readonly size: string | null;
  /** What the name means on the night. */
  readonly note: string | null;
}

export interface CardsRequest {
  readonly use: ProcedureUse;
  readonly name: string;
  readonly schedule: Schedule;
  readonly rollback: string;
  readonly firstNumber: number;
  readonly beginsMs: number | null;
  readonly mustEndMs: number | null;
}

export function cardsOf(plan: Plan, request: CardsRequest): readonly Card[] {
  const procedure = plan.procedures[request.name];
  invariant(procedure !== undefined, `the plan has no procedure ${request.name}`);
  const numbers = new Map(request.schedule.steps.map(({ id }, index) => [id, request.firstNumber + index]));
  return request.schedule.steps.map((scheduled) => {
    const { id, waitsFor, ...schedule } = scheduled;
    const step = procedure.steps.find((one) => one.id === id);
    const at = { plan, procedure, request, numbers };
    return {
      number: numbers.get(id) ?? 0,
      id: `${request.name}.${id}`,
      step: id,
      waitsFor: waitsFor.flatMap((one) => numbers.get(one) ?? []),
      schedule,
      plannedStart:
        request.beginsMs === null
          ? null
          : { p50Ms: request.beginsMs + schedule.start.p50Ms, p90Ms: request.beginsMs + schedule.start.p90Ms },
      latestStartMs: request.mustEndMs === null ? null : request.mustEndMs - schedule.toEndMs,
      ...(step === undefined ? verifiedCard(at) : stepCard(step, at)),
    };
  });
}

interface Place {
  readonly plan: Plan;
  readonly procedure: Procedure;
  readonly request: CardsRequest;
  readonly numbers: ReadonlyMap<string, number>;
}

type CardContent = Omit<Card, 'number' | 'id' | 'step' | 'waitsFor' | 'schedule' | 'plannedStart' | 'latestStartMs'>;

function stepCard(step: Step, at: Place): CardContent {
  const { plan, numbers } = at;
  const owner = step.owner === undefined ? null : roleHolder(plan, step.owner);
  return {
    owner,
    deputy: deputyOf(step, plan),
    systems: systemsOf(step).map((name) => bannerOf(name, plan.systems[name])),
    night: nightInstruction(step, plan),
    drilled: step.onTheNight === undefined ? null : drilledInstruction(step, plan),
    expected: expectationOf(step),
    results: expectedResults(step, plan),
    checks: [],
    observe: step.observe ?? null,
    onlyOn:
      step.onlyOn === undefined
        ? null
        : { system: step.onlyOn.in, enter: step.onlyOn.sql, answer: String(step.onlyOn.is) },
    ifItFails: ifItFails(step, at),
    onlyIfFailed: step.when === undefined ? null : (numbers.get(step.when.failed) ?? null),
    always: step.always ?? false,
    pointOfNoReturn: step.pointOfNoReturn ?? null,
  };
}

/** Named by the step, else by its owner. */
function deputyOf({ deputy, owner }: Step, plan: Plan): Deputy | null {
  if (deputy === undefined) return owner === undefined ? null : roleHolder(plan, owner).deputy;
  const { person, contacts } = roleHolder(plan, deputy);
  return { person: person ?? deputy, contacts };
}

function expectationOf({ expected }: Step): Expectation | null {
  if (expected === undefined) return null;
  return { p50Ms: parseDuration(expected.p50) ?? 0, p90Ms: parseDuration(expected.p90) ?? 0 };
}

function verifiedCard({ plan, procedure, request }: Place): CardContent {
  const checks = stateChecks(plan, procedure.to);
  const systems = [...new Set(checks.map((check) => check.system))].filter((name) => plan.systems[name] !== undefined);
  return {
    owner: null,
    deputy: null,
    systems: systems.map((name) => bannerOf(name, plan.systems[name])),
    night: {
      text: `Check every line. One that cannot be checked is unknown, never good.`,
      enter: null,
    },
    drilled: null,
    expected: null,
    results: [],
    checks,
    observe: null,
    onlyOn: null,
    ifItFails: [
      request.use !== 'go-live'
        ? 'Do not open. Tell whoever decides which line does not hold.'
        : `Tell whoever decides which line does not hold: this is the moment for ${request.rollback}.`,
    ],
    onlyIfFailed: null,
    always: false,
    pointOfNoReturn: null,
  };
}

function systemsOf(step: Step): readonly string[] {
  const named = [
    ...(step.backup ?? []),
    ...(step.restore ?? []),
    step.release,
    step.start,
    step.stop,
    step.route,
    step.route === undefined ? undefined : step.to,
    step.in,
    step.wait?.in,
  ];
  return [...new Set(named.filter((name) => name !== undefined))];
}

function bannerOf(name: string, system: System | undefined): SystemBanner {
  return {
    name,
    kind: system?.kind ?? 'service',
    database: system?.kind === 'postgres' ? system.database : null,
    size: system?.production?.size ?? null,
    note: system?.production?.note ?? null,
  };
}

function ifItFails(step: Step, { plan, procedure, request, numbers }: Place): readonly string[] {
  const fallbacks = procedure.steps.filter((one) => one.when?.failed === step.id).map((one) => numbers.get(one.id));
  const lines = [repeatLine(step)];
  if (step.timeout !== undefined) lines.push(`Not ended after ${step.timeout}: treat it as failed.`);
  if (fallbacks.length > 0) lines.push(`Failed: go on with card ${fallbacks.join(' and ')}.`);
  else if (step.else !== undefined)
    lines.push(
      `Failed: stop here, tell whoever decides, and go over to ${step.else}, from card ${behind(request)} on.`,
    );
  else if (request.use !== 'go-live')
    lines.push('Failed: stop here and call whoever decides. The plan has no other way on.');
  else lines.push(wayBackLine(plan, request));
  return lines;
}

/** The cards of the fallback come behind those of the way back. */
function behind({ firstNumber, schedule }: CardsRequest): number {
  return firstNumber + schedule.steps.length;
}

function repeatLine(step: Step): string {
  const { repeat } = step;
  if (typeof repeat === 'object')
    return `Broken off in the middle: first look whether it took effect, with ${'run' in repeat ? commandLine(repeat.run) : `on ${repeat.in}: ${repeat.sql} (done when ${repeat.is})`}.`;
  const tries = step.retry === undefined ? '' : ` Try up to ${step.retry.times} more times, ${step.retry.wait} apart.`;
  return repeatOf(step) === 'safe'
    ? `Broken off in the middle: it may be run again.${tries}`
    : 'Broken off in the middle: do not run it again before somebody who knows has looked how far it got.';
}

function wayBackLine(plan: Plan, { name, rollback }: CardsRequest): string {
  const isDrilledFrom = plan.procedures[rollback]?.from.includes(name) === true;
  return isDrilledFrom
    ? `Failed: stop here and call whoever decides. ${rollback} may begin from here.`
    : `Failed: stop here and call whoever decides. The plan does not say that ${rollback} may begin from the middle of ${name}.`;
}
