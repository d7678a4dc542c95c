import { countOf } from '../../kernel/count.ts';
import { parseDuration } from '../../kernel/duration.ts';
import type { Truth } from '../../fault/injector.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import { newStateOf } from '../../plan/departure-point.ts';
import type { PlannedFault } from '../../plan/schema.ts';
import { readTriggerAt, type TriggerPlace } from '../triggers/read-trigger.ts';
import { afterReading, type Colour, QUIET, type WindowRule } from '../triggers/window.ts';
import type { World } from '../world.ts';
import { placeOf, runCheck } from './checks.ts';
import { type Context, succeeded } from './context.ts';
import { type FaultKind, faultKindOf } from './faults/fault-kinds.ts';
import { floodTriggers, judgeFloods } from './twists/flood.ts';
import { forgetReadings } from './readings.ts';
import { stepShare } from './faults/step-at-work.ts';
import { armTwists } from './twists/twists.ts';
import { isComparedLater } from './writers.ts';

/** Without `detectWithin`: three times as long as the slowest trigger needs for its readings. */
const DETECT_FACTOR = 3;
const SHORTEST_WATCH_MS = 1_000;

/** What is red before any damage is a false alarm, and proves nothing later. */
export async function watchBefore(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  for (const name of Object.keys(world.plan.triggers)) {
    const { colour } = await readTrigger(context, name, 'before');
    world.triggers.set(name, { before: colour });
  }
  for (const name of detectorsOf(world)) {
    const colour = await readDetector(context, name);
    world.triggers.set(`check ${name}`, { before: colour });
  }
  return succeeded(`${world.triggers.size} detectors read`);
}

/** Checks of the live state serve as detectors beside the triggers; on the way there, those that already hold. */
export function detectorsOf(world: World): readonly string[] {
  const state = world.plan.states[newStateOf(world.plan, world.request.scenario) ?? ''];
  return Object.values(state?.systems ?? {}).flatMap((wanted) =>
    typeof wanted === 'object' ? (wanted.checks ?? []) : [],
  );
}

async function readTrigger(
  context: Context,
  name: string,
  phase: 'before' | 'watching',
): Promise<{ readonly colour: Colour }> {
  const trigger = context.world.plan.triggers[name];
  if (trigger === undefined) return { colour: 'unknown' };
  const { value, colour } = await readTriggerAt(trigger, triggerPlaceOf(context.world));
  await context.note('trigger-reading', { trigger: name, phase, value, colour });
  return { colour };
}

function triggerPlaceOf(world: World): TriggerPlace {
  return {
    ...placeOf(world),
    nowMs: () => world.ports.clock.monotonicMs(),
    stepShare: (procedure, step) => stepShare(world, procedure, step),
  };
}

async function readDetector(context: Context, name: string): Promise<Colour> {
  const { world } = context;
  const check = world.plan.checks[name];
  if (check === undefined) return 'unknown';
  const result = await runCheck(check, placeOf(world), world.before.get(name));
  return result.outcome === 'passed' ? 'green' : result.outcome === 'failed' ? 'red' : 'unknown';
}

interface Taken {
  readonly kind: FaultKind;
  readonly fault: PlannedFault;
  readonly truth: Truth;
}

/** The truth is sealed before anybody may notice; whether the damage is there is shown by a look of our own. */
export async function inject(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  const taken: Taken[] = [];
  for (const fault of world.request.scenario.faults) {
    const kind = faultKindOf(fault.id);
    const truth = await kind.takeEffect(context, fault);
    if (truth === null) continue;
    taken.push({ kind, fault, truth });
    if (taken.length === 1) await context.note('instant', { name: 't0', note: 'the first damage takes effect' });
  }
  const twists = await armTwists(context);
  const digest = await world.ports.vault.seal([...taken.map(({ truth }) => truth), ...twists]);
  await context.note('truth-sealed', { digest });
  for (const { kind, fault, truth } of taken) {
    const { shown, evidence } = await kind.show(context, { fault, truth });
    await context.note('presence', { fault: truth.fault, shown, evidence });
  }
  const { faults, twists: planned } = world.request.scenario;
  const armed = planned.length === 0 ? '' : `, ${twists.length} of ${countOf(planned.length, 'twist')} armed`;
  return succeeded(`${taken.length} of ${faults.length} faults took effect${armed}`);
}

interface Watched extends WindowRule {
  readonly name: string;
  readonly kind: 'trigger' | 'check';
  readonly everyMs: number;
  readonly liveCadenceMs: number;
  readonly read: () => Promise<Colour>;
}

