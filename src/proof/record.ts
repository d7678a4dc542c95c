import { z } from 'zod';

/**
 * record.json, format 1: everything that a drill found out, and the only thing that views are rendered from. Times inside
 * a drill are milliseconds since its first event on the monotonic clock; wall-clock times are ISO 8601 in UTC.
 * Row values never appear here: they live in the private folder.
 */
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const elapsedMs = z.number().min(0);
const isoTime = z.iso.datetime();

export const claimState = z.enum(['proven', 'failed', 'inconclusive', 'not-examined']);
const claimName = z.enum([
  'data',
  'files',
  'function',
  'access',
  'flows',
  'loss',
  'detection',
  'decision',
  'time',
  'communication',
]);

const claim = z.object({
  name: claimName,
  state: claimState,
  required: z.boolean(),
  /** One sentence for a sponsor. */
  sentence: z.string(),
  /** What it rests on, one sentence each, most important first. */
  because: z.array(z.string()),
  /** Claims may have parts, such as time: machine and people. */
  parts: z.array(z.object({ name: z.string(), state: claimState, sentence: z.string() })),
});

const clockName = z.enum(['detect', 'decide', 'execute', 'restore', 'verify', 'communicate']);
const range = z.object({ p50Ms: z.number(), p90Ms: z.number() });

const instant = z.object({
  name: z.string(),
  meaning: z.string(),
  atMs: elapsedMs.nullable(),
  wall: isoTime.nullable(),
  note: z.string(),
});
const span = z.object({
  clock: clockName,
  actualMs: z.number(),
  /** Of that: ready, but nobody started. */
  waitingMs: z.number(),
  /** Work of this clock that ran beside the critical path. */
  besideMs: z.number(),
  expected: range.nullable(),
  state: z.enum(['measured', 'assumed', 'modelled', 'none']),
  note: z.string(),
});
const bar = z.object({
  id: z.string(),
  title: z.string(),
  procedure: z.string(),
  clock: clockName.nullable(),
  owner: z.string().nullable(),
  readyAtMs: elapsedMs,
  startMs: elapsedMs,
  endMs: elapsedMs,
  expected: range.nullable(),
  outcome: z.enum(['succeeded', 'failed', 'unknown', 'skipped']),
  critical: z.boolean(),
  attempt: z.number().int(),
  detail: z.string(),
});
const clocks = z.object({
  instants: z.array(instant),
  spans: z.array(span),
  bars: z.array(bar),
  /** t2–t6 unless the plan says otherwise; null when it did not get there. */
  rtaMs: z.number().nullable(),
  outOfWorkMs: z.number().nullable(),
  limitMs: z.number().nullable(),
  marginMs: z.number().nullable(),
  overheadMs: z.number(),
  totalMs: z.number(),
});

const rowChange = z.object({
  operation: z.enum(['insert', 'delete', 'update']),
  key: z.string(),
  columns: z.array(z.string()),
});
const partDifference = z.object({
  part: z.string(),
  before: z.number().nullable(),
  after: z.number().nullable(),
  totals: z.object({ insert: z.number(), delete: z.number(), update: z.number() }).nullable(),
  columns: z.record(z.string(), z.number()),
  changes: z.array(rowChange),
  buckets: z.object({ different: z.number(), total: z.number() }),
});
const difference = z.object({
  store: z.string(),
  parts: z.array(partDifference),
  objects: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      operation: z.enum(['insert', 'delete', 'update']),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
  counters: z.array(
    z.object({
      name: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
      direction: z.enum(['ahead', 'behind', 'missing', 'extra']),
    }),
  ),
  unread: z.array(z.object({ what: z.string(), why: z.string() })),
  compared: z.object({ parts: z.number(), rows: z.number(), objects: z.number(), counters: z.number() }),
});
const comparison = z.object({
  store: z.string(),
  kind: z.enum(['postgres', 'directory']),
  /** `at rest`: before any program starts. `second reading`: after the watch. */
  reading: z.enum(['at rest', 'second reading', 'between seal and first change']),
  comparedWith: z.string(),
  verdict: z.enum(['equal', 'different', 'incomplete']),
  /** What differs and is not allowed. */
  difference,
  allowed: z.array(
    z.object({
      part: z.string(),
      operation: z.string(),
      columns: z.array(z.string()),
      rows: z.number(),
      why: z.string(),
    }),
  ),
  notes: z.array(z.string()),
  tiles: z.array(z.object({ part: z.string(), rows: z.number(), equal: z.boolean() })),
  tookMs: z.number(),
});

