import { z } from 'zod';
import { claimName } from '../../plan/schema/scenarios.ts';
import { claimState } from './scalars.ts';

export const claim = z.object({
  name: claimName,
  state: claimState,
  required: z.boolean(),
  /** One sentence for a sponsor. */
  sentence: z.string(),
  /** What it rests on, one sentence each, most important first. */
  because: z.array(z.string()),
  /** Claims may have parts, such as time: machine and people. */
  parts: z.array(z.object({ name: z.string(), state: claimState, sentence: z.string() })),
});
