import { z } from 'zod';
import { request } from './people.ts';
import { name } from './scalars.ts';

const lookedFor = z.strictObject({ in: name, sql: z.string().min(1), table: z.string(), key: z.string() });

/** One flat object instead of a union, as with steps: its errors can name the one key that is wrong. */
const operation = z.strictObject({
  share: z.int().min(1).default(1).describe('How often, compared with the shares of the others.'),
  create: request.optional().describe('Makes a record. Must hold {mark} in what it writes.'),
  update: request.optional().describe('Changes a record: must hold {id}, and {mark} in what it writes.'),
  delete: request.optional().describe('Deletes a record: must hold {id}.'),
  of: name.optional().describe('update, delete: the operation of this workload whose records it works on.'),
  read: z.string().default('id').describe('create: dotted path to the id in the JSON answer.'),
  found: lookedFor
    .optional()
    .describe('Lists the rows that carry :mark, where they are written; first column is the key. Default: as in `of`.'),
  back: z
    .strictObject({ in: name, sql: z.string().min(1) })
    .optional()
    .describe('The same in the state that the rollback leads to. Default: as in `found`.'),
});

export const workload = z
  .strictObject({
    users: name,
    in: name.describe('Service or route that the users reach.'),
    writes: z.int().min(1).max(1_000_000),
    perSecond: z.number().positive().optional().describe('Left out: as fast as it goes.'),
    seed: z.int().min(0).default(1),
    operations: z.record(name, operation),
    waive: z
      .strictObject({ by: name, why: z.string().min(1), upTo: z.int().min(1) })
      .optional()
      .describe('Who signs that so many acknowledged writes may be given up.'),
  })
  .describe('What simulated users do in the new state, and what of it may be given up.');
