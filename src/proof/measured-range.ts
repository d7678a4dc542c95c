export interface MeasuredRange {
  readonly p50Ms: number;
  readonly p90Ms: number;
}

/** From so many runs on, the slowest tenth has a run in it. */
const ENOUGH = 10;

/** Few measurements are no distribution: then the p90 is at least a quarter above p50, as in the headroom arithmetic. */
export function rangeOf(runs: readonly number[]): MeasuredRange {
  const p50Ms = Math.max(1, nearestRank(runs, 0.5));
  const p90Ms = Math.max(1, nearestRank(runs, 0.9));
  return { p50Ms, p90Ms: runs.length < ENOUGH ? Math.max(p90Ms, p50Ms * 1.25) : p90Ms };
}

export function nearestRank(runs: readonly number[], share: number): number {
  const sorted = runs.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** As the plan file writes it, rounded up to two digits or so. */
export function writtenDuration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  return ms < 10_000 ? `${Math.ceil(ms / 100) / 10}s` : `${Math.ceil(ms / 1_000)}s`;
}