/** First sustained trigger or newly red live check; else the referee calls it when the time is over. */
export async function detect(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  forgetReadings(world, ['live', 'worked', 'faulted'], (store) => isComparedLater(world, store));
  const watched = watchedOf(context);
  const limitMs = detectLimit(world, watched);
  const seen = await firstSustained(context, watched, limitMs);
  const isS0 = world.request.scenario.kind === 'S0';
  const found = seen ?? { name: 'referee', kind: 'referee' as const, readings: 0, liveCadenceMs: 0 };
  if (seen !== null) world.noticed = `the ${found.kind} ${found.name} notices damage`;
  await context.note('detection', {
    by: found.kind,
    name: found.name,
    readings: found.readings,
    liveCadenceMs: found.liveCadenceMs,
    falseAlarm: isS0 && seen !== null && !floodTriggers(world).has(seen.name),
  });
  await judgeFloods(context, async (name) => (await readTrigger(context, name, 'watching')).colour === 'red');
  await context.note('instant', {
    name: 't1',
    note: seen === null ? 'the referee calls it' : `${found.kind} ${found.name}`,
  });
  return succeeded(seen === null ? 'nothing noticed; the referee calls it' : `${found.kind} ${found.name} noticed`);
}

function watchedOf(context: Context): readonly Watched[] {
  const { world } = context;
  const triggers = Object.entries(world.plan.triggers)
    .filter(([name, trigger]) => trigger.class !== 'watch' && world.triggers.get(name)?.before === 'green')
    .map(
      ([name, trigger]): Watched => ({
        name,
        kind: 'trigger',
        readings: trigger.readings,
        within: trigger.within,
        everyMs: parseDuration(trigger.every.drill) ?? 1_000,
        liveCadenceMs: parseDuration(trigger.every.live) ?? 60_000,
        read: async () => (await readTrigger(context, name, 'watching')).colour,
      }),
    );
  const checks = detectorsOf(world)
    .filter((name) => world.triggers.get(`check ${name}`)?.before === 'green')
    .map(
      (name): Watched => ({
        name,
        kind: 'check',
        readings: 1,
        within: undefined,
        everyMs: 500,
        liveCadenceMs: 0,
        read: async () => readDetector(context, name),
      }),
    );
  return [...triggers, ...checks];
}

function detectLimit(world: World, watched: readonly Watched[]): number {
  const { scenario } = world.request;
  const slowest = Math.max(
    SHORTEST_WATCH_MS,
    ...watched.map((one) => Math.max(one.readings, one.within ?? 0) * one.everyMs),
  );
  if (scenario.detectWithin !== undefined) return parseDuration(scenario.detectWithin) ?? slowest;
  // In S0 nothing is expected: one sustained window is enough to catch a false alarm.
  return scenario.kind === 'S0' ? slowest : slowest * DETECT_FACTOR;
}

async function firstSustained(context: Context, watched: readonly Watched[], limitMs: number): Promise<Watched | null> {
  const { clock } = context.world.ports;
  const until = clock.monotonicMs() + limitMs;
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, context.signal]);
  const each = watched.map(async (one) => sustained({ one, until, signal, clock }));
  try {
    const first = await firstOf(each);
    if (first === null && watched.length === 0) await clock.wait(Math.min(limitMs, SHORTEST_WATCH_MS), context.signal);
    return first;
  } finally {
    ended.abort();
    await Promise.allSettled(each);
  }
}

async function sustained(request: {
  readonly one: Watched;
  readonly until: number;
  readonly signal: AbortSignal;
  readonly clock: World['ports']['clock'];
}): Promise<Watched | null> {
  const { one, until, signal, clock } = request;
  let window = QUIET;
  while (clock.monotonicMs() < until && !signal.aborted) {
    window = afterReading(window, await one.read(), one);
    if (window.isRed) return one;
    await clock.wait(one.everyMs, signal).catch(() => undefined);
  }
  return null;
}

/** The first that is not null, or null when all are. */
async function firstOf<T>(promises: readonly Promise<T | null>[]): Promise<T | null> {
  return new Promise((resolve, reject) => {
    let open = promises.length;
    if (open === 0) resolve(null);
    for (const promise of promises) {
      promise.then((value) => {
        open -= 1;
        if (value !== null) resolve(value);
        else if (open === 0) resolve(null);
      }, reject);
    }
  });
}
