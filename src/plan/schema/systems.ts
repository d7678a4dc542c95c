import { z } from 'zod';
import { argv, envName, name, scalar, secretReference, size, duration, sqlProbe } from './scalars.ts';

const restorePointSource = z.strictObject({
  format: z.enum(['pg_dump', 'base-backup', 'tar']),
  path: z.string().describe('File or folder, relative to the plan.'),
  wal: z.string().optional().describe('base-backup: folder with further WAL segments.'),
  globals: z.string().optional().describe('pg_dump: file written by pg_dumpall --globals-only.'),
  baseline: z
    .string()
    .optional()
    .describe(
      'File written by rollproof baseline capture on the source while this backup was made: shows that it is complete.',
    ),
});
const restorePoints = z
  .record(name, z.array(restorePointSource).min(1))
  .describe('Name of each restore point and the forms it exists in; the first that can be restored here is used.');

const production = z
  .strictObject({ size: size.optional(), note: z.string().optional() })
  .describe('What this system is on the night.');
const url = z
  .string()
  .regex(/^https?:\/\/[^\s@]+$/, { error: 'write an address such as https://crm.example.com, without a password' })
  .optional()
  .describe('Where `rollproof watch` reads it.');
const reachable = z
  .strictObject({ size: size.optional(), note: z.string().optional(), url })
  .describe('What this system is on the night.');
const readable = z
  .strictObject({
    size: size.optional(),
    note: z.string().optional(),
    read: z
      .strictObject({ secret: secretReference })
      .optional()
      .describe('Where `rollproof watch` reads it: address of a role that cannot write.'),
  })
  .describe('What this system is on the night.');

const postgres = z.strictObject({
  kind: z.literal('postgres'),
  database: z.string().default('app').describe('Name of the database that the programs use.'),
  user: z.string().optional().describe('Role that the programs connect as. Default: the owner of the database.'),
  initial: z
    .literal('empty')
    .optional()
    .describe('It does not exist yet before the go-live: the drill begins with it empty.'),
  restorePoints: restorePoints.optional(),
  production: readable.optional(),
  exact: z.array(z.string()).optional().describe('Tables in which nothing may change by itself.'),
  gapless: z.array(z.string()).optional().describe('Sequences that may not even be ahead.'),
});
const directory = z.strictObject({
  kind: z.literal('directory'),
  samePointAs: name.optional(),
  initial: z
    .literal('empty')
    .optional()
    .describe('It does not exist yet before the go-live: the drill begins with it empty.'),
  restorePoints: restorePoints.optional(),
  production: production.optional(),
});
const release = z.strictObject({
  from: z.string().describe('Folder or archive of the release, relative to the plan.'),
  run: argv,
  expects: z
    .strictObject({ in: name, sql: z.string(), is: scalar })
    .optional()
    .describe('What the store must say for this release: the version check of program against database.'),
});
const service = z.strictObject({
  kind: z.literal('service'),
  uses: z
    .record(envName, name)
    .default({})
    .describe('Environment variable → system whose address it gets; of a flow, that of its proxy.'),
  env: z.record(envName, z.string()).default({}),
  port: envName.default('PORT').describe('Environment variable that tells the program on which TCP port to listen.'),
  ready: z.strictObject({ http: z.string().startsWith('/'), within: duration.default('30s') }),
  jobs: z
    .strictObject({ hold: argv, release: argv, stored: sqlProbe.optional() })
    .optional()
    .describe('How its background jobs are held and released, and where those stored in the data are listed.'),
  memory: size.optional().describe('Memory limit of the program in the drill.'),
  releases: z.record(name, release),
  production: reachable.optional(),
});
/** Somebody else's system. The drill puts a program of the plan in its place; nobody outside is ever reached. */
const endpoint = z.strictObject({
  kind: z.literal('endpoint'),
  from: z.string().describe('Folder or archive of the program that stands for it, relative to the plan.'),
  run: argv,
  uses: z.record(envName, name).default({}).describe('Environment variable → system or flow whose address it gets.'),
  env: z.record(envName, z.string()).default({}),
  port: envName.default('PORT'),
  ready: z.strictObject({ http: z.string().startsWith('/'), within: duration.default('30s') }),
  production: reachable.optional(),
});
const route = z.strictObject({ kind: z.literal('route'), to: z.array(name).min(1), production: reachable.optional() });
export const system = z.discriminatedUnion('kind', [postgres, directory, service, endpoint, route]);
