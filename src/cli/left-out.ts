import type { Difference } from '../subject/difference.ts';
import type { Unread } from '../subject/manifest.ts';
import type { Options } from './options.ts';

/** What somebody decided not to look at: an ordinary user can never read everything that a superuser can. */
export interface LeftOut {
  readonly unread: readonly Unread[];
  readonly onPurpose: readonly Unread[];
  /** Named, but it could be read: then it was compared. */
  readonly unneeded: readonly string[];
}

export function leaveOut(unread: readonly Unread[], options: Options): LeftOut {
  const wanted: unknown = options['leaveOut'];
  const names = Array.isArray(wanted) ? wanted.map(String) : [];
  return {
    unread: unread.filter(({ what }) => !names.includes(what)),
    onPurpose: unread.filter(({ what }) => names.includes(what)),
    unneeded: names.filter((name) => !unread.some(({ what }) => what === name)),
  };
}

export function withoutLeftOut(difference: Difference, { unread }: LeftOut): Difference {
  return { ...difference, unread };
}

export function noteUnneeded({ unneeded }: LeftOut): void {
  for (const name of unneeded)
    process.stderr.write(`rollproof: --leave-out ${JSON.stringify(name)} names nothing that could not be read\n`);
}
