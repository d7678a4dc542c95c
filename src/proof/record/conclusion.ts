import { z } from 'zod';

export const finding = z.object({
  id: z.string(),
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
export const lesson = z.object({
  statement: z.string(),
  proposal: z.object({ at: z.string(), from: z.string(), to: z.string() }).nullable(),
});
