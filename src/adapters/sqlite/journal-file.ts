import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isRollproofError, messageOf, RollproofError } from '../../kernel/errors.ts';

/** Raised when the tables change; files of older versions are brought up to it, files of newer ones refused. */
const FORMAT = 1;

/** For another process that is just writing; one write takes about a millisecond. */
const BUSY_MS = 10_000;

/**
 * All journals of a state folder in one SQLite file. WAL with synchronous=FULL: an event is on disk when `append`
 * resolves (measured 0.2–1.4 ms), so `kill -9` loses nothing that was acknowledged.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS drill (
    id TEXT PRIMARY KEY,
    opened_at_ms INTEGER NOT NULL,
    owner_pid INTEGER NOT NULL,
    owner_start TEXT NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS event (
    drill TEXT NOT NULL REFERENCES drill (id),
    seq INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    monotonic_ms REAL NOT NULL,
    boot_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (drill, seq)
  ) STRICT;
  PRAGMA user_version = ${FORMAT};
`;

export function openJournalFile(file: string): DatabaseSync {
  return guarded(file, 'opened', () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // SQLite gives its own companions the mode of the file.
    closeSync(openSync(file, 'a', 0o600));
    const database = new DatabaseSync(file, { timeout: BUSY_MS });
    try {
      prepare(database, file);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function prepare(database: DatabaseSync, file: string): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  writing(database, () => {
    const format = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (format > FORMAT) {
      throw new RollproofError('environment-not-ready', `the journal ${file} was written by a newer Rollproof`, {
        hint: 'Use that version, or name another state folder with --state.',
      });
    }
    // Also in a file that is up to date: a read-only one must be refused now, not in the middle of a drill.
    database.exec(TABLES);
  });
}

/** One transaction that holds the write lock from its beginning. */
export function writing(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    // A full disk may have rolled it back already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Makes what SQLite or the file system throws say which journal, what could not be done, and what to do about it. */
export function guarded<T>(file: string, what: 'opened' | 'read' | 'written', work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isRollproofError(error)) throw error;
    throw new RollproofError(
      what === 'read' ? 'could-not-read' : 'environment-not-ready',
      `the journal ${file} cannot be ${what}: ${messageOf(error)}`,
      { hint: hintFor(error), cause: error },
    );
  }
}

const BUSY = 5;
const DAMAGED: readonly number[] = [11, 26];
const FULL = 13;
const CONSTRAINT = 19;

/** Result codes: sqlite.org/rescode.html; the lower byte is the primary one. */
function hintFor(error: unknown): string {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (code === BUSY) return 'Another process keeps it locked: wait for it, or end it.';
  if (code === FULL) return 'Free some space on that disk.';
  if (code === CONSTRAINT) return 'Another process writes to the same drill: end it.';
  if (DAMAGED.includes(code))
    return 'The file is damaged: move it away, then remove what its drills left with: rollproof clean';
  return 'Make the state folder writable, or name another one with --state.';
}
