import { z } from 'zod';
import { digest, elapsedMs, isoTime } from './scalars.ts';

const presence = z.enum(['present', 'absent', 'unknown']);

export const decision = z.object({
  by: z.string(),
  role: z.string().nullable(),
  /** `script`: the answer stood on the command line before the facts were known; `unattended`: no person decided. */
  how: z.enum(['person', 'script', 'unattended']),
  choice: z.string(),
  reason: z.string(),
  frozenAtMs: elapsedMs,
  calledAtMs: elapsedMs,
  withinMs: z.number().nullable(),
  /** As they stood when anybody was asked. */
  facts: z.array(z.string()),
  factsDigest: digest,
  choices: z.array(z.object({ name: z.string(), costs: z.array(z.string()) })),
  /** The plan's rule: go back when a repair takes longer, pessimistically, than is left. Null without a rule. */
  rule: z
    .object({
      fixP90Ms: z.number().nullable(),
      leftMs: z.number().nullable(),
      callsForRollback: z.boolean().nullable(),
    })
    .nullable(),
});

/** Somebody who took part in earlier drills of the same state folder. */
const attendance = z.object({
  person: z.string(),
  drills: z.array(
    z.object({
      drill: z.string(),
      plan: z.string(),
      scenario: z.string(),
      at: isoTime,
      roles: z.array(z.string()),
      decided: z.boolean(),
    }),
  ),
});

export const roster = z.object({
  /** Everybody of the plan is invited. */
  roles: z.array(
    z.object({
      role: z.string(),
      person: z.string().nullable(),
      deputy: z.string().nullable(),
      presence,
      deputyPresence: presence.nullable(),
      /** Who acted in this role, as far as anybody said; null: nobody was left. */
      actedBy: z.string().nullable(),
    }),
  ),
  /** Of each absent person: the steps that nobody else may do, and who does the others. */
  gaps: z.array(
    z.object({
      role: z.string(),
      nobody: z.array(z.string()),
      covered: z.array(z.object({ step: z.string(), by: z.string() })),
    }),
  ),
  earlier: z.array(attendance),
});
