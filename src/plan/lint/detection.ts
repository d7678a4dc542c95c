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
