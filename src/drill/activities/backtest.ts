import { messageOf } from '../../kernel/errors.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { provePresence } from '../../fault/presence.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import { newStateOf } from '../../plan/departure-point.ts';
import type { PlannedFault } from '../../plan/schema.ts';
import type { CopyReading, DetectorReading } from '../../proof/backtest.ts';
import { compareManifests } from '../../subject/compare.ts';
import type { Store } from '../../subject/store.ts';
import { readTriggerAt, type TriggerPlace } from '../triggers/read-trigger.ts';
import { afterReading, type Colour, QUIET, type WindowRule } from '../triggers/window.ts';
import { watchedTriggers } from '../watch/watched.ts';
import type { World } from '../world.ts';
import { runCheck } from './checks.ts';
import { type Context, succeeded } from './context.ts';
import { detectorsOf } from './damage.ts';
import { putInto } from './faults/store-faults.ts';
import { twinPlace } from './twin-place.ts';
import { startTwin, stopTwin } from './twins.ts';

/** One copy of the new state, damaged or not, with its programs: everything that should notice is asked. */
export async function backtestCopy(
  context: Context,
  { copy, fault }: { readonly copy: string; readonly fault: PlannedFault | null },
): Promise<NodeOutcome> {
  const { world } = context;
  const stores = new Map<string, Store>();
  try {
    for (const name of world.storeNames()) stores.set(name, await world.store(name).clone(`${name}-${copy}`));
    const damage = fault === null ? null : await damageCopy(world, stores, fault);
    const unusable = damage !== null && !damage.shown;
    const injected = damage?.fault ?? fault?.id ?? null;
    const detectors = unusable ? [] : await askAll(context, { copy, stores, fault });
    await context.note('backtest-copy', { copy, fault: injected, damage, detectors });
    return succeeded(unusable ? 'the damage is not present' : `${detectors.length} detectors asked`);
  } finally {
    for (const store of stores.values()) await store.release();
  }
}

async function damageCopy(
  world: World,
  stores: ReadonlyMap<string, Store>,
  fault: PlannedFault,
): Promise<NonNullable<CopyReading['damage']>> {
  const notDone = (sentence: string) => ({ fault: fault.id, shown: false, sentence });
  const name = fault.in ?? '';
  const store = stores.get(name);
  const injector = store === undefined ? null : world.ports.makeInjector(store);
  if (store === undefined || injector === null) return notDone('no fault of this kind can be put into a copy');
  const before = await store.read({ like: world.reading(name, 'live') });
  const done = await putInto(injector, fault);
  if (!done.applicable) return notDone(done.why);
  const { truth } = done;
  const own = { ...truth, store: before.store.name };
  const presence = provePresence(own, compareManifests(before, await store.read({ like: before })));
  return {
    fault: truth.fault,
    shown: presence.shown,
    sentence: presence.shown ? truth.description : presence.evidence,
  };
}

interface Copy {
  readonly copy: string;
  readonly stores: ReadonlyMap<string, Store>;
  readonly fault: PlannedFault | null;
}

async function askAll(context: Context, { copy, stores }: Copy): Promise<readonly DetectorReading[]> {
  const { world } = context;
  const state = newStateOf(world.plan, world.request.scenario) ?? '';
  const twin = await startTwin(context, { purpose: copy, stores, state, releases: world });
  try {
    const place: TriggerPlace = { ...twinPlace(world, twin), nowMs: () => world.ports.clock.monotonicMs() };
    const triggers = watchedTriggers(world.plan).map(async ([name, trigger]) =>
      ask(context, {
        name,
        kind: 'trigger',
        class: trigger.class,
        rule: trigger,
        everyMs: parseDuration(trigger.every.drill) ?? 1_000,
        liveCadenceMs: parseDuration(trigger.every.live) ?? 60_000,
        read: async () => readTriggerAt(trigger, place),
      }),
    );
    const checks = detectorsOf(world).flatMap((name) => {
      const check = world.plan.checks[name];
      if (check === undefined) return [];
      const read = async (): Promise<{ colour: Colour; value: string }> => {
        const { outcome, actual } = await runCheck(check, place, world.before.get(name));
        return { colour: COLOUR_OF[outcome], value: actual };
      };
      const rule = { readings: 1, within: undefined };
      return [ask(context, { name, kind: 'check', class: null, rule, everyMs: 500, liveCadenceMs: 0, read })];
    });
    return await Promise.all([...triggers, ...checks]);
  } finally {
    await stopTwin(twin);
  }
}

const COLOUR_OF = { passed: 'green', failed: 'red', unknown: 'unknown' } as const satisfies Record<string, Colour>;

interface Question {
  readonly name: string;
  readonly kind: DetectorReading['kind'];
  readonly class: DetectorReading['class'];
  readonly rule: WindowRule;
  readonly everyMs: number;
  readonly liveCadenceMs: number;
  readonly read: () => Promise<{ readonly colour: Colour; readonly value: string }>;
}

/** As long as a drill without `detectWithin` waits: what is not red by then counts as blind. */
const WINDOWS = 3;

async function ask(context: Context, question: Question): Promise<DetectorReading> {
  const { rule, everyMs, liveCadenceMs } = question;
  const most = Math.max(rule.readings, rule.within ?? 0) * WINDOWS;
  let window = QUIET;
  let latest: { colour: Colour; value: string } = { colour: 'unknown', value: 'not asked' };
  let unread = 0;
  let taken = 0;
  while (taken < most && !window.isRed) {
    if (taken > 0) await context.world.ports.clock.wait(everyMs, context.signal);
    latest = await question.read().catch((error: unknown) => ({ colour: 'unknown' as const, value: messageOf(error) }));
    taken += 1;
    unread += latest.colour === 'unknown' ? 1 : 0;
    window = afterReading(window, latest.colour, rule);
    // One that is steadily green stays so on a copy that nobody writes to.
    if (taken >= Math.max(rule.readings, rule.within ?? 0) && window.latest.every((one) => one === 'green')) break;
  }
  const { name, kind } = question;
  const state = window.isRed ? 'red' : unread > 0 ? 'unknown' : 'green';
  return { name, kind, class: question.class, state, readings: taken, liveCadenceMs, value: latest.value };
}
