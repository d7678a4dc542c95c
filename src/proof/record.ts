import { z } from 'zod';
import { claim } from './record/claim.ts';
import { type bar, type clockName, clocks } from './record/clocks.ts';
import { comparison } from './record/comparison.ts';
import { carriedFinding, finding, lesson } from './record/conclusion.ts';
import { deltaRecord } from './record/delta.ts';
import { flowChanges, flowOnMap, flowStop, flowTraffic, storeWriters } from './record/flow.ts';
import { message } from './record/message.ts';
import { access, checkRun, injection, restorePoint, triggerRun } from './record/observation.ts';
import { decision, roster } from './record/people.ts';
import { fallback, twist } from './record/twist.ts';
import { rpa, work } from './record/work.ts';
import { claimState, digest, isoTime } from './record/scalars.ts';

/**
 * record.json, format 1: everything that a drill found out, and the only thing that views are rendered from. Times inside
 * a drill are milliseconds since its first event on the monotonic clock; wall-clock times are ISO 8601 in UTC.
 * Row values never appear here: they live in the private folder.
 */
export const recordSchema = z.object({
  format: z.literal('rollproof-record/1'),
  drill: z.object({
    id: z.string(),
    startedAt: isoTime,
    endedAt: isoTime,
    command: z.string(),
    unattended: z.boolean(),
  }),
  plan: z.object({
    name: z.string(),
    file: z.string(),
    digest,
    /** Digest per part: `procedures.go-back`, `procedures.go-back.restore`, `checks.x`, `scripts.migrate.sql`, `team`, `texts`. */
    parts: z.record(z.string(), digest),
    caps: z.array(z.string()),
    lint: z.array(z.object({ id: z.string(), severity: z.string(), at: z.string(), message: z.string() })),
  }),
  scenario: z.object({
    name: z.string(),
    kind: z.enum(['S0', 'S1', 'S2', 'S3']),
    at: z.string(),
    rollback: z.string(),
    description: z.string(),
  }),
  verdict: z.object({
    whole: claimState,
    /** Our own leak: says nothing about the plan, but the run is not clean. */
    unclean: z.boolean(),
    exitCode: z.number().int(),
    reasons: z.array(z.string()),
  }),
  claims: z.array(claim),
  /** The sponsor's five sentences. */
  sponsor: z.array(z.object({ question: z.string(), answer: z.string() })).length(5),
  clocks,
  injections: z.array(injection),
  twists: z.array(twist).default([]),
  /** Null where every step of the rollback that has a fallback succeeded. */
  fallback: fallback.nullable().default(null),
  truthDigest: digest.nullable(),
  comparisons: z.array(comparison),
  /** What simulated users did in the new state, and what became of it. */
  work: z.array(work).default([]),
  rpa: rpa.nullable().default(null),
  access: z.array(access),
  checks: z.array(checkRun),
  triggers: z.array(triggerRun),
  /** Every flow of the plan, and what it was last seen doing. */
  flowMap: z.array(flowOnMap).default([]),
  flows: z.array(flowStop),
  /** What the stopped flows of a partial rollback had changed, and what became of it. */
  flowChanges: z.array(flowChanges).default([]),
  flowTraffic: z.array(flowTraffic).default([]),
  delta: z.array(deltaRecord),
  writers: z.array(storeWriters),
  jobs: z.array(z.object({ system: z.string(), held: z.boolean(), stored: z.array(z.string()) })),
  messages: z.array(message),
  /** Null where the drill did not get so far, and in records of before there were decisions. */
  decision: decision.nullable().default(null),
  roster: roster.nullable().default(null),
  findings: z.array(finding),
  /** Findings of this drill and of earlier ones, with who owes what until when. */
  carried: z.array(carriedFinding).default([]),
  lessons: z.array(lesson),
  restorePoints: z.array(restorePoint),
  notShown: z.array(z.string()),
  environment: z.object({
    host: z.string(),
    isolation: z.object({
      level: z.string(),
      outsideReached: z.boolean(),
      attempts: z.number(),
      escaped: z.array(z.string()),
    }),
    profile: z.enum(['faithful', 'fast']),
    machine: z.string(),
    leaked: z.array(z.string()),
  }),
  versions: z.record(z.string(), z.string()),
  schemaFingerprint: z.record(z.string(), digest),
  volume: z.object({
    bytes: z.number(),
    rows: z.number(),
    productionBytes: z.number().nullable(),
    shareOfProduction: z.number().nullable(),
  }),
  journal: z.object({ events: z.number(), digest }),
});

export type DrillRecord = z.output<typeof recordSchema>;
export type Claim = z.output<typeof claim>;
export type ClaimState = z.output<typeof claimState>;
export type Clocks = z.output<typeof clocks>;
export type ClockName = z.output<typeof clockName>;
export type Bar = z.output<typeof bar>;
export type Comparison = z.output<typeof comparison>;
export type AccessSweep = z.output<typeof access>;
export type WorkRecord = z.output<typeof work>;
export type RecoveryPoint = z.output<typeof rpa>;
export type CheckRun = z.output<typeof checkRun>;
export type TriggerRun = z.output<typeof triggerRun>;
export type InjectionRecord = z.output<typeof injection>;
export type TwistRecord = z.output<typeof twist>;
export type FallbackRecord = z.output<typeof fallback>;
export type DecisionRecord = z.output<typeof decision>;
export type RosterRecord = z.output<typeof roster>;
export type MessageRecord = z.output<typeof message>;
export type Finding = z.output<typeof finding>;
export type CarriedFinding = z.output<typeof carriedFinding>;
export type Lesson = z.output<typeof lesson>;
export type DeltaRecord = z.output<typeof deltaRecord>;
export type FlowOnMap = z.output<typeof flowOnMap>;
export type FlowTrafficRecord = z.output<typeof flowTraffic>;
export type FlowChangesRecord = z.output<typeof flowChanges>;
export type FlowStopRecord = z.output<typeof flowStop>;
export type StoreWritersRecord = z.output<typeof storeWriters>;
export type RestorePointRecord = z.output<typeof restorePoint>;
