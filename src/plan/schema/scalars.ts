import { z } from 'zod';
import { parseDuration } from '../../kernel/duration.ts';
import { parseSize } from '../../kernel/size.ts';

export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, { error: 'write a duration such as 45m, 1h30m or 20s' })
  .describe('A duration: 250ms, 20s, 45m, 1h30m, 2d.');
export const size = z
  .string()
  .refine((text) => parseSize(text) !== undefined, { error: 'write a size such as 412GiB or 500MB' })
  .describe('A size in bytes: 500MB, 412GiB, 1.7TB.');
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'write a name of lower-case letters, digits and hyphens' })
  .describe('A name: lower-case letters, digits, hyphens.');
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/, {
    error: 'write a time with its zone, such as 2026-12-04T18:00+01:00',
  })
  .refine((text) => !Number.isNaN(Date.parse(text)), {
    error: 'write a time that exists, such as 2026-12-04T18:00+01:00',
  })
  .describe('A time with its zone: 2026-12-04T18:00+01:00.');
export const argv = z
  .array(z.string(), { error: 'write the command as a list: [node, app.js, migrate]' })
  .min(1)
  .describe('A command as a list of words; no shell reads it.');
export const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const envName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'write the name of an environment variable' });

export const secretReference = z
  .string()
  .regex(/^env:[A-Za-z_][A-Za-z0-9_]*$/, { error: 'write a reference such as env:PROD_RO, never the secret itself' })
  .describe('Reference to a secret: env:NAME of an environment variable.');

export const sqlProbe = z
  .strictObject({ in: name, sql: z.string().min(1) })
  .describe('A query on one of the systems; read-only.');
export const httpProbe = z
  .strictObject({ in: name, http: z.string().startsWith('/'), status: z.int().optional() })
  .describe('A GET request to one of the services.');
