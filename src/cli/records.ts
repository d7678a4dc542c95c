import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, RollproofError } from '../kernel/errors.ts';
import { type DrillRecord, recordSchema } from '../proof/record.ts';
import type { StateFolder } from './state.ts';

export interface ListedRecord {
  readonly record: DrillRecord;
  readonly folder: string;
}

export interface UnreadableRecord {
  readonly drill: string;
  readonly why: string;
}

/** Oldest first. A record that cannot be read is named, never left out silently. */
export async function listRecords(
  state: StateFolder,
): Promise<{ readonly records: readonly ListedRecord[]; readonly unreadable: readonly UnreadableRecord[] }> {
  const entries = await readdir(state.drills, { withFileTypes: true }).catch(() => []); // nothing was drilled here yet
  const records: ListedRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const read = await readRecord(state.resultsOf(entry.name));
    if (typeof read === 'string') unreadable.push({ drill: entry.name, why: read });
    else records.push({ record: read, folder: state.resultsOf(entry.name) });
  }
  records.sort((one, other) => Date.parse(one.record.drill.startedAt) - Date.parse(other.record.drill.startedAt));
  return { records, unreadable };
}

async function readRecord(folder: string): Promise<DrillRecord | string> {
  const file = join(folder, 'record.json');
  try {
    const parsed = recordSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return `${file} is no record of this version: ${issue === undefined ? '' : `${issue.path.join('.')} ${issue.message}`}`;
  } catch (error) {
    return `${file} cannot be read: ${messageOf(error)}`;
  }
}

/** By id, by the beginning of an id that fits one drill only, or `last`. */
export async function findRecords(state: StateFolder, wanted: readonly string[]): Promise<readonly ListedRecord[]> {
  const { records, unreadable } = await listRecords(state);
  return wanted.map((name) => {
    const damaged = unreadable.find(({ drill }) => drill === name);
    if (damaged !== undefined)
      throw new RollproofError('could-not-read', damaged.why, {
        hint: 'The record was changed or written by another version.',
      });
    const last = records.at(-1);
    if (name === 'last' && last !== undefined) return last;
    const fitting = records.filter(({ record }) => record.drill.id.startsWith(name));
    const [only] = fitting;
    if (fitting.length === 1 && only !== undefined) return only;
    throw new RollproofError(
      'usage-invalid',
      fitting.length === 0
        ? `there is no drill ${name} with a record in ${state.path}`
        : `${name} fits several drills: ${fitting.map(({ record }) => record.drill.id).join(', ')}`,
      {
        hint: `rollproof report lists them${state.path.endsWith('.rollproof') ? '' : ` (with --state ${state.path})`}.`,
      },
    );
  });
}
