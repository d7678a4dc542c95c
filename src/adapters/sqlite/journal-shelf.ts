import { readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Instant } from '../../kernel/clock.ts';
import { instantOf } from '../../kernel/clock.ts';
import { invariant, messageOf, RollproofError } from '../../kernel/errors.ts';
import {
  type DrillEvent,
  isDrillEvent,
  type Journal,
  type JournalShelf,
  type JournalSummary,
  type Recorded,
} from '../../journal/journal.ts';
import { guarded, openJournalFile, writing } from './journal-file.ts';

/** Throws `environment-not-ready` when the file cannot be opened or written. */
export function openJournalShelf(file: string, clock: Clock): JournalShelf {
  const database = openJournalFile(file);
  const shelf: Shelf = { database, file, clock };
  return {
    open: async (drill, options) =>
      guarded(file, 'written', () => openJournal(shelf, { drill, create: options.create })),
    list: async () => guarded(file, 'read', () => listJournals(database)),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

interface Shelf {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly clock: Clock;
}

interface Owner {
  readonly pid: number;
  readonly startTime: string;
}

interface Opening {
  readonly drill: string;
  readonly create: boolean;
}

function openJournal(shelf: Shelf, opening: Opening): Journal & { close(): Promise<void> } {
  const { database, file, clock } = shelf;
  const { drill } = opening;
  const owner: Owner = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  writing(database, () => claim(shelf, opening, owner));
  const append = appender(database, drill);
  let isOpen = true;
  return {
    append: async (event) => {
      invariant(isOpen, `drill ${drill} was given up by this process, so nothing is appended to its journal`);
      const at = instantOf(clock);
      return guarded(file, 'written', () => ({ ...event, seq: append(event, at), at }));
    },
    read: async () => guarded(file, 'read', () => readEvents(database, drill)),
    close: async () => {
      if (isOpen && database.isOpen) guarded(file, 'written', () => giveUp(database, drill, owner));
      isOpen = false;
    },
  };
}

/** One process at a time holds a drill; a dead owner (pid gone, or another start time) holds nothing. */
function claim({ database, clock }: Shelf, { drill, create }: Opening, owner: Owner): void {
  const row = database.prepare('SELECT owner_pid, owner_start FROM drill WHERE id = ?').get(drill);
  if (row === undefined && !create) {
    throw new RollproofError('usage-invalid', `there is no drill ${drill}`, {
      hint: 'List them with: rollproof env list',
    });
  }
  if (row === undefined) {
    database
      .prepare('INSERT INTO drill (id, opened_at_ms, owner_pid, owner_start) VALUES (?, ?, ?, ?)')
      .run(drill, clock.wallMs(), owner.pid, owner.startTime);
    return;
  }
  const holder: Owner = { pid: Number(row['owner_pid']), startTime: String(row['owner_start']) };
  if (holder.pid !== owner.pid && isAlive(holder)) {
    throw new RollproofError('already-running', `drill ${drill} is being run by process ${holder.pid}`, {
      hint: 'Wait for it, or end that process.',
    });
  }
  database
    .prepare('UPDATE drill SET owner_pid = ?, owner_start = ? WHERE id = ?')
    .run(owner.pid, owner.startTime, drill);
}

function giveUp(database: DatabaseSync, drill: string, owner: Owner): void {
  database
    .prepare("UPDATE drill SET owner_pid = 0, owner_start = '' WHERE id = ? AND owner_pid = ? AND owner_start = ?")
    .run(drill, owner.pid, owner.startTime);
}

/** Returns the event's `seq`. The closing event and the mark that the drill is closed are one transaction. */
function appender(database: DatabaseSync, drill: string): (event: DrillEvent, at: Instant) => number {
  const insert = database.prepare(
    'INSERT INTO event (drill, seq, wall_ms, monotonic_ms, boot_id, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const markClosed = database.prepare('UPDATE drill SET closed = 1 WHERE id = ?');
  let last = lastSeq(database, drill);
  return (event, at) => {
    const seq = last + 1;
    const write = (): unknown => insert.run(drill, seq, at.wallMs, at.monotonicMs, at.bootId, JSON.stringify(event));
    if (event.kind !== 'drill-closed') write();
    else {
      writing(database, () => {
        write();
        markClosed.run(drill);
      });
    }
    last = seq;
    return seq;
  };
}

function lastSeq(database: DatabaseSync, drill: string): number {
  const row = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM event WHERE drill = ?').get(drill);
  return Number(row?.['seq'] ?? 0);
}

function readEvents(database: DatabaseSync, drill: string): readonly Recorded[] {
  const rows = database
    .prepare('SELECT seq, wall_ms, monotonic_ms, boot_id, body FROM event WHERE drill = ? ORDER BY seq')
    .all(drill);
  return rows.map((row, index) => {
    const seq = Number(row['seq']);
    if (seq !== index + 1) throw damaged({ drill, seq: index + 1 }, 'it is missing');
    const at = {
      wallMs: Number(row['wall_ms']),
      monotonicMs: Number(row['monotonic_ms']),
      bootId: String(row['boot_id']),
    };
    return { ...parseEvent({ drill, seq }, String(row['body'])), seq, at };
  });
}

interface Place {
  readonly drill: string;
  readonly seq: number;
}

function parseEvent(place: Place, body: string): DrillEvent {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw damaged(place, messageOf(error), error);
  }
  if (!isDrillEvent(value)) throw damaged(place, 'it is of a kind that this version does not know');
  return value;
}

function damaged(place: Place, what: string, cause?: unknown): RollproofError {
  return new RollproofError('could-not-read', `event ${place.seq} of drill ${place.drill} cannot be read: ${what}`, {
    hint: 'The drill cannot be continued; remove what it left with: rollproof clean',
    details: { drill: place.drill, seq: place.seq },
    cause,
  });
}

function listJournals(database: DatabaseSync): readonly JournalSummary[] {
  const rows = database
    .prepare('SELECT id, opened_at_ms, owner_pid, owner_start, closed FROM drill ORDER BY opened_at_ms, id')
    .all();
  return rows.map((row) => {
    const pid = Number(row['owner_pid']);
    return {
      drill: String(row['id']),
      openedAtMs: Number(row['opened_at_ms']),
      closed: row['closed'] === 1,
      owner: pid === 0 ? null : { pid, startTime: String(row['owner_start']) },
    };
  });
}

function isAlive(owner: Owner): boolean {
  return owner.pid > 0 && startTimeOf(owner.pid) === owner.startTime;
}

/** Field 22 of /proc/PID/stat, counted behind the command name, which may hold spaces and brackets. */
function startTimeOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // No such process: nothing to name.
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie does nothing any more; it only waits for its parent to look.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}
