import { z } from 'zod';

/** What was done in the new system and what became of it. Keys only; values and the whole list lie in the private folder. */
export const deltaRecord = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  /** Records that are not as they were when the new state was read. */
  captured: z.number(),
  replayed: z.number(),
  /** By owner. */
  parked: z.array(z.object({ owner: z.string(), records: z.number(), reasons: z.array(z.string()) })),
  /** Captured and neither replayed nor parked with an owner: must be empty. */
  unaccounted: z.array(z.string()),
  /** Records that no acknowledged write explains: never carried back, parked instead. */
  unexplained: z.number(),
  /** First of them, with the reason. */
  examples: z.array(z.string()),
  /** Did carrying it over a second time change nothing? */
  repeatable: z.enum(['yes', 'no', 'not-tried']),
  irreversible: z.array(z.object({ what: z.string(), times: z.number() })),
  tookMs: z.number(),
});
