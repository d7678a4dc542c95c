import { z } from 'zod';
import { name } from './scalars.ts';

/** One flat object instead of a union, as with steps: its errors can name the one key that is wrong. `TWIST_KEYS` says which belong to which. */
export const twist = z
  .strictObject({
    id: z.string().regex(/^GF-\d{2}$/, { error: 'write a catalogue id such as GF-10' }),
    in: name.optional().describe('GF-10: store whose restore point is bad.'),
    defect: z
      .string()
      .regex(/^BK-\d{2}$/, { error: 'write a catalogue id such as BK-01' })
      .optional()
      .describe('GF-10: what is wrong with it.'),
    step: name.optional().describe('GF-20: step of the rollback that is pointed at another system.'),
    instead: name.optional().describe('GF-20: system of the same kind that it is pointed at.'),
    seed: z.int().min(0).default(1),
  })
  .describe('What goes wrong around or inside the rollback, beside the damage. Applied when the faults are.');
