/** Maps elapsed time to x. Linear, except that long spans in which nothing happens are folded to a fixed width. */
export interface TimeScale {
  x(ms: number): number;
  readonly folds: readonly Fold[];
  /** The linear pieces, for the labels of the axis. */
  readonly linear: readonly Interval[];
}

export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Fold extends Interval {
  readonly x: number;
  readonly width: number;
}

export interface ScaleOptions {
  readonly fromMs: number;
  readonly toMs: number;
  /** When work runs; never folded. */
  readonly busy: readonly Interval[];
  /** Instants that stand out; a fold ends at them. */
  readonly anchors: readonly number[];
  readonly left: number;
  readonly right: number;
  readonly foldWidth: number;
}

/** A quiet span is folded when it is longer than this share of all that is not quiet. */
const QUIET_SHARE = 0.4;

interface Piece extends Interval {
  readonly isFolded: boolean;
}

export function createTimeScale(options: ScaleOptions): TimeScale {
  const pieces = piecesOf(options);
  const foldCount = pieces.filter((piece) => piece.isFolded).length;
  const linearMs = pieces.reduce((sum, piece) => sum + (piece.isFolded ? 0 : piece.toMs - piece.fromMs), 0);
  const linearWidth = options.right - options.left - foldCount * options.foldWidth;
  const widthOf = (piece: Piece): number =>
    piece.isFolded ? options.foldWidth : linearMs === 0 ? 0 : ((piece.toMs - piece.fromMs) / linearMs) * linearWidth;
  const placed: Array<Piece & { x: number; width: number }> = [];
  let x = options.left;
  for (const piece of pieces) {
    const width = widthOf(piece);
    placed.push({ ...piece, x, width });
    x += width;
  }
  return {
    x: (ms) => {
      const piece = placed.find((each) => ms <= each.toMs) ?? placed.at(-1);
      if (piece === undefined || piece.toMs === piece.fromMs) return options.left;
      const share = Math.min(1, Math.max(0, (ms - piece.fromMs) / (piece.toMs - piece.fromMs)));
      return piece.x + share * piece.width;
    },
    folds: placed.filter((piece) => piece.isFolded),
    linear: pieces.filter((piece) => !piece.isFolded),
  };
}

function piecesOf(options: ScaleOptions): Piece[] {
  const busy = mergeIntervals(options.busy);
  const busyMs = busy.reduce((sum, each) => sum + each.toMs - each.fromMs, 0);
  const edges = [options.fromMs, options.toMs, ...options.anchors, ...busy.flatMap((each) => [each.fromMs, each.toMs])];
  const cuts = [...new Set(edges.filter((ms) => ms >= options.fromMs && ms <= options.toMs))].sort((a, b) => a - b);
  return cuts.slice(1).map((toMs, index) => {
    const fromMs = cuts[index] ?? options.fromMs;
    const isBusy = busy.some((each) => each.fromMs < toMs && each.toMs > fromMs);
    return { fromMs, toMs, isFolded: !isBusy && busyMs > 0 && toMs - fromMs > QUIET_SHARE * busyMs };
  });
}

export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Array<{ fromMs: number; toMs: number }> = [];
  for (const each of [...intervals].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last !== undefined && each.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, each.toMs);
    else merged.push({ ...each });
  }
  return merged;
}

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000,
];

/** A round step of which about `count` fit into `spanMs`. */
export function roundStepMs(spanMs: number, count: number): number {
  return STEPS_MS.find((step) => spanMs / step <= count) ?? Math.ceil(spanMs / count);
}
