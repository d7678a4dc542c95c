import { z } from 'zod';
import { duration, name } from './scalars.ts';
import { twist } from './twists.ts';

/** A go-live that is broken off: carried out up to this step and what it waits for, and never further. */
const brokenOff = z.strictObject({
  during: name.describe('Procedure that is broken off.'),
  step: name.describe('Its last step that is carried out.'),
});
const fault = z.strictObject({
  id: z.string().regex(/^[A-Z]{2}-\d{2}$/, { error: 'write a catalogue id such as DC-04' }),
  in: name.optional().describe('Store that is damaged.'),
  flow: name.optional().describe('Flow that fails.'),
  table: z.string().optional(),
  column: z.string().optional(),
  rate: z
    .string()
    .regex(/^\d+(\.\d+)?%$/, { error: 'write a share such as 1%' })
    .optional(),
  seed: z.int().min(0).default(1),
  does: z
    .enum(['write', 'fire', 'arm'])
    .optional()
    .describe('IF-17: what the forgotten job does again and again. Default: write as the principal of the flow.'),
  work: z
    .strictObject({ in: name, sql: z.string().min(1) })
    .optional()
    .describe('IF-18: a statement that gives the flow something to carry, once the fault is there.'),
});
/** What a drill claims, in the order in which it is shown. */
export const claimName = z.enum([
  'data',
  'files',
  'function',
  'access',
  'flows',
  'loss',
  'detection',
  'decision',
  'time',
  'communication',
]);
export const scenario = z.strictObject({
  kind: z.enum(['S0', 'S1', 'S2', 'S3']),
  at: z
    .union([name, brokenOff])
    .describe('State to return from, or the step of the go-live at which it is broken off.'),
  goLive: name.optional().describe('Procedure that performs the go-live. Default: the one that leads to `at`.'),
  restorePoint: name
    .optional()
    .describe('Restore point that the environment is built from. Default: the first of each store.'),
  workload: z.array(name).default([]).describe('What simulated users do once the new state is verified.'),
  faults: z.array(fault).default([]),
  twists: z.array(twist).default([]).describe('What goes wrong around or inside the rollback.'),
  rollback: name,
  detectWithin: duration.optional(),
  watch: duration.default('2s').describe('Quiet time after opening, before the second reading.'),
  requires: z.array(claimName).default([]).describe('Claims required beyond those of its kind.'),
});

export const waiver = z.strictObject({ rule: z.string(), at: z.string().optional(), why: z.string().min(1) });
