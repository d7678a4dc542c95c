import { z } from 'zod';
import { digest, elapsedMs, isoTime } from './scalars.ts';

const abilityResult = z.object({ outcome: z.enum(['can', 'cannot', 'unknown']), note: z.string() });
export const access = z.object({
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

export const checkRun = z.object({
  name: z.string(),
  system: z.string(),
  when: z.enum(['before', 'live', 'verify', 'watch']),
  outcome: z.enum(['passed', 'failed', 'unknown']),
  expected: z.string(),
  actual: z.string(),
  atMs: elapsedMs,
});
export const triggerRun = z.object({
  name: z.string(),
  catalogue: z.string().nullable(),
  threshold: z.string(),
  class: z.enum(['mandatory', 'decide', 'watch']),
  before: z.enum(['green', 'red', 'unknown']),
  readings: z.array(z.object({ atMs: elapsedMs, value: z.string(), red: z.boolean() })),
  sustainedAtMs: elapsedMs.nullable(),
  liveCadenceMs: z.number(),
});
export const injection = z.object({
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

export const restorePoint = z.object({
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
