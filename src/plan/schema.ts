import { z } from 'zod';
import { delta } from './schema/delta.ts';
import { decision } from './schema/decision.ts';
import { flow } from './schema/flows.ts';
import { audience, channel, message } from './schema/messages.ts';
import { person, type request, users } from './schema/people.ts';
import { type phase, procedure, type STEP_KINDS } from './schema/procedures.ts';
import { duration, instant, name } from './schema/scalars.ts';
import { type claimName, scenario, waiver } from './schema/scenarios.ts';
import { allowedDifference, check, state, trigger } from './schema/states.ts';
import { system } from './schema/systems.ts';
import { watch } from './schema/watch.ts';
import { workload } from './schema/workload.ts';

/**
 * The plan file, format 1: exactly what this release executes. Every object is strict, because a misspelt key that is
 * silently ignored is a step that silently does not happen. The descriptions become the help in the editor.
 */
export const planSchema = z
  .strictObject({
    rollproof: z.literal(1).describe('Version of this format.'),
    name,
    description: z.string().optional(),
    window: z.strictObject({ opens: instant, backBy: instant }).optional(),
    objectives: z.strictObject({ rto: z.strictObject({ limit: duration }).optional() }).default({}),
    team: z.record(name, person).default({}),
    decision: decision.optional(),
    isolation: z.strictObject({ atLeast: z.enum(['userns', 'netns', 'none']) }).default({ atLeast: 'none' }),
    systems: z.record(name, system),
    users: z.record(name, users).default({}),
    delta: z.record(name, delta).default({}).describe('What was done in the new system and is carried back.'),
    flows: z.record(name, flow).default({}).describe('Integrations.'),
    audiences: z.record(name, audience).default({}).describe('Who is told.'),
    channels: z.record(name, channel).default({}).describe('How they are told.'),
    messages: z.record(name, message).default({}).describe('What they are told, sent by steps of kind message.'),
    states: z.record(name, state),
    checks: z.record(name, check).default({}),
    triggers: z.record(name, trigger).default({}),
    watch: watch.optional().describe('What `rollproof watch` does after the go-live.'),
    differences: z.array(allowedDifference).default([]),
    workload: z.record(name, workload).default({}),
    procedures: z.record(name, procedure),
    scenarios: z.record(name, scenario),
    waivers: z.array(waiver).default([]).describe('Lint findings accepted on purpose.'),
  })
  .describe('A rollback plan.');

/** The plan with defaults filled in: one value, from which drill, runbook and digest are made. */
export type Plan = z.output<typeof planSchema>;
export type PlanInput = z.input<typeof planSchema>;
export type System = Plan['systems'][string];
export type PostgresSystem = Extract<System, { kind: 'postgres' }>;
export type DirectorySystem = Extract<System, { kind: 'directory' }>;
export type ServiceSystem = Extract<System, { kind: 'service' }>;
export type EndpointSystem = Extract<System, { kind: 'endpoint' }>;
export type RouteSystem = Extract<System, { kind: 'route' }>;
export type Release = ServiceSystem['releases'][string];
export type UserGroup = Plan['users'][string];
export type Audience = Plan['audiences'][string];
export type Channel = Plan['channels'][string];
export type Message = Plan['messages'][string];
export type Ability = UserGroup['can'][string];
export type HttpRequest = z.output<typeof request>;
export type Delta = Plan['delta'][string];
export type Flow = Plan['flows'][string];
export type State = Plan['states'][string];
export type SystemState = State['systems'][string];
export type Check = Plan['checks'][string];
export type Trigger = Plan['triggers'][string];
export type Metric = NonNullable<Trigger['metric']>;
export type Watch = NonNullable<Plan['watch']>;
export type Alert = Watch['alert'][number];
export type AllowedDifference = Plan['differences'][number];
export type Workload = Plan['workload'][string];
export type WorkloadOperation = Workload['operations'][string];
export type Procedure = Plan['procedures'][string];
export type Step = Procedure['steps'][number];
export type StepKind = (typeof STEP_KINDS)[number];
export type Phase = z.output<typeof phase>;
export type Scenario = Plan['scenarios'][string];
export type PlannedFault = Scenario['faults'][number];
export type PlannedTwist = Scenario['twists'][number];
export type Decision = z.output<typeof decision>;
export type ClaimName = z.output<typeof claimName>;
