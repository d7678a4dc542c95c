import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HttpError } from './http-error.js';

/** The rows of `documents`. Where a row's file lies is the release's affair. */
export function describeDocuments(release) {
  return {
    table: 'documents',
    columns: ['id', 'account_id', 'name', 'size', 'sha256', 'uploaded_by', 'created_at', ...release.documents.columns],
    own: '(uploaded_by = ? or account_id in (select id from accounts where owner_id = ?))',
  };
}

/** The row is committed last, so that no row stands without its file. */
export async function storeDocument(context, { user, name, accountId, content }) {
  const { store, docs, release } = context;
  const safeName = basename(name ?? '');
  if (safeName === '' || safeName.startsWith('.')) throw new HttpError(400, 'the parameter "name" must be a file name');
  const sha256 = createHash('sha256').update(content).digest('hex');
  return store.transaction(async (tx) => {
    const row = { account_id: accountId, name: safeName, size: content.length, sha256, uploaded_by: user?.id ?? null };
    const id = await tx.insert('documents', row);
    const place = release.documents.place({ id, name: safeName });
    const path = join(docs, place.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    for (const [column, value] of Object.entries(place.columns)) {
      await tx.change(`update documents set ${column} = ? where id = ?`, [value, id]);
    }
    return id;
  });
}

export async function readDocument({ docs, release }, document) {
  const path = release.documents.pathOf(document);
  if (path === null) throw new HttpError(404, `the file of document ${document.id} is not stored`);
  try {
    return await readFile(join(docs, path));
  } catch (error) {
    if (error.code === 'ENOENT') throw new HttpError(404, `the file of document ${document.id} is missing`);
    throw error;
  }
}

export async function removeFile({ docs, release }, document) {
  const path = release.documents.pathOf(document);
  if (path !== null) await rm(join(docs, path), { force: true });
}
