import { z } from 'zod';

/** The stop certificate of one flow, as it was looked at in the verification or after the quiet time. */
export const flowStop = z.object({
  flow: z.string(),
  when: z.enum(['verify', 'watch']),
  conditions: z.array(
    z.object({
      condition: z.enum(['disabled', 'in-flight', 'watermark', 'quiet', 'counts', 'not-rearmed', 'legacy', 'told']),
      state: z.enum(['shown', 'violated', 'not-shown', 'not-needed']),
      evidence: z.string(),
    }),
  ),
});

/** A flow of the plan with both its ends, what the target state wants of it, and what it was last seen doing. */
export const flowOnMap = z.object({
  flow: z.string(),
  from: z.string(),
  to: z.string(),
  /** The flow that did this before the go-live. */
  replaces: z.string().nullable(),
  wanted: z.enum(['running', 'stopped']).nullable(),
  /** `draining`: its producer is off and messages are still under way. `proven-stopped`: all of its certificate holds. */
  state: z.enum(['running', 'draining', 'stopped', 'proven-stopped', 'not-shown']),
  sentence: z.string(),
});

/** Who changed a store since an earlier reading, and whether they may. */
export const storeWriters = z.object({
  store: z.string(),
  since: z.enum(['baseline', 'live', 'stop']),
  verdict: z.enum(['explained', 'unexplained']),
  /** Changes of each declared writer. */
  own: z.record(z.string(), z.number()),
  unexplained: z.array(z.string()),
});
