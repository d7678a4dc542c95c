import { z } from 'zod';
import { duration, name } from './scalars.ts';

/** Stays in the new state and repairs it: the one choice that is no procedure of the plan. */
export const FIX_FORWARD = 'fix-forward';

export const decision = z
  .strictObject({
    by: name.describe('Role that may call a rollback.'),
    deputy: name.optional().describe('Role that may call it in their place, only while they are absent.'),
    within: duration.optional().describe('From the moment the facts are put before them.'),
    choose: z
      .array(name)
      .min(1)
      .optional()
      .describe('Procedures of the plan, and `fix-forward`. Default: the rollback of the scenario, and fix-forward.'),
    rule: z
      .strictObject({ fixP90: z.literal('longer-than-time-left') })
      .optional()
      .describe('Go back when a repair takes longer, by its pessimistic estimate, than is left until the latest call.'),
  })
  .describe('Who may call a rollback, and what they choose from. It stands nowhere else.');
