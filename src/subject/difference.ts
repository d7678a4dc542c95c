import type { Unread } from './manifest.ts';

/** What differs between two readings of one store. Holds keys and column names, never values. */
export interface Difference {
  readonly store: string;
  readonly parts: readonly PartDifference[];
  readonly objects: readonly ObjectDifference[];
  readonly counters: readonly CounterDifference[];
  readonly unread: readonly Unread[];
  readonly compared: {
    readonly parts: number;
    readonly rows: number;
    readonly objects: number;
    readonly counters: number;
  };
}

export type Operation = 'insert' | 'delete' | 'update';

/** `before` and `after` are row counts; null where the part does not exist on that side. */
export interface PartDifference {
  readonly part: string;
  readonly before: number | null;
  readonly after: number | null;
  /** Exact totals once a drill-down ran, null while only sums are known. */
  readonly totals: Readonly<Record<Operation, number>> | null;
  /** Changed columns of updates with the number of rows, once a drill-down ran. */
  readonly columns: Readonly<Record<string, number>>;
  /** The first changes (limited for showing; `totals` is exact). */
  readonly changes: readonly RowChange[];
  /** Buckets whose sums differ, for showing how far the damage spreads. */
  readonly buckets: { readonly different: number; readonly total: number };
}

export interface RowChange {
  readonly operation: Operation;
  /** Key as text, `id=17` or `account_id=3, contact_id=9`; for files the path. */
  readonly key: string;
  readonly columns: readonly string[];
}

export interface ObjectDifference {
  readonly kind: string;
  readonly name: string;
  readonly operation: Operation;
  readonly before: string | null;
  readonly after: string | null;
}

export interface CounterDifference {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  /** `behind` would hand out a value twice; `ahead` only leaves a gap. */
  readonly direction: 'ahead' | 'behind' | 'missing' | 'extra';
}

export type DifferenceVerdict = 'equal' | 'different' | 'incomplete';

/** Different beats incomplete beats equal. A sequence ahead alone is a note, not a difference. */
export function verdictOf(difference: Difference): DifferenceVerdict {
  const counters = difference.counters.some((counter) => counter.direction !== 'ahead');
  if (difference.parts.length > 0 || difference.objects.length > 0 || counters) return 'different';
  return difference.unread.length > 0 ? 'incomplete' : 'equal';
}

/** Sums of a part in which something could not be read say nothing about the rest, so only named rows stand for it. */
export function withoutUnsure(difference: Difference): Difference {
  const isUnsure = ({ part, totals }: PartDifference): boolean =>
    totals === null && difference.unread.some(({ what }) => what.startsWith(`${part}: `));
  return { ...difference, parts: difference.parts.filter((part) => !isUnsure(part)) };
}