const abilityResult = z.object({ outcome: z.enum(['can', 'cannot', 'unknown']), note: z.string() });
const access = z.object({
  group: z.string(),
  how: z.string(),
  abilities: z.array(z.string()),
  users: z.array(
    z.object({
      user: z.string(),
      role: z.string(),
      before: z.record(z.string(), abilityResult),
      after: z.record(z.string(), abilityResult),
      /** One sentence a change: lost, gained, another count. */
      changes: z.array(z.string()),
    }),
  ),
  anonymous: z.array(z.object({ path: z.string(), before: z.string(), after: z.string(), changed: z.boolean() })),
  tookMs: z.number(),
});

const checkRun = z.object({
  name: z.string(),
  system: z.string(),
  when: z.enum(['before', 'live', 'verify', 'watch']),
  outcome: z.enum(['passed', 'failed', 'unknown']),
  expected: z.string(),
  actual: z.string(),
  atMs: elapsedMs,
});
const triggerRun = z.object({
  name: z.string(),
  catalogue: z.string().nullable(),
  threshold: z.string(),
  class: z.enum(['mandatory', 'decide', 'watch']),
  before: z.enum(['green', 'red', 'unknown']),
  readings: z.array(z.object({ atMs: elapsedMs, value: z.string(), red: z.boolean() })),
  sustainedAtMs: elapsedMs.nullable(),
  liveCadenceMs: z.number(),
});
const injection = z.object({
  fault: z.string(),
  name: z.string(),
  store: z.string(),
  where: z.string(),
  seed: z.number(),
  rows: z.number(),
  description: z.string(),
  presence: z.object({ shown: z.boolean(), evidence: z.string() }),
  seenBy: z.array(
    z.object({ kind: z.enum(['trigger', 'check', 'comparison']), name: z.string(), afterMs: z.number().nullable() }),
  ),
  /** Keys of the truth whose end value neither baseline nor ledger explains. */
  remaining: z.array(z.string()),
});

const finding = z.object({
  id: z.string(),
  severity: z.enum(['critical', 'high', 'medium', 'low', 'note']),
  phase: z.string(),
  title: z.string(),
  expected: z.string(),
  actual: z.string(),
  /** What to do, one sentence. */
  next: z.string(),
  blame: z.enum(['plan', 'backup', 'environment', 'rollproof']),
  step: z.string().nullable(),
});
const lesson = z.object({
  statement: z.string(),
  proposal: z.object({ at: z.string(), from: z.string(), to: z.string() }).nullable(),
});

const restorePoint = z.object({
  store: z.string(),
  name: z.string(),
  format: z.string(),
  sizeBytes: z.number(),
  digest,
  takenAt: isoTime.nullable(),
  serverVersion: z.string().nullable(),
  toolVersion: z.string().nullable(),
  restoreMs: z.number().nullable(),
  parts: z.array(z.object({ what: z.string(), present: z.boolean(), note: z.string() })),
  messages: z.array(
    z.object({
      pattern: z.string(),
      count: z.number(),
      examples: z.array(z.string()),
      severity: z.enum(['note', 'warning', 'error']),
    }),
  ),
});

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
    kind: z.enum(['S0', 'S1']),
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
  truthDigest: digest.nullable(),
  comparisons: z.array(comparison),
  access: z.array(access),
  checks: z.array(checkRun),
  triggers: z.array(triggerRun),
  jobs: z.array(z.object({ system: z.string(), held: z.boolean(), stored: z.array(z.string()) })),
  findings: z.array(finding),
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
export type CheckRun = z.output<typeof checkRun>;
export type TriggerRun = z.output<typeof triggerRun>;
export type InjectionRecord = z.output<typeof injection>;
export type Finding = z.output<typeof finding>;
export type Lesson = z.output<typeof lesson>;
export type RestorePointRecord = z.output<typeof restorePoint>;
