import { z } from 'zod';
import { request } from './people.ts';
import { duration, name } from './scalars.ts';

/** One flat object instead of a union, as with steps: its errors can name the one key that is wrong. `TWIST_KEYS` says which belong to which. */
export const twist = z
  .strictObject({
    id: z.string().regex(/^GF-\d{2}$/, { error: 'write a catalogue id such as GF-10' }),
    in: name
      .optional()
      .describe(
        'GF-10: store whose restore point is bad. GF-12, GF-18: program whose own address people use. GF-14: service desk.',
      ),
    defect: z
      .string()
      .regex(/^BK-\d{2}$/, { error: 'write a catalogue id such as BK-01' })
      .optional()
      .describe('GF-10: what is wrong with it.'),
    users: name.optional().describe('GF-12, GF-14, GF-18: group of those who do.'),
    count: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('GF-12: how many of them write, once each. Default: 5. GF-14: how many requests.'),
    http: request.optional().describe('GF-14: the request of which there are too many.'),
    within: duration.optional().describe('GF-14: in which time. Default: as fast as it goes.'),
    trigger: name.optional().describe('GF-14: trigger that must see them waiting.'),
    role: name.optional().describe('GF-13: who is absent. Default: drawn by lot from the team.'),
    channel: name.optional().describe('GF-17: channel that takes nothing any more.'),
    step: name
      .optional()
      .describe(
        'GF-11: marked step that is crossed early. GF-20: step of the rollback that is pointed at another system.',
      ),
    instead: name.optional().describe('GF-20: system of the same kind that it is pointed at.'),
    seed: z.int().min(0).default(1),
  })
  .describe('What goes wrong around or inside the rollback, beside the damage. Applied when the faults are.');
