import { z } from 'zod';
import { argv, duration, name, scalar } from './scalars.ts';

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

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

const labels = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'write the name of a label' }),
  z.union([
    z.string(),
    z.strictObject({ matches: z.string().refine(isPattern, { error: 'write a regular expression' }) }),
  ]),
);
const series = {
  name: z.string().regex(/^[A-Za-z_:][A-Za-z0-9_:]*$/, { error: 'write the name of a metric' }),
  labels: labels.optional().describe('Only series with these labels; `matches` takes a pattern for the whole value.'),
  take: z
    .enum(['sum', 'max', 'min'])
    .optional()
    .describe('What to make of several series. Left out: exactly one must fit.'),
};

export const trigger = z.strictObject({
  catalogue: z.string().optional().describe('Id in the catalogue, TR-01 … TR-26.'),
  in: name,
  step: name
    .optional()
    .describe(
      'How long this step of the procedure `in` has been at work, in per cent of its expected p90. Only in a drill.',
    ),
  sql: z.string().optional().describe('A query that answers one number.'),
  http: z
    .string()
    .startsWith('/')
    .optional()
    .describe('A GET request; `read`, `metric` or `measure` says what the number is.'),
  read: z.string().optional().describe('http: dotted path to the number in the JSON answer.'),
  metric: z
    .strictObject({
      ...series,
      per: z.strictObject(series).optional().describe('Divides by this one: a share.'),
    })
    .optional()
    .describe('http: a value out of a page of metrics in the text format of Prometheus.'),
  measure: z
    .enum(['status', 'time'])
    .optional()
    .describe('http: the status, 0 without any answer; or the milliseconds until the answer was there.'),
  run: argv.optional().describe('A command that prints one number.'),
  timeout: duration.optional().describe('How long one reading may take. Default: 30s.'),
  above: z.number().optional(),
  below: z.number().optional(),
  readings: z
    .int()
    .min(1)
    .default(2)
    .describe('So many readings must be red; so many in a row green to be clear again.'),
  within: z
    .int()
    .min(1)
    .optional()
    .describe('Among so many latest readings. Default: as many as `readings`, that is in a row.'),
  every: z.strictObject({ live: duration, drill: duration }),
  class: z.enum(['mandatory', 'decide', 'watch']).default('decide'),
  onTheNight: z
    .strictObject({ run: argv })
    .optional()
    .describe('run: the command that `rollproof watch` may run instead; it must only read.'),
});

export const allowedDifference = z.strictObject({
  in: name.optional(),
  table: z.string(),
  columns: z.array(z.string()).optional(),
  operations: z.array(z.enum(['insert', 'update', 'delete'])).min(1),
  max: z.int().min(0),
  why: z.string().min(1),
});
