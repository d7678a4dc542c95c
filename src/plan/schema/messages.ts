import { z } from 'zod';
import { GATES, TEMPLATE_IDS } from '../../catalogue/message-templates.ts';
import { duration, name, sqlProbe } from './scalars.ts';

const address = z
  .string()
  .regex(/^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/, { error: 'write an e-mail address such as ada@example.com' });
const line = z.string().regex(/^[^\r\n]+$/, { error: 'write one line of text' });

/** Exactly one of the three; `references-messages.ts` says so with the names. */
export const audience = z.strictObject({
  list: sqlProbe.optional().describe('One row a person; first column the address, a second one the name where given.'),
  addresses: z.array(address).min(1).optional(),
  roles: z.array(name).min(1).optional().describe('Roles of the team: the addresses among their contacts.'),
});

const production = z
  .strictObject({
    note: z.string().optional(),
    secret: z
      .string()
      .regex(/^env:[A-Z][A-Z0-9_]*$/, { error: 'write a reference such as env:CHAT_HOOK, never the secret itself' })
      .optional(),
  })
  .describe('What this channel is on the night. A drill sends only into its own inbox.');
export const channel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('smtp'), production: production.optional() }),
  z.strictObject({
    kind: z.literal('webhook'),
    shape: z.enum(['slack', 'teams', 'json']),
    production: production.optional(),
  }),
]);

export const message = z.strictObject({
  template: z.enum(TEMPLATE_IDS).optional().describe('Wording of Rollproof, C1 to C8. Else write subject and text.'),
  subject: line.optional(),
  text: z.string().min(1).optional().describe('May hold fields in braces.'),
  kind: z
    .enum(['news', 'success'])
    .optional()
    .describe('Of an own text. success: says that something works again, so it waits for `verified`. Default: news.'),
  audience: name,
  channel: name,
  otherwise: name.optional().describe('Channel that is used when nobody could be reached by the first one.'),
  fields: z
    .record(
      z.string().regex(/^[a-z][A-Za-z0-9]*$/, { error: 'write the name of a field as it stands in braces' }),
      line,
    )
    .default({}),
  after: z.enum(GATES).optional().describe('What must have happened before. Templates have a gate of their own.'),
  within: duration.optional().describe('How long after that it must have been delivered.'),
  acknowledge: z.boolean().default(false).describe('Every recipient gets a link of their own to acknowledge with.'),
});
