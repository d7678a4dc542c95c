import { formatDuration, parseDuration } from '../../../kernel/duration.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import type { NodeOutcome } from '../../../journal/journal.ts';
import { brokenOffAt, isOnRunningStep } from '../../../plan/departure-point.ts';
import type { StepAtWork, World } from '../../world.ts';
import { type Context, succeeded } from '../context.ts';

interface AtWork {
  readonly procedure: string;
  readonly step: string;
}

/** Carries a step out and keeps the time, so that a trigger can say that it is late and the call can end it. */
export async function atWork(
  context: Context,
  { procedure, step }: AtWork,
  perform: (context: Context) => Promise<NodeOutcome>,
): Promise<NodeOutcome> {
  const { world, signal } = context;
  const { clock } = world.ports;
  const entry: StepAtWork = { sinceMs: clock.monotonicMs(), untilMs: null, end: new AbortController() };
  world.stepsAtWork.set(`${procedure}.${step}`, entry);
  const done = perform({ ...context, signal: AbortSignal.any([signal, entry.end.signal]) });
  try {
    return isUnderFault(world, { procedure, step }) ? await brokenOff(world, entry, done) : await done;
  } finally {
    entry.untilMs = clock.monotonicMs();
  }
}

/** The step that is hit while it runs never leads further, however it ends: how it did is told, and the way back begins. */
async function brokenOff(world: World, entry: StepAtWork, done: Promise<NodeOutcome>): Promise<NodeOutcome> {
  try {
    const { kind, detail } = await done;
    return succeeded(kind === 'succeeded' ? `it came to its end: ${detail}` : `it did not come to its end: ${detail}`);
  } catch (error) {
    if (!entry.end.signal.aborted) throw error;
    const after = formatDuration(world.ports.clock.monotonicMs() - entry.sinceMs);
    return succeeded(`ended after ${after}, because the rollback was called`);
  }
}

function isUnderFault({ request: { scenario } }: World, { procedure, step }: AtWork): boolean {
  const broken = brokenOffAt(scenario);
  return isOnRunningStep(scenario) && broken?.during === procedure && broken.step === step;
}

/** After the call: what was slowed down goes on, and is then ended, so that the way back finds nothing at work. */
export async function breakOff({ world }: Context, step: string): Promise<NodeOutcome> {
  const entry = world.stepsAtWork.get(step);
  await world.throttle?.heal();
  world.throttle = null;
  if (entry === undefined || entry.untilMs !== null) return succeeded(`${step} had come to its end`);
  entry.end.abort(new RollproofError('interrupted', 'the rollback was called'));
  return succeeded(`${step} is ended`);
}

/** Per cent of its expected p90 that a step has been at work; 0 before it begins. */
export function stepShare(world: World, procedure: string, step: string): number {
  const entry = world.stepsAtWork.get(`${procedure}.${step}`);
  const expected = world.plan.procedures[procedure]?.steps.find(({ id }) => id === step)?.expected;
  const p90Ms = expected === undefined ? undefined : parseDuration(expected.p90);
  if (p90Ms === undefined) throw new RollproofError('could-not-read', `nothing says how long ${step} may take`);
  if (entry === undefined) return 0;
  return (100 * ((entry.untilMs ?? world.ports.clock.monotonicMs()) - entry.sinceMs)) / p90Ms;
}
