import type { TrialSubject } from './subjects.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Estimate {
  /** Of one restored copy. */
  readonly restoredBytes: Range;
  /** At the worst moment, everything together. */
  readonly diskBytes: Range;
  readonly ms: Range;
}

interface Way {
  /**
   * Restored bytes for each byte of the backup. Measured on six databases of 1 to 250 MB of rows: 10 to 16 for compressed
   * dumps, 1.6 to 4 for plain ones; what is stored in them already packed, such as pictures, does not grow.
   */
  readonly growth: Range;
  /** Restored bytes a second, for restore and reading together. */
  readonly speed: Range;
  /** Copies that exist at the same moment. */
  readonly copies: number;
  /** Loading writes all rows into the WAL as well: so many copies' worth of it lie there at the end. */
  readonly walCopies: Range;
  /** Of every copy: an empty cluster and its first WAL. */
  readonly fixedBytes: number;
  /** Starting servers, initdb. */
  readonly fixedMs: number;
}

const CLUSTER_BYTES = 45e6;
/** Two servers that keep up to 8 GB each. */
const MOST_WAL_BYTES = 16e9;
/** Three restores, four readings and the first look at the whole file. */
const PASSES = 5;

/** Rough on purpose and said as a range: it decides only whether to begin. */
export function estimate(subject: TrialSubject): Estimate {
  const { sizeBytes } = subject.backup;
  const way = wayOf(subject);
  const restored = { low: sizeBytes * way.growth.low, high: sizeBytes * way.growth.high };
  const unpacked =
    subject.backup.mustBeUnpacked || (subject.backup.kind === 'dump' && subject.backup.packing !== 'none')
      ? restored
      : { low: 0, high: 0 };
  const disk = (at: keyof Range): number =>
    way.copies * (restored[at] + way.fixedBytes) +
    Math.min(MOST_WAL_BYTES, way.walCopies[at] * restored[at]) +
    unpacked[at];
  return {
    restoredBytes: restored,
    diskBytes: { low: disk('low'), high: disk('high') },
    ms: {
      low: way.fixedMs + ((PASSES * restored.low) / way.speed.high) * 1_000,
      high: 2 * way.fixedMs + ((PASSES * restored.high) / way.speed.low) * 1_000,
    },
  };
}

/** Stores are tried one after the other, but the copies of all stay until the end of theirs only. */
export function together(estimates: readonly Estimate[]): Estimate {
  const sum = (pick: (one: Estimate) => number): number => estimates.reduce((total, one) => total + pick(one), 0);
  const most = (pick: (one: Estimate) => number): number => Math.max(0, ...estimates.map(pick));
  return {
    restoredBytes: { low: sum((one) => one.restoredBytes.low), high: sum((one) => one.restoredBytes.high) },
    diskBytes: { low: most((one) => one.diskBytes.low), high: most((one) => one.diskBytes.high) },
    ms: { low: sum((one) => one.ms.low), high: sum((one) => one.ms.high) },
  };
}

function wayOf({ backup, kind }: TrialSubject): Way {
  const isPacked = backup.packing !== 'none' || backup.isDense;
  if (kind === 'directory')
    return {
      growth: isPacked ? { low: 1, high: 5 } : { low: 1, high: 1 },
      speed: { low: 40e6, high: 400e6 },
      copies: 2,
      walCopies: { low: 0, high: 0 },
      fixedBytes: 0,
      fixedMs: 500,
    };
  if (backup.kind === 'base-backup')
    return {
      growth: isPacked ? { low: 2, high: 8 } : { low: 1, high: 1 },
      speed: { low: 40e6, high: 250e6 },
      copies: 3,
      walCopies: { low: 0, high: 0.2 },
      fixedBytes: 35e6,
      fixedMs: 4_000,
    };
  return {
    growth: isPacked ? { low: 1, high: 12 } : { low: 0.7, high: 3 },
    speed: { low: 20e6, high: 90e6 },
    copies: 2,
    walCopies: { low: 0, high: 2 },
    fixedBytes: CLUSTER_BYTES,
    fixedMs: 5_000,
  };
}
