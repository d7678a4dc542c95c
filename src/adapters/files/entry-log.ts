import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { brokenLinks, type Linked } from '../../kernel/chain.ts';
import type { Clock } from '../../kernel/clock.ts';
import { messageOf, RollproofError } from '../../kernel/errors.ts';

export interface EntryLogRead<Entry> {
  readonly entries: readonly Entry[];
  /** What cannot be read or was changed; the rest is shown all the same. */
  readonly troubles: readonly string[];
  /** Number of the last file that was read. What follows these entries must take the next one, and no later one. */
  readonly lastFile: number;
}

export interface EntryLog<Entry, Draft> {
  /** As messages call it: `night log`. */
  readonly called: string;
  /** Undefined: no entry of this format. */
  parse(value: unknown): Entry | undefined;
  /** The entries that follow those already written. */
  next(
    drafts: readonly Draft[],
    after: { readonly last: Entry | undefined; readonly recordedAt: string },
  ): readonly Entry[];
}

const NAME = /^\d{6}\.ndjson$/;
const TRIES = 50;

/** Oldest first. A folder that does not exist holds nothing. */
export async function readEntries<Entry extends Linked>(
  folder: string,
  parse: EntryLog<Entry, never>['parse'],
): Promise<EntryLogRead<Entry>> {
  const names = (await readdir(folder).catch(emptyIfMissing)).filter((name) => NAME.test(name)).toSorted();
  const entries: Entry[] = [];
  const troubles: string[] = [];
  for (const name of names) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n').filter((line) => line !== '');
    lines.forEach((line, index) => {
      const entry = entryIn(line, parse);
      if (entry === undefined) troubles.push(`${name}:${index + 1} is no entry of this format`);
      else entries.push(entry);
    });
  }
  troubles.push(
    ...brokenLinks(entries).map(
      (number) => `entry ${number} does not follow the one before it: something was changed or removed`,
    ),
  );
  return { entries, troubles, lastFile: Number(names.at(-1)?.slice(0, 6) ?? 0) };
}

interface Place<Entry, Draft> {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: EntryLog<Entry, Draft>;
}

/**
 * Each writing is a file of its own with the next number, made whole elsewhere and then linked to its name: whole or not at
 * all, and never over another one. Whoever loses the race reads again and takes the next number.
 */
export async function appendEntries<Entry extends Linked, Draft>(
  place: Place<Entry, Draft>,
  drafts: readonly Draft[],
): Promise<readonly Entry[]> {
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const written = await tryAppend(place, drafts);
    if (written !== undefined) return written;
  }
  throw new RollproofError('already-running', `others keep writing to ${place.folder}`, { hint: 'Try again.' });
}

async function tryAppend<Entry extends Linked, Draft>(
  { folder, clock, log }: Place<Entry, Draft>,
  drafts: readonly Draft[],
): Promise<readonly Entry[] | undefined> {
  const { entries, troubles, lastFile } = await readEntries(folder, (value) => log.parse(value));
  if (troubles.length > 0)
    throw new RollproofError('could-not-read', `the ${log.called} in ${folder} is not whole: ${troubles.join('; ')}`, {
      hint: 'Nothing is added behind entries that cannot be trusted. Keep that folder as it is and name another --state.',
    });
  const made = log.next(drafts, { last: entries.at(-1), recordedAt: new Date(clock.wallMs()).toISOString() });
  const draft = join(folder, `.${process.pid}-${clock.monotonicMs()}.new`);
  await writeDown(draft, `${made.map((entry) => JSON.stringify(entry)).join('\n')}\n`);
  try {
    await link(draft, join(folder, `${String(lastFile + 1).padStart(6, '0')}.ndjson`));
    await syncFolder(folder);
    return made;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw new RollproofError('environment-not-ready', `${folder} cannot be written: ${messageOf(error)}`, {
      hint: 'Make the state folder writable, or name another one with --state.',
      cause: error,
    });
  } finally {
    await rm(draft, { force: true });
  }
}

function entryIn<Entry>(line: string, parse: (value: unknown) => Entry | undefined): Entry | undefined {
  try {
    return parse(JSON.parse(line));
  } catch {
    return undefined; // named by the caller
  }
}

async function writeDown(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The new name is on disk too when this resolves. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function emptyIfMissing(error: unknown): readonly string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
