import type { DrillRecord } from './record.ts';

export interface RollbackTime {
  readonly ms: number;
  /** How it was reached, for people. */
  readonly basis: string;
}

/** Below so many drills their worst is taken, and more is added to it. */
const ENOUGH_DRILLS = 3;
const ADDED_TO_WORST = 1.25;
const ADDED_TO_P90 = 1.1;

/**
 * What a rollback takes on the night, from drills of exactly this plan that measured it with production-like settings.
 * A smaller copy is scaled up to the size of production; a larger one is not scaled down. Null without such a drill.
 */
export function rollbackTimeOf(records: readonly DrillRecord[]): RollbackTime | null {
  const measured = records.filter(
    ({ clocks, environment }) => clocks.rtaMs !== null && environment.profile === 'faithful',
  );
  const times = measured
    .map((record) => (record.clocks.rtaMs ?? 0) * scaleOf(record))
    .toSorted((one, other) => one - other);
  const worst = times.at(-1);
  if (worst === undefined) return null;
  const isScaled = measured.some((record) => scaleOf(record) > 1);
  const isSizeKnown = measured.every((record) => record.volume.shareOfProduction !== null);
  const size = isScaled ? ', scaled to the size of production' : isSizeKnown ? '' : ', size of production not known';
  if (times.length < ENOUGH_DRILLS)
    return { ms: worst * ADDED_TO_WORST, basis: `worst of ${times.length} measured × ${ADDED_TO_WORST}${size}` };
  const p90 = times[Math.ceil(times.length * 0.9) - 1] ?? worst;
  return { ms: p90 * ADDED_TO_P90, basis: `p90 of ${times.length} measured × ${ADDED_TO_P90}${size}` };
}

function scaleOf({ volume }: DrillRecord): number {
  const share = volume.shareOfProduction;
  return share === null || share <= 0 ? 1 : Math.max(1, 1 / share);
}

export interface Headroom {
  /** After this moment a rollback that is called does not end in time. */
  readonly lastSafeMs: number;
  /** Time left, in rollbacks. */
  readonly ratio: number;
  readonly colour: 'green' | 'amber' | 'red';
}

const GREEN_FROM = 2;
const AMBER_FROM = 1.3;

/** `rollbackMs` with everything that must happen until users work again; `leadMs` passes before it begins. */
export function headroomOf(made: {
  readonly nowMs: number;
  readonly backByMs: number;
  readonly rollbackMs: number;
  readonly leadMs: number;
}): Headroom {
  const ratio = (made.backByMs - made.nowMs) / made.rollbackMs;
  const colour = ratio >= GREEN_FROM ? 'green' : ratio >= AMBER_FROM ? 'amber' : 'red';
  const lastSafeMs = made.backByMs - made.rollbackMs - made.leadMs;
  // Who has passed the last moment has none left, whatever the ratio says.
  return { lastSafeMs, ratio, colour: made.nowMs > lastSafeMs ? 'red' : colour };
}
