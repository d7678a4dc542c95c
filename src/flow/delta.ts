import type { LoggedChange } from '../subject/change-log.ts';
import { names } from '../subject/allowance.ts';
import type { Operation, PartDifference, RowChange } from '../subject/difference.ts';
import type { Write } from './ledger.ts';

/** One record that is not as it was when the new state was read. */
export interface DeltaItem {
  readonly table: string;
  readonly operation: Operation;
  /** `column=value`. */
  readonly key: string;
  /** The last mark that an acknowledged write put there. */
  readonly mark: string | null;
  /** Null: an acknowledged write, or a message of a flow, explains it. Else why nobody can. */
  readonly unexplained: string | null;
}

export interface DeltaRequest {
  /** Parents before children. */
  readonly tables: readonly string[];
  readonly changes: readonly LoggedChange[];
  /** Of the two readings, explained row by row. */
  readonly parts: readonly PartDifference[];
  readonly writes: readonly AcknowledgedWrite[];
  /** Roles whose changes are messages of flows: acknowledged to whoever sent them. */
  readonly flowRoles: readonly string[];
}

export interface AcknowledgedWrite {
  readonly table: string;
  readonly key: string;
  readonly kind: Write['kind'];
  readonly mark: string;
}

/**
 * The delta by two methods: the log of changes says what was done, the difference of two readings what came of it. An item
 * that only one of them knows is not explained, and neither is a record that was changed more often than anybody was told
 * that it was: so damage is never carried over.
 */
export function deltaOf(request: DeltaRequest): readonly DeltaItem[] {
  return request.tables.flatMap((table) => {
    const logged = netChanges(request.changes.filter((change) => names(table, change.part)));
    const seen = new Map(differencesIn(request.parts, table).map((change) => [change.key, change.operation]));
    const keys = [...new Set([...logged.keys(), ...seen.keys()])];
    return keys.flatMap((key) => itemOf({ request, table, key, net: logged.get(key), seen: seen.get(key) }));
  });
}

interface Net {
  readonly operation: Operation | null;
  readonly changes: readonly LoggedChange[];
}

/** What remains of several changes of one record; null: nothing, such as made and deleted again. */
function netChanges(changes: readonly LoggedChange[]): ReadonlyMap<string, Net> {
  const byKey = new Map<string, LoggedChange[]>();
  for (const change of changes) {
    const key = change.key ?? '';
    byKey.set(key, [...(byKey.get(key) ?? []), change]);
  }
  return new Map([...byKey].map(([key, own]) => [key, { operation: netOperation(own), changes: own }]));
}

function netOperation(changes: readonly LoggedChange[]): Operation | null {
  const wasThere = changes[0]?.operation !== 'insert';
  const isThere = changes.at(-1)?.operation !== 'delete';
  if (!wasThere) return isThere ? 'insert' : null;
  return isThere ? 'update' : 'delete';
}

function differencesIn(parts: readonly PartDifference[], table: string): readonly RowChange[] {
  return parts.filter(({ part }) => names(table, part)).flatMap(({ changes }) => changes);
}

interface ItemRequest {
  readonly request: DeltaRequest;
  readonly table: string;
  readonly key: string;
  readonly net: Net | undefined;
  readonly seen: Operation | undefined;
}

function itemOf(made: ItemRequest): readonly DeltaItem[] {
  const { net, seen, table, key } = made;
  const operation = seen ?? net?.operation ?? null;
  // Made and deleted again, or written as it was: both methods agree that nothing is to be carried.
  if (operation === null || (seen === undefined && net?.operation === 'update')) return [];
  const writes = made.request.writes.filter((write) => names(write.table, table) && write.key === key);
  const mark = writes.findLast((write) => write.kind !== 'delete')?.mark ?? null;
  return [{ table, operation, key, mark, unexplained: whyUnexplained(made, writes) }];
}

function whyUnexplained({ request, net, seen }: ItemRequest, writes: readonly AcknowledgedWrite[]): string | null {
  if (net === undefined) return 'it differs, and nobody was seen changing it';
  if (seen !== net.operation)
    return `the log of changes says ${net.operation ?? 'nothing'}, the readings ${seen ?? 'nothing'}`;
  const own = net.changes.filter((change) => !request.flowRoles.includes(change.role));
  if (own.length === 0) return null;
  if (writes.length === 0) return 'no acknowledged write explains it';
  if (own.length > writes.length) return `changed ${own.length} times, acknowledged ${writes.length}`;
  return null;
}

/** One line of the program's answer. */
export interface CarriedLine {
  readonly key: string;
  readonly outcome: 'replayed' | 'parked';
  readonly legacyTable: string | null;
  readonly legacyId: string | null;
  readonly reason: string | null;
  readonly owner: string | null;
}

/** Lines that say something else are counted, never guessed at. */
export function parseCarried(output: string): { readonly lines: readonly CarriedLine[]; readonly unreadable: number } {
  const lines: CarriedLine[] = [];
  let unreadable = 0;
  for (const text of output.split('\n').filter((line) => line.trim() !== '')) {
    const line = carriedLine(text);
    if (line === null) unreadable += 1;
    else lines.push(line);
  }
  return { lines, unreadable };
}

function carriedLine(text: string): CarriedLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // why: counted as unreadable
  }
  if (typeof value !== 'object' || value === null) return null;
  const field = (name: string): string | null => {
    const found: unknown = Reflect.get(value, name);
    return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : null;
  };
  const outcome = field('outcome');
  const key = field('key');
  if (key === null || (outcome !== 'replayed' && outcome !== 'parked')) return null;
  return {
    key,
    outcome,
    legacyTable: field('legacyTable'),
    legacyId: field('legacyId'),
    reason: field('reason'),
    owner: field('owner'),
  };
}
