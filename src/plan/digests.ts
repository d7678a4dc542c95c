import { type Digest, digestOf } from '../kernel/digest.ts';
import { predecessorsOf } from './steps.ts';
import type { Plan, Procedure, Step } from './schema.ts';

/**
 * Digests of the parts of a plan, because whether a proof is still good is computed from which part changed: a step that
 * does something else breaks it, another wording or another contact does not. Every value of the plan is in one part.
 */
export interface PlanDigests {
  readonly systems: Readonly<Record<string, Digest>>;
  readonly users: Readonly<Record<string, Digest>>;
  readonly flows: Readonly<Record<string, Digest>>;
  readonly delta: Readonly<Record<string, Digest>>;
  readonly states: Readonly<Record<string, Digest>>;
  readonly checks: Readonly<Record<string, Digest>>;
  readonly triggers: Readonly<Record<string, Digest>>;
  /** Without who signs what may be given up, and why. */
  readonly workload: Readonly<Record<string, Digest>>;
  readonly procedures: Readonly<Record<string, ProcedureDigests>>;
  readonly scenarios: Readonly<Record<string, Digest>>;
  /** Lists and written addresses. */
  readonly audiences: Readonly<Record<string, Digest>>;
  readonly channels: Readonly<Record<string, Digest>>;
  /** Who is told what kind of thing and when, without the wording. */
  readonly messages: Readonly<Record<string, Digest>>;
  /** Allowed differences, without their reasons. */
  readonly differences: Digest;
  /** Format, name, isolation and window. */
  readonly frame: Digest;
  /** People, who decides, and who owns which step. */
  readonly team: Digest;
  /** Objectives, expected durations, and how fast messages must be there. */
  readonly times: Digest;
  /** Where `rollproof watch` reads on the night, what a rollback costs, and whom it tells. */
  readonly watch: Digest;
  /** What only people read: descriptions, notes, reasons, waivers. */
  readonly texts: Digest;
}

export interface ProcedureDigests {
  /** Where it leads from and to, its steps and their order. */
  readonly digest: Digest;
  /** By step id: what the step does, without owner, expected duration and wording. */
  readonly steps: Readonly<Record<string, Digest>>;
}

export function digestsOf(plan: Plan): PlanDigests {
  return {
    systems: each(plan.systems, ({ production, ...system }) => ({ ...system, size: production?.size })),
    users: each(plan.users, (group) => group),
    flows: each(plan.flows, (flow) => flow),
    delta: each(plan.delta, (delta) => delta),
    states: each(plan.states, (state) => state),
    checks: each(plan.checks, (check) => check),
    triggers: each(plan.triggers, ({ onTheNight, ...trigger }) => trigger),
    workload: each(plan.workload, ({ waive, ...workload }) => ({ ...workload, upTo: waive?.upTo })),
    procedures: Object.fromEntries(
      Object.entries(plan.procedures).map(([name, procedure]) => [name, procedureDigests(procedure)]),
    ),
    scenarios: each(plan.scenarios, (scenario) => scenario),
    audiences: each(plan.audiences, (audience) => audience),
    channels: each(plan.channels, ({ production, ...channel }) => channel),
    messages: each(plan.messages, ({ subject, text, fields, within, ...message }) => message),
    differences: digestOf(plan.differences.map(({ why, ...difference }) => difference)),
    frame: digestOf({ rollproof: plan.rollproof, name: plan.name, isolation: plan.isolation, window: plan.window }),
    team: digestOf({
      team: plan.team,
      decision: plan.decision,
      waive: Object.entries(plan.workload).map(([name, workload]) => [name, workload.waive?.by]),
      steps: stepsOf(plan, ({ owner, deputy }) => ({ owner, deputy })),
    }),
    times: digestOf({
      objectives: plan.objectives,
      steps: stepsOf(plan, ({ expected }) => expected),
      messages: Object.entries(plan.messages).map(([name, { within }]) => [name, within]),
    }),
    watch: digestOf(watchOf(plan)),
    texts: digestOf(textsOf(plan)),
  };
}

function each<T>(parts: Readonly<Record<string, T>>, select: (part: T) => unknown): Readonly<Record<string, Digest>> {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, digestOf(select(part))]));
}

function procedureDigests(procedure: Procedure): ProcedureDigests {
  const steps = procedure.steps.map((step) => [step.id, digestOf(actionOf(step))] as const);
  const order = steps.map(([id, digest], index) => ({ id, digest, after: predecessorsOf(procedure, index) }));
  return { digest: digestOf({ from: procedure.from, to: procedure.to, order }), steps: Object.fromEntries(steps) };
}

/** The instruction of a manual step counts as action: whether a rewording changes it, nobody can compute. */
function actionOf({ owner, deputy, expected, onTheNight, ...action }: Step): unknown {
  return { ...action, onTheNight: onTheNight?.run };
}

function watchOf(plan: Plan): unknown {
  return {
    watch: plan.watch,
    sources: Object.entries(plan.systems).map(([name, { production }]) => {
      const url = production !== undefined && 'url' in production ? production.url : undefined;
      const read = production !== undefined && 'read' in production ? production.read : undefined;
      return [name, url, read];
    }),
    triggers: Object.entries(plan.triggers).map(([name, { onTheNight }]) => [name, onTheNight]),
  };
}

function textsOf(plan: Plan): unknown {
  return {
    description: plan.description,
    notes: Object.entries(plan.systems).map(([name, system]) => [name, system.production?.note]),
    whys: plan.differences.map((difference) => difference.why),
    waive: Object.entries(plan.workload).map(([name, workload]) => [name, workload.waive?.why]),
    steps: stepsOf(plan, (step) => step.onTheNight?.text),
    channels: Object.entries(plan.channels).map(([name, { production }]) => [name, production]),
    messages: Object.entries(plan.messages).map(([name, { subject, text, fields }]) => [name, subject, text, fields]),
    waivers: plan.waivers,
  };
}

function stepsOf(plan: Plan, select: (step: Step) => unknown): unknown {
  const procedures = Object.entries(plan.procedures);
  return procedures.map(([name, procedure]) => [name, procedure.steps.map((step) => [step.id, select(step)])]);
}
