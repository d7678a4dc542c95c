import { z } from 'zod';
import { recordSchema } from './record.ts';
import { finding } from './record/conclusion.ts';
import { claimState } from './record/scalars.ts';

/**
 * trial.json, format 1: what a trial of backups without a plan found out, and the only thing that its views are rendered
 * from. Row values never appear in it; keys of damaged rows do.
 */
const { comparisons, environment, injections, restorePoints, versions } = recordSchema.shape;
/** A trial has no plan whose findings would be carried from drill to drill. */
const trialFinding = finding.omit({ what: true, where: true });

const restore = z.object({
  /** `first copy`, `second copy`, `again, after the damage`. */
  what: z.string(),
  tookMs: z.number(),
  /** Size of what stood there afterwards: the database, or the whole cluster of a physical backup. */
  bytes: z.number(),
});

const trialStore = z.object({
  name: z.string(),
  kind: z.enum(['postgres', 'directory']),
  /** What the content was recognised as, such as `PostgreSQL dump, custom format`. */
  recognisedAs: z.string(),
  path: z.string(),
  /** Of what was given; the certificate says how much is inside where that is another figure. */
  sizeBytes: z.number(),
  /** Other files that were used with it: roles, archived WAL. */
  companions: z.array(z.object({ what: z.string(), path: z.string() })),
  state: claimState,
  /** One sentence for somebody who reads nothing else. */
  sentence: z.string(),
  /** Null when the trial did not get so far. */
  certificate: restorePoints.element.nullable(),
  restores: z.array(restore),
  /** Sealed: taken before any damage; its digest was written down at once. */
  baseline: z
    .object({
      digest: z.string(),
      sealedAt: z.iso.datetime(),
      rows: z.number(),
      bytes: z.number(),
      parts: z.number(),
      objects: z.number(),
      counters: z.number(),
      tookMs: z.number(),
    })
    .nullable(),
  /** `keys`: the first of the damaged rows or files that the reading named. */
  damage: z.array(injections.element.extend({ keys: z.array(z.string()) })),
  /** The damaged copy against the baseline, found before the truth was opened. */
  found: comparisons.element.nullable(),
  /** The copy that was restored over the damage, against the baseline. */
  equality: comparisons.element.nullable(),
  /** Other databases of a physical backup: restored with it, not compared. */
  notCompared: z.array(z.string()),
  tablesWithoutStatistics: z.array(z.string()),
});

export const trialRecordSchema = z.object({
  format: z.literal('rollproof-trial/1'),
  trial: z.object({
    id: z.string(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    command: z.string(),
    seed: z.number(),
  }),
  verdict: recordSchema.shape.verdict,
  stores: z.array(trialStore),
  findings: z.array(trialFinding),
  notShown: z.array(z.string()),
  environment,
  versions,
});

export type TrialRecord = z.output<typeof trialRecordSchema>;
export type TrialFinding = z.output<typeof trialFinding>;
export type TrialStore = z.output<typeof trialStore>;
export type TrialDamage = TrialStore['damage'][number];
export type TrialRestore = z.output<typeof restore>;

/** The fastest of the measured ones: the others waited for something that the backup is not to blame for. */
export function fastestRestore(store: TrialStore): TrialRestore | null {
  return store.restores.reduce<TrialRestore | null>(
    (best, one) => (best === null || one.tookMs < best.tookMs ? one : best),
    null,
  );
}

export function bytesPerSecond(restored: TrialRestore): number {
  return restored.bytes / Math.max(restored.tookMs / 1_000, 0.001);
}
