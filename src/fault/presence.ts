import type { Difference, PartDifference } from '../subject/difference.ts';
import type { DamagedObject, Truth } from './injector.ts';

export interface Presence {
  readonly shown: boolean;
  /** One sentence: what the reading showed. */
  readonly evidence: string;
}

/**
 * Is the damage really there? Judged from two readings, one before and one after the injection; the injector's word
 * only says where to look and how much must be seen there at least.
 */
export function provePresence(truth: Truth, difference: Difference): Presence {
  if (truth.object !== null) return objectPresence(truth.object, difference);
  const found = difference.parts.find((part) => part.part === truth.part);
  if (found !== undefined) return rowPresence(truth, found);
  const unread = difference.unread.find((entry) => entry.what === truth.part);
  if (unread !== undefined) return { shown: false, evidence: `${truth.part} could not be read: ${unread.why}` };
  return { shown: false, evidence: `the readings before and after the injection show no difference in ${truth.part}` };
}

function rowPresence(truth: Truth, part: PartDifference): Presence {
  return part.totals === null ? bySums(truth, part) : byTotals(truth, part, part.totals);
}

function byTotals(truth: Truth, part: PartDifference, totals: NonNullable<PartDifference['totals']>): Presence {
  // A table without a key has no updates: the old row is gone and a new one is there.
  const seen = Math.max(
    totals[truth.operation],
    truth.operation === 'update' ? Math.min(totals.insert, totals.delete) : 0,
  );
  const sentence = `${part.part}: ${seen} rows ${PAST[truth.operation]} between the readings before and after the injection`;
  if (seen < truth.rows)
    return { shown: false, evidence: `${sentence}, fewer than the ${truth.rows} that the injector reports` };
  const isComplete = part.changes.length >= totals.insert + totals.delete + totals.update;
  const changed = new Set(part.changes.map((change) => change.key));
  const absent = truth.keys.filter((key) => !changed.has(key)).length;
  if (isComplete && part.changes.length > 0 && absent > 0) {
    return {
      shown: false,
      evidence: `${sentence}, but ${absent} of the rows that the injector names are not among them`,
    };
  }
  return { shown: seen > 0, evidence: sentence };
}

/** Without a drill-down only sums and counts are known; programs may have added or removed rows in the meantime. */
function bySums(truth: Truth, part: PartDifference): Presence {
  const net = (part.after ?? 0) - (part.before ?? 0);
  const expected = { insert: 1, delete: -1, update: 0 }[truth.operation] * truth.rows;
  const counts = `${part.part}: ${part.before ?? 'no'} rows before the injection, ${part.after ?? 'no'} after it`;
  const buckets = `${part.buckets.different} of ${part.buckets.total} buckets differ`;
  if (truth.operation === 'update') {
    return { shown: part.buckets.different > 0, evidence: `${counts}, ${buckets}` };
  }
  // Half of it, because programs at work may have moved the count by themselves.
  const shown = Math.sign(net) === Math.sign(expected) && Math.abs(net) * 2 >= Math.abs(expected);
  return {
    shown,
    evidence: shown ? counts : `${counts}, while the injector reports ${truth.rows} rows ${PAST[truth.operation]}`,
  };
}

function objectPresence(object: DamagedObject, difference: Difference): Presence {
  if (object.kind === 'sequence') return counterPresence(object, difference);
  const found = difference.objects.find((entry) => isAbout(entry, object));
  if (found === undefined)
    return { shown: false, evidence: `the readings show no difference that concerns ${object.kind} ${object.name}` };
  return { shown: true, evidence: `${found.kind} ${found.name} was ${PAST[found.operation]} between the readings` };
}

function counterPresence(object: DamagedObject, difference: Difference): Presence {
  const found = difference.counters.find((counter) => counter.name === object.name);
  if (found === undefined)
    return { shown: false, evidence: `the readings show no difference in sequence ${object.name}` };
  const sentence = `sequence ${object.name} would hand out ${found.after ?? 'nothing'} next, ${found.before ?? 'nothing'} before the injection`;
  return { shown: found.direction === 'behind' || found.direction === 'missing', evidence: sentence };
}

export function isAbout(entry: Difference['objects'][number], object: DamagedObject): boolean {
  return entry.kind === object.kind && entry.name === object.name;
}

const PAST = { insert: 'added', delete: 'lost', update: 'changed' } as const;
