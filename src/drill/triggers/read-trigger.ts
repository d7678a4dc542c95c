import { parseDuration } from '../../kernel/duration.ts';
import { isRollproofError, messageOf, RollproofError } from '../../kernel/errors.ts';
import type { Trigger } from '../../plan/schema.ts';
import { readPath } from '../../people/template.ts';
import { type CheckPlace, textOf } from '../activities/checks.ts';
import { metricValue } from './metrics.ts';
import type { Colour } from './window.ts';

export interface TriggerReading {
  readonly value: string;
  readonly colour: Colour;
}

/** Where a trigger is asked, and whose clock times an answer. */
export interface TriggerPlace extends CheckPlace {
  nowMs(): number;
  /** Per cent of its expected p90 that a step has been at work. Only where steps are carried out. */
  stepShare?(procedure: string, step: string): number;
}

/** What cannot be read is unknown: neither red nor green. */
export async function readTriggerAt(trigger: Trigger, place: TriggerPlace): Promise<TriggerReading> {
  try {
    const value = await valueOf(trigger, place);
    return { value, colour: colourOf(trigger, value) };
  } catch (error) {
    return { value: `could not be read: ${messageOf(error)}`, colour: 'unknown' };
  }
}

/** A number with a fraction is shown whole, one that cannot be read as a number makes the reading unknown. */
export function colourOf({ above, below }: Pick<Trigger, 'above' | 'below'>, value: string): Colour {
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number)) return 'unknown';
  const red = (above !== undefined && number > above) || (below !== undefined && number < below);
  return red ? 'red' : 'green';
}

const READING_MS = 30_000;

async function valueOf(trigger: Trigger, place: TriggerPlace): Promise<string> {
  const timeoutMs = parseDuration(trigger.timeout ?? '') ?? READING_MS;
  if (trigger.step !== undefined) return stepShareOf(trigger.in, trigger.step, place);
  if (trigger.sql !== undefined) return (await place.sql(trigger.in, trigger.sql, timeoutMs)) ?? 'NULL';
  if (trigger.http !== undefined) return answerOf({ ...trigger, http: trigger.http }, place, timeoutMs);
  const [program, ...words] = trigger.run ?? [];
  if (program === undefined) throw new RollproofError('plan-invalid', 'it has neither sql nor http nor run');
  const done = await place.run(trigger.in, [program, ...words], timeoutMs);
  if (done.exitCode !== 0) throw new RollproofError('could-not-read', `the command ended with ${done.exitCode}`);
  return done.output.trim();
}

function stepShareOf(procedure: string, step: string, place: TriggerPlace): string {
  if (place.stepShare === undefined) throw new RollproofError('could-not-read', 'no step is carried out here');
  return String(Math.round(place.stepShare(procedure, step)));
}

async function answerOf(
  trigger: Trigger & { readonly http: string },
  place: TriggerPlace,
  timeoutMs: number,
): Promise<string> {
  const began = place.nowMs();
  const ask = place.http(trigger.in, trigger.http, timeoutMs);
  if (trigger.measure === 'status') return ask.then(({ status }) => String(status), noAnswer);
  const { status, body } = await ask;
  if (trigger.measure === 'time') return String(Math.round(place.nowMs() - began));
  if (status < 200 || status > 299) throw new RollproofError('could-not-read', `it was answered with status ${status}`);
  if (trigger.metric !== undefined) return String(metricValue(body, trigger.metric));
  return textOf(readPath(JSON.parse(body) as unknown, trigger.read ?? ''));
}

/** Nobody answering is what an outage looks like; anything else that goes wrong here is not. */
function noAnswer(error: unknown): string {
  if (isRollproofError(error) && error.code === 'could-not-read') return '0';
  throw error;
}
