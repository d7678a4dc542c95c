import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../kernel/errors.ts';
import { tabletopRecord, type TabletopRecord } from '../../people/tabletop/tabletop.ts';
import type { StateFolder } from '../state.ts';
import { beginFile } from '../whole-file.ts';

export interface Tabletops {
  /** Oldest first. */
  readonly records: readonly TabletopRecord[];
  /** A record that cannot be read is named, never left out silently. */
  readonly unreadable: readonly { readonly id: string; readonly why: string }[];
}

export async function listTabletops(state: StateFolder): Promise<Tabletops> {
  const entries = await readdir(state.tabletops, { withFileTypes: true }).catch(() => []); // nobody walked yet
  const records: TabletopRecord[] = [];
  const unreadable: Tabletops['unreadable'][number][] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const file = fileOf(state, entry.name);
    const read = await readOne(file);
    if (typeof read === 'string') unreadable.push({ id: entry.name, why: read });
    else records.push(read);
  }
  records.sort((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
  return { records, unreadable };
}

export async function keepTabletop(state: StateFolder, record: TabletopRecord): Promise<void> {
  await mkdir(join(state.tabletops, record.id), { recursive: true, mode: 0o700 });
  const file = await beginFile(fileOf(state, record.id));
  try {
    await file.handle.writeFile(`${JSON.stringify(record, null, 1)}\n`);
    await file.finish();
  } finally {
    await file.discard();
  }
}

export function fileOf(state: StateFolder, id: string): string {
  return join(state.tabletops, id, 'tabletop.json');
}

async function readOne(file: string): Promise<TabletopRecord | string> {
  try {
    const parsed = tabletopRecord.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (parsed.success) return parsed.data;
    return `${file} is no tabletop record of this version: ${parsed.error.issues[0]?.message ?? ''}`;
  } catch (error) {
    return `${file} cannot be read: ${messageOf(error)}`;
  }
}
