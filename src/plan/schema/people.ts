import { z } from 'zod';
import { name, sqlProbe } from './scalars.ts';

export const person = z.strictObject({
  person: z.string().optional(),
  deputy: z.string().optional(),
  contacts: z.array(z.string()).optional(),
});

export const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  path: z.string().startsWith('/').describe('May hold {id} (of the thing created) and {user}.'),
  json: z.record(z.string(), z.unknown()).optional(),
  form: z.record(z.string(), z.string()).optional(),
  status: z.int().optional().describe('Expected status. Default: any 2xx.'),
  read: z.string().optional().describe('Dotted path into the JSON answer, such as id or items.0.id.'),
});
const ability = z.union([
  z.strictObject({ count: request }),
  z.strictObject({
    create: request,
    check: request.optional(),
    undo: request.optional(),
    found: z
      .strictObject({ in: name, sql: z.string(), table: z.string(), key: z.string() })
      .optional()
      .describe('Finds the created row in the store; :id is the id read from the answer.'),
  }),
]);
export const users = z.strictObject({
  list: sqlProbe.describe('One row a user; first column the login name, a second one the role where given.'),
  login: z.strictObject({
    in: name,
    form: z.string().startsWith('/'),
    user: z.string().default('user'),
    password: z.string().default('password'),
    status: z.int().optional(),
  }),
  signIn: z
    .union([
      z.strictObject({ resetInClone: z.strictObject({ in: name, sql: z.string(), password: z.string() }) }),
      z.strictObject({ passwords: z.strictObject({ file: z.string() }) }),
    ])
    .describe('Where passwords come from: reset by SQL in a throw-away clone, or a CSV file of user,password.'),
  can: z.record(name, ability).default({}),
  anonymous: z
    .array(z.string().startsWith('/'))
    .default([])
    .describe('Addresses tried without login, before and after.'),
  rate: z.strictObject({ perSecond: z.number().positive() }).optional(),
});
