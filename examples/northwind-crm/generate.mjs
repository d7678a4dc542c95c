/**
 * node generate.mjs --database URL --docs DIR [--scale 1] [--users 40] [--seed 7] [--next-run ISO]
 *
 * The legacy CRM: what ../crm-app makes, with the log of changes, the flows and their roles. The same scale and seed
 * give the same rows and bytes on every PostgreSQL from 14 on.
 */
import { readFile } from 'node:fs/promises';
import { runGenerator } from '../crm-app/generate.mjs';

await runGenerator({
  grow: async (tx) => {
    for (const file of ['app/flows-postgres.sql', 'generator/legacy.sql'])
      await tx.script(await readFile(new URL(file, import.meta.url), 'utf8'));
  },
});
