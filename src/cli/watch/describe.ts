import { countOf } from '../../kernel/count.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { clockTime, offsetIn } from '../../plan/runbook/clock-time.ts';
import type { Plan } from '../../plan/schema.ts';
import type { WatchState } from './run-watch.ts';

/** `Sun 2026-12-06 19:03 +01:00`, on the clocks of the plan's window. */
export function moment(plan: Plan, ms: number): string {
  const { day, date, time, offset } = clockTime(ms, plan.window === undefined ? '+00:00' : offsetIn(plan.window.opens));
  return `${day} ${date} ${time} ${offset}`;
}

/** How long a rollback can still wait, and what it costs now. */
export function situationLines(plan: Plan, state: WatchState): readonly string[] {
  return [latestMoment(plan, state), rollbackLine(state), ...costLines(plan, state)];
}

export function latestMoment(plan: Plan, { headroom, rollback, nowMs }: WatchState): string {
  if (headroom === null)
    return rollback === null
      ? 'latest safe moment to call the rollback: unknown, because no drill of exactly this plan measured how long it takes'
      : 'latest safe moment to call the rollback: none, because the plan has no window';
  const left = headroom.lastSafeMs - nowMs;
  const when = left >= 0 ? `in ${formatDuration(left)}` : `passed ${formatDuration(-left)} ago`;
  return `latest safe moment to call the rollback: ${moment(plan, headroom.lastSafeMs)}, ${when}; headroom ${headroom.ratio.toFixed(1)} (${headroom.colour})`;
}

function rollbackLine({ rollback, replayMs }: WatchState): string {
  if (rollback === null) return 'a rollback takes: not measured';
  const replay = replayMs === 0 ? '' : ` + ${formatDuration(replayMs)} to carry records back`;
  return `a rollback takes: ${formatDuration(rollback.ms)} (${rollback.basis})${replay}`;
}

function costLines(plan: Plan, { records, recordsTrouble }: WatchState): readonly string[] {
  if (plan.watch?.cost === undefined) return [];
  if (records === null) return [`cost of a rollback now: not known (${recordsTrouble ?? 'not read yet'})`];
  return [`cost of a rollback now: ${countOf(records, 'record')} to carry back`];
}
