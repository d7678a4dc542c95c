import { z } from 'zod';
import { argv, duration, name, scalar } from './scalars.ts';

const storeState = z.strictObject({
  equals: z.string().optional().describe('Name of a restore point: the store must be as it was then, row by row.'),
  untouched: z
    .union([
      z.boolean(),
      z.strictObject({
        since: z.enum(['baseline', 'live', 'stop']),
        writers: z.array(name).default([]).describe('Services and user groups whose own work may change it.'),
      }),
    ])
    .optional()
    .describe('Nothing may have changed since the baseline, since the new state, or since the flows were stopped.'),
  checks: z.array(name).optional(),
});
const serviceState = z.strictObject({
  release: name.optional(),
  is: z.enum(['running', 'stopped']).optional(),
  checks: z.array(name).optional(),
});
const systemState = z.union([storeState.extend(serviceState.shape), name]);
export const state = z.strictObject({
  systems: z.record(name, systemState),
  flows: z.record(name, z.enum(['running', 'stopped'])).default({}),
  access: z.array(name).default([]).describe('User groups whose access is swept in this state.'),
});

const comparison = {
  is: scalar.optional(),
  sameAs: z.literal('before').optional().describe('Must be as it was when the baseline was sealed.'),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
};
export const check = z.strictObject({
  in: name,
  sql: z.string().optional(),
  http: z.string().startsWith('/').optional(),
  status: z.int().optional(),
  read: z.string().optional(),
  run: argv.optional(),
  timeout: duration.default('30s'),
  catalogue: z.string().optional(),
  ...comparison,
});

export const trigger = z.strictObject({
  catalogue: z.string().optional().describe('Id in the catalogue, TR-01 … TR-26.'),
  in: name,
  sql: z.string().describe('A query that answers one number.'),
  above: z.number().optional(),
  below: z.number().optional(),
  readings: z.int().min(1).default(2).describe('Readings in a row that must be red.'),
  every: z.strictObject({ live: duration, drill: duration }),
  class: z.enum(['mandatory', 'decide', 'watch']).default('decide'),
});

export const allowedDifference = z.strictObject({
  in: name.optional(),
  table: z.string(),
  columns: z.array(z.string()).optional(),
  operations: z.array(z.enum(['insert', 'update', 'delete'])).min(1),
  max: z.int().min(0),
  why: z.string().min(1),
});
