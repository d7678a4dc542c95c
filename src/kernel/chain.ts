import { type Digest, digestOf } from './digest.ts';

/** One entry of a log in which every entry names the one before it. */
export interface Linked {
  readonly number: number;
  /** Digest of the entry before; null for the first. */
  readonly previous: string | null;
}

export interface Link {
  readonly number: number;
  readonly previous: Digest | null;
}

/** What the entry behind this one carries. */
export function linkAfter(before: Linked | undefined): Link {
  return { number: (before?.number ?? 0) + 1, previous: before === undefined ? null : digestOf(before) };
}

/** Where the chain does not hold: an entry was changed, removed or put in between. */
export function brokenLinks(entries: readonly Linked[]): readonly number[] {
  return entries.flatMap((entry, index) => {
    const link = linkAfter(entries[index - 1]);
    return entry.number === link.number && entry.previous === link.previous ? [] : [entry.number];
  });
}
