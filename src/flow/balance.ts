import { type ClassifiedWrite, WRITE_ENDS, type WriteEnd } from './classify.ts';

/** Law 8: captured = kept + replayed + parked + waived; whatever is left over is unaccounted for. */
export interface Balance {
  readonly captured: number;
  readonly ends: Readonly<Record<WriteEnd, number>>;
  readonly unaccounted: number;
}

const ACCOUNTED: ReadonlySet<WriteEnd> = new Set(['kept', 'replayed', 'parked', 'waived']);

export function balanceOf(classified: readonly ClassifiedWrite[]): Balance {
  const count = (end: WriteEnd): number => classified.filter((one) => one.end === end).length;
  const ends = Object.fromEntries(WRITE_ENDS.map((end) => [end, count(end)])) as Record<WriteEnd, number>;
  const captured = classified.filter((one) => one.captured);
  return { captured: captured.length, ends, unaccounted: captured.filter((one) => !ACCOUNTED.has(one.end)).length };
}

/** Nothing unaccounted for, and nothing left of which nobody knows. */
export function holds({ unaccounted, ends }: Balance): boolean {
  return unaccounted === 0 && ends.unresolved === 0;
}
