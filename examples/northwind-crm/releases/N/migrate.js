import { readFile } from 'node:fs/promises';

/** Makes the schema in an empty database, in one transaction. The data come with `load`. */
export async function migrate({ store }) {
  const { exists } = await store.first("select to_regclass('public.meta') is not null as exists");
  if (exists) {
    const { value } = await store.first("select value from meta where key = 'schema'");
    if (value !== 'N') throw new Error(`the database is not empty: it has schema ${value}`);
    console.log('schema is already N');
    return;
  }
  await store.transaction(async (tx) => {
    for (const name of ['flows', 'schema'])
      await tx.script(await readFile(new URL(`./${name}-${store.engine}.sql`, import.meta.url), 'utf8'));
  });
  console.log('schema is now N');
}
