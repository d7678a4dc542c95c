import { z } from 'zod';
import { digest, elapsedMs } from './scalars.ts';

const recipient = z.object({
  /** Address of a person, or name of the channel that was posted into. */
  to: z.string(),
  copies: z.number().int(),
  marked: z.boolean(),
  trouble: z.string().nullable(),
  /** Of the text that arrived; the text itself stays in the private folder. */
  digest: digest.nullable(),
  deliveredAtMs: elapsedMs.nullable(),
  link: z.enum(['works', 'broken', 'not asked for']),
  acknowledgedAtMs: elapsedMs.nullable(),
});
export const message = z.object({
  message: z.string(),
  template: z.string().nullable(),
  kind: z.enum(['news', 'success']),
  subject: z.string(),
  channel: z.string(),
  over: z.enum(['smtp', 'webhook']),
  /** The channel that was tried before; null where the first one worked. */
  insteadOf: z.object({ channel: z.string(), trouble: z.string() }).nullable().default(null),
  audience: z.string(),
  people: z.number().int(),
  gate: z.string().nullable(),
  gateAtMs: elapsedMs.nullable(),
  /** Why it was not sent; null when it was. */
  heldBack: z.string().nullable(),
  sentAtMs: elapsedMs,
  withinMs: z.number().nullable(),
  /** The first one there; then when 95 % had it, and when 95 % had acknowledged it. */
  firstAtMs: elapsedMs.nullable(),
  deliveredAtMs: elapsedMs.nullable(),
  acknowledgedAtMs: elapsedMs.nullable(),
  acknowledge: z.boolean(),
  /** `drill`: nobody real read it, so the time of acknowledging is assumed. */
  readBy: z.enum(['drill']),
  recipients: z.array(recipient),
  strangers: z.array(z.string()),
  problems: z.array(z.string()),
});
