import { z } from 'zod';
import { argv, duration, envName, name } from './scalars.ts';

/** What was done in the new system, and how it gets into the old one. */
export const delta = z.strictObject({
  from: name.describe('Database of the new system.'),
  to: name.describe('Database of the old system that takes it.'),
  tables: z.array(z.string()).min(1).describe('Tables that hold what people did, parents before children.'),
  keys: z
    .strictObject({ in: name, run: argv, as: envName })
    .optional()
    .describe(
      'Command that prints which old record each new one came from; its file is given to the program under this variable.',
    ),
  program: z
    .strictObject({
      from: z.string().describe('Folder or archive, relative to the plan.'),
      run: argv,
      uses: z.record(envName, name).default({}).describe('Environment variable → system whose address it gets.'),
      env: z.record(envName, z.string()).default({}),
      timeout: duration.default('30m'),
    })
    .describe(
      'Reads one JSON item a line, carries it over, answers one JSON line an item. Called again it must change nothing.',
    ),
  parkTo: name.describe(
    'Role that gets whatever nobody can explain, and what the program parks without naming an owner.',
  ),
  irreversible: z
    .array(z.strictObject({ what: z.string(), in: name, sql: z.string().min(1) }))
    .default([])
    .describe('What left the house: listed, because it cannot be taken back. One row each.'),
});
