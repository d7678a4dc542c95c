import { RollproofError } from '../kernel/errors.ts';
import type { CounterDifference, Difference, ObjectDifference, PartDifference, RowChange } from './difference.ts';
import { locateChange } from './locate.ts';
import type { Counter, Manifest, Part, SchemaObject, Unread } from './manifest.ts';

/** How many changes of a part are listed; totals count all. */
export const LISTED_CHANGES = 200;

/** What differs between an earlier and a later reading of one store, as far as sums can say it. */
export function compareManifests(before: Manifest, after: Manifest): Difference {
  refuseIncomparable(before, after);
  const unread = mergeUnread(before.unread, after.unread);
  const skipped = new Set(unread.map(({ what }) => what));
  const comparable = before.parts.filter((part) => !skipped.has(part.name));
  return {
    store: after.store.name,
    parts: compareParts(before.parts, after.parts, skipped),
    objects: compareObjects(before.objects, after.objects),
    counters: compareCounters(before, after, skipped),
    unread,
    compared: {
      parts: comparable.length,
      rows: comparable.reduce((sum, part) => sum + part.rows, 0),
      objects: before.objects.length,
      counters: before.counters.length,
    },
  };
}

function refuseIncomparable(before: Manifest, after: Manifest): void {
  if (before.format !== after.format || before.store.kind !== after.store.kind) {
    throw new RollproofError(
      'usage-invalid',
      `a manifest of kind ${before.store.kind} does not compare with one of kind ${after.store.kind}`,
    );
  }
  if (before.seed !== after.seed) {
    throw new RollproofError('usage-invalid', 'the two manifests were hashed with different seeds', {
      hint: 'read the second state like the first manifest, so that it takes its seed over',
    });
  }
  // Hash functions and the wording of definitions are not promised to stay the same between major versions.
  for (const fact of ['mode', 'major', 'encoding']) {
    const [earlier, later] = [before.engine[fact], after.engine[fact]];
    if (earlier === later) continue;
    throw new RollproofError(
      'could-not-read',
      `readings with ${fact} ${earlier ?? 'unknown'} and ${later ?? 'unknown'} do not compare`,
      {
        hint: 'read both states on the same major version and in the same encoding',
      },
    );
  }
}

function mergeUnread(before: readonly Unread[], after: readonly Unread[]): readonly Unread[] {
  const merged = new Map<string, Unread>();
  for (const entry of [...before, ...after]) if (!merged.has(entry.what)) merged.set(entry.what, entry);
  return [...merged.values()];
}

function compareParts(
  before: readonly Part[],
  after: readonly Part[],
  skipped: ReadonlySet<string>,
): readonly PartDifference[] {
  const pairs = pair(before, after, (part) => part.name);
  return pairs.flatMap(([name, earlier, later]) => {
    if (skipped.has(name)) return [];
    const difference = comparePart(name, earlier, later);
    return difference === null ? [] : [difference];
  });
}

function comparePart(name: string, before: Part | null, after: Part | null): PartDifference | null {
  if (before === null || after === null || before.image !== after.image) return wholePart(name, before, after);
  if (!sameCut(before, after)) return sameRows(before, after) ? null : wholePart(name, before, after);
  const changes: RowChange[] = [];
  let different = 0;
  for (const pair of before.buckets.list.differentFrom(after.buckets.list)) {
    different += 1;
    const change = changes.length < LISTED_CHANGES ? locateChange(before.buckets.cut, pair) : null;
    if (change !== null) changes.push(change);
  }
  // Buckets first: changes whose sums cancel over the whole table are still changes.
  if (different === 0 && sameRows(before, after)) return null;
  const total = before.buckets.list.idsWith(after.buckets.list);
  return { ...wholePart(name, before, after), changes, buckets: { different, total } };
}

/** Different, and nothing says where. */
function wholePart(name: string, before: Part | null, after: Part | null): PartDifference {
  const total = Math.max(before?.buckets.list.length ?? 0, after?.buckets.list.length ?? 0);
  const rows = { before: before?.rows ?? null, after: after?.rows ?? null };
  return { part: name, ...rows, totals: null, columns: {}, changes: [], buckets: { different: total, total } };
}

function sameRows(before: Part, after: Part): boolean {
  return before.sum === after.sum && before.rows === after.rows;
}

function sameCut(before: Part, after: Part): boolean {
  const [one, other] = [before.buckets.cut, after.buckets.cut];
  if (one.by === 'key-range')
    return other.by === 'key-range' && one.column === other.column && one.shift === other.shift;
  if (one.by === 'row-hash') return other.by === 'row-hash' && one.bits === other.bits;
  return other.by === 'whole';
}

function compareObjects(before: readonly SchemaObject[], after: readonly SchemaObject[]): readonly ObjectDifference[] {
  const pairs = pair(before, after, (object) => `${object.kind}\0${object.name}`);
  return pairs.flatMap(([, earlier, later]): ObjectDifference[] => {
    const one = earlier ?? later;
    if (one === null || earlier?.digest === later?.digest) return [];
    const operation = earlier === null ? 'insert' : later === null ? 'delete' : 'update';
    return [
      {
        kind: one.kind,
        name: one.name,
        operation,
        before: earlier?.definition ?? null,
        after: later?.definition ?? null,
      },
    ];
  });
}

function compareCounters(
  before: Manifest,
  after: Manifest,
  skipped: ReadonlySet<string>,
): readonly CounterDifference[] {
  const descending = descendingSequences(before);
  return pair(before.counters, after.counters, (counter) => counter.name).flatMap(([name, earlier, later]) => {
    if (skipped.has(name) || (earlier !== null && later !== null && earlier.next === later.next)) return [];
    const direction = directionOf(earlier, later, descending.has(name));
    return [{ name, before: earlier?.next ?? null, after: later?.next ?? null, direction }];
  });
}

function directionOf(
  before: Counter | null,
  after: Counter | null,
  descending: boolean,
): CounterDifference['direction'] {
  if (after === null) return 'missing';
  if (before === null) return 'extra';
  return BigInt(after.next) > BigInt(before.next) !== descending ? 'ahead' : 'behind';
}

/** A sequence that counts down is ahead when its next value is smaller. */
function descendingSequences(manifest: Manifest): ReadonlySet<string> {
  const counting = manifest.objects.filter(
    (object) => object.kind === 'sequence' && /\bincrement=-/.test(object.definition),
  );
  return new Set(counting.map((object) => object.name));
}

/** Both lists side by side in the order of the first, then what only the second has. */
function pair<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (item: T) => string,
): readonly (readonly [string, T | null, T | null])[] {
  const later = new Map(after.map((item) => [nameOf(item), item]));
  const pairs: (readonly [string, T | null, T | null])[] = [];
  for (const item of before) {
    const name = nameOf(item);
    pairs.push([name, item, later.get(name) ?? null]);
    later.delete(name);
  }
  for (const [name, item] of later) pairs.push([name, null, item]);
  return pairs;
}
