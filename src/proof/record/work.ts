import { z } from 'zod';
import { WRITE_ENDS } from '../../flow/classify.ts';

const writeEnd = z.enum(WRITE_ENDS);

const balance = z.object({
  /** `verify`: before opening. `watch`: at the end, with the second reading. */
  when: z.enum(['verify', 'watch']),
  /** Acknowledged, or unknown and found. */
  captured: z.number(),
  ends: z.record(writeEnd, z.number()),
  /** Captured and neither kept, replayed, parked nor waived. */
  unaccounted: z.number(),
  owners: z.array(z.object({ owner: z.string(), end: writeEnd, records: z.number() })),
  losers: z.array(z.object({ user: z.string(), records: z.number() })),
  listed: z.array(
    z.object({
      mark: z.string(),
      operation: z.string(),
      user: z.string(),
      table: z.string(),
      key: z.string().nullable(),
      end: writeEnd,
      why: z.string(),
    }),
  ),
  tookMs: z.number(),
});
export const work = z.object({
  name: z.string(),
  group: z.string(),
  in: z.string(),
  users: z.number(),
  planned: z.number(),
  invoked: z.number(),
  ok: z.number(),
  failed: z.number(),
  unknown: z.number(),
  /** Why the simulated users ended before their work was done; null when it was done. */
  broken: z.string().nullable(),
  waiver: z.object({ by: z.string(), why: z.string(), upTo: z.number() }).nullable(),
  balances: z.array(balance),
  tookMs: z.number(),
});
export const rpa = z.object({
  /** Lost, signed for or not. */
  records: z.number(),
  signed: z.number(),
  /** From the oldest lost write to t3; null when nothing is lost or there is no t3. */
  spanMs: z.number().nullable(),
  note: z.string(),
});
