import { z } from 'zod';
import { elapsedMs, isoTime } from './scalars.ts';

export const clockName = z.enum(['detect', 'decide', 'execute', 'restore', 'verify', 'communicate']);
const range = z.object({ p50Ms: z.number(), p90Ms: z.number() });

const instant = z.object({
  name: z.string(),
  meaning: z.string(),
  atMs: elapsedMs.nullable(),
  wall: isoTime.nullable(),
  /** Nobody really spent the time until then; it proves nothing. */
  assumed: z.boolean(),
  note: z.string(),
});
const span = z.object({
  clock: clockName,
  actualMs: z.number(),
  /** Of that: ready, but nobody started, or a person was waited for. */
  waitingMs: z.number(),
  /** Work of this clock that ran beside the critical path. */
  besideMs: z.number(),
  expected: range.nullable(),
  state: z.enum(['measured', 'assumed', 'modelled', 'none']),
  note: z.string(),
});
export const bar = z.object({
  id: z.string(),
  title: z.string(),
  procedure: z.string(),
  clock: clockName.nullable(),
  owner: z.string().nullable(),
  readyAtMs: elapsedMs,
  startMs: elapsedMs,
  endMs: elapsedMs,
  /** Between start and end: a person was asked and had not answered yet, or the next attempt had not begun. */
  waits: z.array(z.object({ fromMs: elapsedMs, toMs: elapsedMs })).default([]),
  expected: range.nullable(),
  outcome: z.enum(['succeeded', 'failed', 'unknown', 'skipped']),
  critical: z.boolean(),
  attempt: z.number().int(),
  detail: z.string(),
});
export const clocks = z.object({
  instants: z.array(instant),
  spans: z.array(span),
  bars: z.array(bar),
  /** t2–t6 unless the plan says otherwise; null when it did not get there. */
  rtaMs: z.number().nullable(),
  outOfWorkMs: z.number().nullable(),
  /** From the decision to the first message, and from opening to “open again” acknowledged; null where it was not reached. */
  communicate: z.object({
    firstMessageMs: z.number().nullable(),
    openAgainMs: z.number().nullable(),
    openAgainAssumed: z.boolean(),
  }),
  limitMs: z.number().nullable(),
  marginMs: z.number().nullable(),
  overheadMs: z.number(),
  totalMs: z.number(),
});
