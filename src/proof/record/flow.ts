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

/** What a stopped flow's principal wrote between the reading of the new state and t3, and what became of it. */
export const flowChanges = z.object({
  flow: z.string(),
  store: z.string(),
  tables: z.array(
    z.object({
      table: z.string(),
      inserts: z.number(),
      updates: z.number(),
      deletes: z.number(),
      /** Changes that name no record. */
      unkeyed: z.number(),
      records: z.number(),
      /** The first of them. */
      keys: z.array(z.string()),
    }),
  ),
  /** What the plan says becomes of it; null where it says nothing. */
  become: z.enum(['kept', 'parked', 'compensated']).nullable(),
  owner: z.string().nullable(),
  /** Records that are not as the plan says, the first of them. */
  wrong: z.array(z.string()),
  wrongRecords: z.number(),
  /** Why it could not be looked for; null when it was. */
  trouble: z.string().nullable(),
});

/** What the proxy of a flow saw that should not be, over the whole drill. */
export const flowTraffic = z.object({
  flow: z.string(),
  /** Messages that it delivered after t3 and had delivered before, the first of them. */
  again: z.array(z.string()),
  againMessages: z.number(),
  /** Messages that another flow had carried the other way. */
  echoed: z.array(z.string()),
  echoedMessages: z.number(),
  /** Who reached its target past the proxy. */
  round: z.array(z.string()),
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
