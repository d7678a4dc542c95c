import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerLayout } from './configuration.ts';

/** Where a tablespace's files belong. Beside the data directory: the server wants a link to a place outside of it. */
export async function prepareTablespace(layout: ServerLayout, oid: string): Promise<string> {
  const into = join(layout.tablespaceFolder, oid);
  const link = join(layout.dataFolder, 'pg_tblspc', oid);
  await mkdir(into, { recursive: true, mode: 0o700 });
  await mkdir(join(layout.dataFolder, 'pg_tblspc'), { recursive: true, mode: 0o700 });
  await rm(link, { force: true, recursive: true });
  await symlink(into, link);
  return into;
}

/** Our backups hold tablespaces as folders in place of their links; recovery accepts only links. */
export async function linkTablespaces(layout: ServerLayout): Promise<void> {
  const place = join(layout.dataFolder, 'pg_tblspc');
  for (const entry of await readdir(place, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory()) continue;
    const arrived = join(place, `${entry.name}.arrived`);
    await rename(join(place, entry.name), arrived);
    const into = await prepareTablespace(layout, entry.name);
    await rm(into, { recursive: true });
    await rename(arrived, into);
  }
}
