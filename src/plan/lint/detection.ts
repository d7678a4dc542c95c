import { formatDuration, parseDuration } from '../../kernel/duration.ts';
import type { Plan, Trigger } from '../schema.ts';
import type { LintHit, LintRule } from './rule.ts';

export const contradictoryTrigger: LintRule = {
  id: 'PL-09',
  title: 'A trigger that contradicts itself',
  severity: 'error',
  capsConfidence: true,
  *find({ plan }) {
    for (const [name, trigger] of Object.entries(plan.triggers)) {
      yield* limits(name, trigger);
      yield* cadence(plan, name, trigger);
    }
  },
};

/** Red is above the one or below the other, so both together leave a band in which it is green. */
function* limits(name: string, { above, below }: Trigger): Generator<LintHit> {
  const path = ['triggers', name];
  if (above === undefined && below === undefined) {
    yield {
      path,
      on: 'key',
      message: `the trigger \`${name}\` has neither \`above\` nor \`below\`, so it can never be red`,
      instead: 'add one of them',
    };
  }
  if (above !== undefined && below !== undefined && below > above) {
    yield {
      path: [...path, 'below'],
      message: `the trigger \`${name}\` is always red: every number is above ${above} or below ${below}`,
      instead: 'write `below` not larger than `above`, or remove one of them',
    };
  }
}

function* cadence(plan: Plan, name: string, trigger: Trigger): Generator<LintHit> {
  const path = ['triggers', name, 'every'];
  const drillMs = parseDuration(trigger.every.drill) ?? 0;
  for (const key of ['live', 'drill'] as const) {
    if (parseDuration(trigger.every[key]) === 0)
      yield {
        path: [...path, key],
        message: `the trigger \`${name}\` is read every ${trigger.every[key]}, which is no interval`,
        instead: 'write at least 100ms',
      };
  }
  const neededMs = trigger.readings * drillMs;
  for (const [scenario, { kind, detectWithin }] of Object.entries(plan.scenarios)) {
    const withinMs = detectWithin === undefined ? undefined : parseDuration(detectWithin);
    if (kind === 'S0' || withinMs === undefined || neededMs <= withinMs) continue;
    const message = `the trigger \`${name}\` needs ${trigger.readings} readings every ${trigger.every.drill} = ${formatDuration(neededMs)}; the scenario \`${scenario}\` waits ${formatDuration(withinMs)}`;
    yield {
      path: [...path, 'drill'],
      message,
      instead: 'read more often in the drill, or write a longer `detectWithin`',
    };
  }
}

export const deadTrigger: LintRule = {
  id: 'PL-31',
  title: 'A trigger that cannot fire',
  severity: 'error',
  capsConfidence: true,
  *find({ plan }) {
    for (const [name, trigger] of Object.entries(plan.triggers)) {
      yield* tooFewReadings(name, trigger);
      yield* outOfReach(name, trigger);
      yield* afterTheWindow(plan, name, trigger);
    }
  },
};

function* tooFewReadings(name: string, { readings, within }: Trigger): Generator<LintHit> {
  if (within === undefined || within >= readings) return;
  yield {
    path: ['triggers', name, 'within'],
    message: `the trigger \`${name}\` wants ${readings} red readings among the latest ${within}, which cannot be`,
    instead: `write \`within\` not smaller than ${readings}, or leave it out`,
  };
}

/** Counts, statuses and times are never below zero, and no status is above 599. */
function* outOfReach(name: string, trigger: Trigger): Generator<LintHit> {
  const { above, below } = trigger;
  const [least, most] = rangeOf(trigger);
  const canBeHigh = above !== undefined && above < most;
  const canBeLow = below !== undefined && below > least;
  if (canBeHigh || canBeLow || (above === undefined && below === undefined)) return;
  yield {
    path: ['triggers', name, above === undefined ? 'below' : 'above'],
    message: `the trigger \`${name}\` can never be red: what it reads is never ${above === undefined ? `below ${below}` : `above ${above}`}`,
    instead: 'write a limit that a reading can exceed',
  };
}

function rangeOf({ sql, measure }: Trigger): readonly [least: number, most: number] {
  if (measure === 'status') return [0, 599];
  if (measure === 'time') return [0, Number.POSITIVE_INFINITY];
  const isCount = sql !== undefined && /^\s*select\s+count\s*\([^()]*\)\s+from\b/i.test(sql) && !/\bunion\b/i.test(sql);
  return [isCount ? 0 : Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}

function* afterTheWindow({ window }: Plan, name: string, trigger: Trigger): Generator<LintHit> {
  if (window === undefined) return;
  const openMs = Date.parse(window.backBy) - Date.parse(window.opens);
  const neededMs = trigger.readings * (parseDuration(trigger.every.live) ?? 0);
  if (neededMs <= openMs) return;
  yield {
    path: ['triggers', name, 'every', 'live'],
    message: `the trigger \`${name}\` needs ${trigger.readings} readings every ${trigger.every.live} = ${formatDuration(neededMs)}; the window is open for ${formatDuration(openMs)}`,
    instead: 'read more often, or want fewer readings',
  };
}
