import { z } from 'zod';
import { argv, duration, name } from './scalars.ts';

const probe = z
  .strictObject({
    in: name,
    sql: z.string().min(1).optional(),
    http: z.string().startsWith('/').optional(),
    read: z.string().optional(),
    run: argv.optional(),
  })
  .describe('One value: a query, an address with the value to read out of its answer, or what a command prints.');
const command = z.strictObject({ in: name, run: argv, timeout: duration.default('1m') });

/** An integration. What must hold when it is stopped is told by named checks, so that each can also be asked alone. */
export const flow = z.strictObject({
  from: name.describe('System whose work it is to send: a service, or an endpoint.'),
  to: name.describe('System that receives: a service, an endpoint or a directory.'),
  replaces: name.optional().describe('Flow that did this before the go-live.'),
  principal: z
    .strictObject({ in: name, role: z.string().optional(), path: z.string().optional() })
    .describe('Who writes for it: a role in a database, or the folder below which it writes in a directory.'),
  start: command,
  stop: command,
  armed: name.describe('Check that holds while the flow is armed.'),
  stopped: z
    .strictObject({
      producer: name.optional().describe('Check that its producer is disabled.'),
      credential: name.optional().describe('Check that its credential is disabled.'),
      told: name.optional().describe('Check that the other side knows: asked there, not here.'),
      nothingRearms: z.array(name).default([]).describe('Checks that no timer, watchdog or deployment arms it again.'),
    })
    .default({ nothingRearms: [] }),
  inFlight: z
    .strictObject({ in: name, sql: z.string().min(1) })
    .optional()
    .describe('One row for each message under way; the first column names it.'),
  watermark: z
    .strictObject({
      from: probe,
      to: probe,
      reset: z
        .strictObject({ in: name, sql: z.string().min(1) })
        .optional()
        .describe('IF-19: the statement by which the sender forgets how far it came.'),
    })
    .optional()
    .describe('How far each side has come.'),
  counts: z.strictObject({ sent: probe, received: probe }).optional(),
  canary: command.optional().describe('Sends one marked message all the way and ends with 0 when it was seen.'),
  fire: command.optional().describe('Does the work of one round now: shows that a slow flow does nothing any more.'),
  tell: name
    .optional()
    .describe('Message that tells the other side once the flow is stopped. Instead of `stopped.told`, or beside it.'),
  changes: z
    .strictObject({
      become: z.enum(['kept', 'parked', 'compensated']),
      owner: name.optional().describe('parked: role that gets the list.'),
    })
    .optional()
    .describe('What becomes of what it wrote after the go-live when only the flow is taken back.'),
  schedule: z.strictObject({ live: duration, drill: duration }).describe('How often it works.'),
});
