import type { Difference, PartDifference } from '../subject/difference.ts';
import type { Truth } from './injector.ts';
import { isAbout } from './presence.ts';

/** What of one fault is still there at the end. */
export interface Remaining {
  readonly fault: string;
  readonly where: string;
  /** Keys of the truth that still differ from the baseline; for an object its name. */
  readonly keys: readonly string[];
  /** False when the comparison does not say row by row what differs: then other keys may remain as well. */
  readonly complete: boolean;
  readonly sentence: string;
}

/** `final` compares the end with the baseline, so that what the plan itself put right or wrong counts as well. */
export function remainingDamage(truths: readonly Truth[], final: Difference): readonly Remaining[] {
  return truths.map((truth) => (truth.object === null ? remainingRows(truth, final) : remainingObject(truth, final)));
}

function remainingRows(truth: Truth, final: Difference): Remaining {
  const where = truth.part ?? truth.store;
  const part = final.parts.find((entry) => entry.part === truth.part);
  const unread = final.unread.some((entry) => entry.what === truth.part);
  const base = { fault: truth.fault, where };
  if (unread) return { ...base, keys: [], complete: false, sentence: `${where} could not be read at the end` };
  if (part === undefined) return { ...base, keys: [], complete: true, sentence: `nothing of it remains in ${where}` };
  const { keys, complete } = keysStillDifferent(truth, part);
  return { ...base, keys, complete, sentence: sentenceOf(where, keys.length, { truth, complete }) };
}

function keysStillDifferent(
  truth: Truth,
  part: PartDifference,
): { readonly keys: readonly string[]; readonly complete: boolean } {
  if (part.before !== null && part.after === null) return { keys: truth.keys, complete: true };
  const different = new Set(part.changes.map((change) => change.key));
  const total = part.totals === null ? null : part.totals.insert + part.totals.delete + part.totals.update;
  return {
    keys: truth.keys.filter((key) => different.has(key)),
    complete: total !== null && part.changes.length >= total,
  };
}

function sentenceOf(where: string, kept: number, of: { readonly truth: Truth; readonly complete: boolean }): string {
  const { truth, complete } = of;
  if (kept > 0) return `${kept} of the ${truth.keys.length} rows damaged in ${where} still differ from the baseline`;
  if (complete)
    return `none of the ${truth.keys.length} rows damaged in ${where} still differs, although other rows do`;
  return `${where} differs from the baseline, and it is not known in which rows`;
}

function remainingObject(truth: Truth, final: Difference): Remaining {
  const { object } = truth;
  const where = object?.name ?? truth.store;
  const remains =
    object?.kind === 'sequence'
      ? final.counters.some((counter) => counter.name === object.name && counter.direction !== 'ahead')
      : object !== null && final.objects.some((entry) => isAbout(entry, object));
  const sentence = remains ? `${where} still differs from the baseline` : `nothing of it remains at ${where}`;
  return { fault: truth.fault, where, keys: remains ? [where] : [], complete: true, sentence };
}
