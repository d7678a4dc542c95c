import { createHash } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beQuiet } from './engine-postgres.js';
import { CROSSWALK, ENTITIES, NEXT_BATCH } from './load-postgres.js';
import { placeOf } from './placement.js';
import { openStore } from './store.js';

/** `load all`, or `load` with one table of the legacy CRM. May be called again, also after it was interrupted. */
export const LOADS = Object.fromEntries(
  [...Object.keys(ENTITIES), 'all'].map((name) => [`load ${name}`, (program) => load(program, name)]),
);

async function load(program, name) {
  const legacy = await openStore(program.around.legacyDatabaseUrl());
  try {
    const tables = name === 'all' ? Object.keys(ENTITIES) : name === 'accounts' ? ['users', 'accounts'] : [name];
    for (const table of tables) await loadTable(program, { legacy, table });
  } finally {
    await legacy.close();
  }
}

async function loadTable({ store, around }, { legacy, table }) {
  const entity = ENTITIES[table];
  const counts = { read: 0, loaded: 0, missing: 0 };
  for (let last = 0; ; ) {
    const batch = (await legacy.rows(NEXT_BATCH(table), [last, around.loadBatch])).map(({ row }) => row);
    if (batch.length === 0) break;
    if (entity.hasFiles) counts.missing += await copyFiles(around, batch);
    const json = JSON.stringify(batch);
    await store.transaction(async (tx) => {
      await beQuiet(tx);
      counts.loaded += await tx.change(entity.sql, [json]);
      await tx.change(CROSSWALK(table, entity.into), [json]);
    });
    counts.read += batch.length;
    last = batch.at(-1).id;
    if (around.loadDelayMs > 0) await delay(around.loadDelayMs);
  }
  const files = entity.hasFiles ? `, ${counts.missing} files missing` : '';
  console.log(`${table}: ${counts.read} read, ${counts.loaded} new in ${entity.into}${files}`);
}

/** Copied before the rows are committed, so no row stands without a file that could be had. */
async function copyFiles(around, batch) {
  let missing = 0;
  for (const document of batch) {
    document.path = placeOf({ id: keyOf('documents', document.id), name: document.name });
    const to = join(around.docs(), document.path);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(join(around.legacyDocs(), `${document.id}-${document.name}`), to).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
      missing += 1;
    });
  }
  return missing;
}

/** The same key as in load-postgres.js. */
function keyOf(table, id) {
  return createHash('md5')
    .update(`${table}/${id}`)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** For the way back: which record was made from which. */
export async function printCrosswalk({ store }) {
  const rows = await store.rows(
    'select legacy_table, legacy_id, new_id, legacy_version from crosswalk order by legacy_table, legacy_id',
  );
  const lines = rows.map((row) => Object.values(row).join(','));
  process.stdout.write(`${['legacy_table,legacy_id,new_id,legacy_version', ...lines].join('\n')}\n`);
}
