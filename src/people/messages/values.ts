import { formatDuration } from '../../kernel/duration.ts';

/** What is known when a message goes out. Wall times in milliseconds; null where it did not happen or is not in the plan. */
export interface Situation {
  readonly plan: string;
  readonly environment: string;
  readonly audience: string;
  readonly recipients: number;
  readonly nowMs: number;
  readonly newsEveryMs: number;
  /** Zone of the times in the text: `Z`, `+01:00`. */
  readonly zone: string;
  readonly decider: string | null;
  readonly decideWithinMs: number | null;
  readonly limitMs: number | null;
  /** How long the rollback is expected to take. */
  readonly expectedMs: number | null;
  readonly noticed: string | null;
  readonly decidedAtMs: number | null;
  readonly verifiedAtMs: number | null;
}

/** The fields that are known, as text; what the plan gives goes before. */
export function knownValues(at: Situation, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { decidedAtMs, expectedMs, decideWithinMs } = at;
  const values = {
    plan: at.plan,
    environment: at.environment,
    audience: at.audience,
    recipients: String(at.recipients),
    time: clockTime(at.nowMs, at.zone),
    nextUpdate: clockTime(at.nowMs + at.newsEveryMs, at.zone),
    decider: at.decider,
    deadline: decideWithinMs === null ? null : clockTime(at.nowMs + decideWithinMs, at.zone),
    limit: at.limitMs === null ? null : formatDuration(at.limitMs),
    noticed: at.noticed,
    decidedAt: decidedAtMs === null ? null : clockTime(decidedAtMs, at.zone),
    took: decidedAtMs === null ? null : formatDuration(at.nowMs - decidedAtMs),
    eta: decidedAtMs === null || expectedMs === null ? null : clockTime(decidedAtMs + expectedMs + MINUTE_MS, at.zone),
    verifiedAt: at.verifiedAtMs === null ? null : clockTime(at.verifiedAtMs, at.zone),
  };
  const known = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null);
  return { ...Object.fromEntries(known), ...given };
}

/** Expectations are said to the minute that follows: too late is better than too early. */
const MINUTE_MS = 60_000;

/** `18:04 (+01:00)`, `17:04 UTC`: in the zone in which the plan was written. */
export function clockTime(ms: number, zone: string): string {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(zone) ?? [];
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const text = new Date(ms + offset * MINUTE_MS).toISOString().slice(11, 16);
  return `${text} ${sign === undefined ? 'UTC' : `(${zone})`}`;
}
