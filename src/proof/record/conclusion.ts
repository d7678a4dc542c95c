import { z } from 'zod';

export const finding = z.object({
  id: z.string(),
  /** With `where` the same from drill to drill, whatever numbers the title holds: `step-failed`, `go-back.restore`. */
  what: z.string().default(''),
  where: z.string().default(''),
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
export const FINDING_STATES = ['open', 'accepted', 'fixed', 'risk-accepted', 'closed'] as const;

/** A finding of this drill or of an earlier one, as it stood with its owner when this drill had ended. */
export const carriedFinding = z.object({
  /** The same from drill to drill. */
  id: z.string(),
  severity: finding.shape.severity,
  title: z.string(),
  next: z.string(),
  state: z.enum(FINDING_STATES),
  /** It was closed or said to be fixed, and came again. */
  reopened: z.boolean(),
  owner: z.string().nullable(),
  due: z.string().nullable(),
  overdue: z.boolean(),
  /** Who accepted the risk, until when, and why. */
  risk: z.object({ by: z.string(), until: z.string(), why: z.string() }).nullable(),
  /** Scenarios in which it is still to be shown that it is gone. */
  scenarios: z.array(z.string()),
  /** Drills in which it occurred, oldest first. */
  drills: z.array(z.string()),
  /** The re-test in which it did not occur any more. */
  closedBy: z.string().nullable(),
});
export const lesson = z.object({
  statement: z.string(),
  proposal: z.object({ at: z.string(), from: z.string(), to: z.string() }).nullable(),
});
