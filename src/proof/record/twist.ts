import { z } from 'zod';

/** What was made wrong around or inside the rollback. */
export const twist = z.object({
  twist: z.string(),
  name: z.string(),
  where: z.string(),
  seed: z.number(),
  description: z.string(),
  /** Whether something met it, and what. */
  presence: z.object({ shown: z.boolean(), evidence: z.array(z.string()) }),
  /** Claims that fail because the plan did not withstand it. */
  failed: z.array(z.string()),
});

/** The procedure that was carried out because a step of the rollback failed, and whose state was verified. */
export const fallback = z.object({
  procedure: z.string(),
  to: z.string(),
  insteadOf: z.string(),
  why: z.string(),
  givenUp: z.array(z.string()),
});
