import { z } from 'zod';
import { duration, secretReference, sqlProbe } from './scalars.ts';

const webhook = z.strictObject({
  secret: secretReference.describe('Variable with the address to post to.'),
  shape: z.enum(['slack', 'teams', 'json']).default('json'),
});
const address = z.string().regex(/^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/, {
  error: 'write an e-mail address such as ada@example.com',
});
const mail = z.strictObject({
  to: z.array(address).min(1),
  from: address,
  server: z
    .strictObject({ secret: secretReference })
    .describe('Variable with the mail server: smtp://host:25 or smtps://user:password@host.'),
});

/** What `rollproof watch` looks at after the go-live beside the triggers, and whom it tells. */
export const watch = z.strictObject({
  lead: duration.optional().describe('Time that the messages before a rollback take.'),
  cost: z
    .strictObject({
      records: sqlProbe.describe('How many records were entered since the go-live and would have to be carried back.'),
      each: duration.optional().describe('Time to carry one of them back; it is added to the rollback.'),
    })
    .optional(),
  alert: z
    .array(z.union([z.strictObject({ webhook }), z.strictObject({ mail })]))
    .default([])
    .describe('Who is told, once for each change.'),
});
