import { access, copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { placeOf } from './placement.js';

const FROM = '10';
const TO = '11';

/**
 * Leads a database and its documents from schema 10 to 11. The database changes in one transaction. Files cannot take
 * part in it: they are copied before the commit and their old names removed after it, so a crash between leaves both
 * names, and a second call finishes the work.
 */
export async function migrate({ store, docs, log }) {
  const schema = (await store.first("select value from meta where key = 'schema'")).value;
  if (schema !== FROM && schema !== TO) throw new Error(`cannot migrate from schema ${schema}, only from ${FROM}`);
  if (schema === FROM) {
    const steps = await readSteps(store.engine);
    await store.transaction(async (tx) => {
      for (const [index, step] of steps.entries())
        await timed(log, `${index + 1}/${steps.length + 1} ${step.title}`, () => tx.script(step.sql));
      await timed(log, `${steps.length + 1}/${steps.length + 1} documents: copy to hashed names`, () =>
        copyDocuments(tx, docs),
      );
      await tx.change("update meta set value = ? where key = 'schema'", [TO]);
    });
    log(`schema is now ${TO}`);
  } else {
    log(`schema is already ${TO}`);
  }
  await timed(log, 'documents: remove old names, write index', () => tidyDocuments(store, docs));
  await timed(log, 'documents: letter templates', () => rewriteTemplates(docs));
}

async function readSteps(engine) {
  const text = await readFile(new URL(`./migrate-${engine}.sql`, import.meta.url), 'utf8');
  return text
    .split(/^-- step: /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { title: part.slice(0, end), sql: part.slice(end + 1) };
    });
}

async function timed(log, title, work) {
  const start = performance.now();
  const outcome = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  log(`${title}${outcome === undefined ? '' : ` (${outcome})`} ${seconds} s`);
}

function oldPlaceOf({ id, name }) {
  return `${id}-${name}`;
}

async function copyDocuments(tx, docs) {
  const documents = await tx.rows('select id, name from documents order by id');
  let missing = 0;
  for (const document of documents) {
    const path = placeOf(document);
    if (!(await exists(join(docs, oldPlaceOf(document))))) {
      missing += 1;
      continue;
    }
    await mkdir(dirname(join(docs, path)), { recursive: true });
    await copyFile(join(docs, oldPlaceOf(document)), join(docs, path));
    await tx.change('update documents set stored_as = ? where id = ?', [path, document.id]);
  }
  return `${documents.length - missing} files, ${missing} missing`;
}

async function tidyDocuments(store, docs) {
  const documents = await store.rows(
    'select id, name, stored_as from documents where stored_as is not null order by id',
  );
  for (const document of documents) await rm(join(docs, oldPlaceOf(document)), { force: true });
  const index = documents.map(({ id, name, stored_as }) => ({ id, name, file: stored_as }));
  await writeFile(join(docs, 'index.json'), `${JSON.stringify({ release: TO, documents: index }, null, 1)}\n`);
}

async function rewriteTemplates(docs) {
  const folder = join(docs, 'templates');
  const names = (await exists(folder)) ? await readdir(folder) : [];
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8');
    const rewritten = text.replaceAll('{{contact.name}}', '{{contact.first_name}} {{contact.last_name}}');
    if (rewritten !== text) await writeFile(join(folder, name), rewritten);
  }
}

function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
