import { z } from 'zod';
import { request } from './people.ts';
import { argv, duration, httpProbe, name, scalar, sqlProbe } from './scalars.ts';

export const phase = z.enum(['detect', 'decide', 'execute', 'restore', 'verify', 'communicate']);
const range = z.strictObject({ p50: duration, p90: duration });
/** One flat object instead of a union: its errors can name the one key that is wrong. `stepKindOf` says which kind it is. */
export const STEP_KINDS = [
  'run',
  'sql',
  'http',
  'backup',
  'restore',
  'release',
  'start',
  'stop',
  'route',
  'flow',
  'capture',
  'replay',
  'wait',
  'manual',
  'check',
  'message',
] as const;
const step = z.strictObject({
  id: name,
  run: argv.optional().describe('Runs a command. With `in`: with the address variables and files of that service.'),
  sql: z.string().optional().describe('Runs SQL on the store named by `in`.'),
  http: request.optional().describe('Sends a request to the service named by `in`.'),
  backup: z.array(name).min(1).optional().describe('Makes the restore point that carries the name of this step.'),
  formats: z.array(z.enum(['pg_dump', 'base-backup', 'tar'])).optional(),
  restore: z.array(name).min(1).optional().describe('Restores these stores from the restore point named by `from`.'),
  from: name.optional(),
  into: z.enum(['empty', 'over']).optional().describe('over: onto what is there. Default: empty.'),
  release: name.optional().describe('Swaps the release of a service; does not start it.'),
  to: name.optional(),
  start: name.optional(),
  jobs: z.enum(['held', 'running']).optional(),
  stop: name.optional(),
  route: name.optional(),
  flow: name.optional().describe('Starts or stops a flow, by `to: running` or `to: stopped`.'),
  capture: name.optional().describe('Finds out what was done in the new system: after the lock, before any restore.'),
  replay: name.optional().describe('Carries what was captured into the old system, with its jobs held.'),
  wait: z
    .union([sqlProbe.extend({ is: scalar }), httpProbe])
    .optional()
    .describe('Waits until this holds.'),
  manual: z.string().optional().describe('What a person does and confirms.'),
  observe: z.string().optional().describe('manual: what the person must note down.'),
  check: name.optional(),
  message: name.optional().describe('Sends a message; in a drill into its own inbox.'),
  in: name.optional(),
  phase: phase.optional(),
  owner: name.optional(),
  deputy: name.optional(),
  after: z
    .array(name)
    .optional()
    .describe('Steps that must have ended. Left out: the one written before. []: at once.'),
  always: z.boolean().optional().describe('Runs even when a step before it failed.'),
  when: z.strictObject({ failed: name }).optional().describe('Runs only if that step failed; skipped otherwise.'),
  onlyOn: z
    .strictObject({ in: name, sql: z.string().min(1), is: scalar })
    .optional()
    .describe('What must answer at the address that the step uses, asked just before it acts. Anything else stops it.'),
  else: name
    .optional()
    .describe(
      'Procedure that is carried out when this step fails. It leads to a state of its own, and that is verified.',
    ),
  expected: range.optional(),
  timeout: duration.optional(),
  retry: z.strictObject({ times: z.int().min(1).max(10), wait: duration.default('1s') }).optional(),
  repeat: z
    .union([
      z.enum(['safe', 'ask']),
      z.strictObject({ check: z.literal('doneWhen'), run: argv }),
      z.strictObject({ check: z.literal('doneWhen'), sql: z.string(), in: name, is: scalar }),
    ])
    .optional()
    .describe('What to do after a crash in the middle: safe to run again, check first, or ask a person.'),
  pointOfNoReturn: z.enum(['technical', 'data', 'business', 'contractual', 'time']).optional(),
  destructive: z.boolean().optional(),
  onTheNight: z.strictObject({ run: argv.optional(), text: z.string().optional() }).optional(),
});

export const procedure = z.strictObject({
  from: z.array(name).min(1).describe('States, or procedures that may be broken off, from which it starts.'),
  to: name,
  steps: z.array(step).min(1),
});
