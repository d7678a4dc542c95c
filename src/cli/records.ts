import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { messageOf, RollproofError } from '../kernel/errors.ts';
import { type DrillRecord, recordSchema } from '../proof/record.ts';
import { type TrialRecord, trialRecordSchema } from '../proof/trial-record.ts';
import type { StateFolder } from './state.ts';

interface Listed<Kind extends string, Record> {
  readonly kind: Kind;
  readonly id: string;
  readonly startedAt: string;
  readonly record: Record;
  readonly folder: string;
}

export type ListedDrill = Listed<'drill', DrillRecord>;
export type ListedTrial = Listed<'trial', TrialRecord>;
export type ListedResult = ListedDrill | ListedTrial;

export interface UnreadableRecord {
  readonly id: string;
  readonly why: string;
}

export interface Listing<Result> {
  /** Oldest first. */
  readonly results: readonly Result[];
  /** A record that cannot be read is named, never left out silently. */
  readonly unreadable: readonly UnreadableRecord[];
}

export async function listResults(state: StateFolder): Promise<Listing<ListedResult>> {
  const [drills, trials] = await Promise.all([listDrills(state), listTrials(state)]);
  return {
    results: [...drills.results, ...trials.results].toSorted(
      (one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt),
    ),
    unreadable: [...drills.unreadable, ...trials.unreadable],
  };
}

/** By id, by the beginning of an id that fits one only, or `last`. */
export async function findResults(state: StateFolder, wanted: readonly string[]): Promise<readonly ListedResult[]> {
  const listing = await listResults(state);
  return wanted.map((name) => pick(listing, { name, state, what: 'drill or trial' }));
}

export async function findDrills(state: StateFolder, wanted: readonly string[]): Promise<readonly ListedDrill[]> {
  const listing = await listDrills(state);
  return wanted.map((name) => pick(listing, { name, state, what: 'drill' }));
}

/** Oldest first: every drill of a plan that has its record in the state folder. */
export async function drillsOfPlan(state: StateFolder, plan: string): Promise<Listing<ListedDrill>> {
  const { results, unreadable } = await listDrills(state);
  return { results: results.filter(({ record }) => record.plan.name === plan), unreadable };
}

export function listDrills(state: StateFolder): Promise<Listing<ListedDrill>> {
  return listFolder(state.drills, async (folder) => {
    const record = await readRecord(join(folder, 'record.json'), recordSchema);
    if (typeof record === 'string') return record;
    return { kind: 'drill', id: record.drill.id, startedAt: record.drill.startedAt, record, folder };
  });
}

function listTrials(state: StateFolder): Promise<Listing<ListedTrial>> {
  return listFolder(state.trials, async (folder) => {
    const record = await readRecord(join(folder, 'trial.json'), trialRecordSchema);
    if (typeof record === 'string') return record;
    return { kind: 'trial', id: record.trial.id, startedAt: record.trial.startedAt, record, folder };
  });
}

async function listFolder<Result extends ListedResult>(
  parent: string,
  read: (folder: string) => Promise<Result | string>,
): Promise<Listing<Result>> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []); // nothing ended here yet
  const results: Result[] = [];
  const unreadable: UnreadableRecord[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const found = await read(join(parent, entry.name));
    if (typeof found === 'string') unreadable.push({ id: entry.name, why: found });
    else results.push(found);
  }
  results.sort((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
  return { results, unreadable };
}

/** The record, or why it is none. */
async function readRecord<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema> | string> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return `${file} is no record of this version: ${issue === undefined ? '' : `${issue.path.join('.')} ${issue.message}`}`;
  } catch (error) {
    return `${file} cannot be read: ${messageOf(error)}`;
  }
}

interface Wanted {
  readonly name: string;
  readonly state: StateFolder;
  readonly what: string;
}

function pick<Result extends ListedResult>(
  { results, unreadable }: Listing<Result>,
  { name, state, what }: Wanted,
): Result {
  const damaged = unreadable.find(({ id }) => id === name);
  if (damaged !== undefined)
    throw new RollproofError('could-not-read', damaged.why, {
      hint: 'The record was changed or written by another version.',
    });
  const last = results.at(-1);
  if (name === 'last' && last !== undefined) return last;
  const fitting = results.filter(({ id }) => id.startsWith(name));
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) return only;
  throw new RollproofError(
    'usage-invalid',
    fitting.length === 0
      ? `there is no ${what} ${name} with a record in ${state.path}`
      : `${name} fits several: ${fitting.map(({ id }) => id).join(', ')}`,
    {
      hint: `rollproof report lists them${state.path.endsWith('.rollproof') ? '' : ` (with --state ${state.path})`}.`,
    },
  );
}
