import { findCatalogueEntry } from '../../../catalogue/catalogue.ts';
import { seededRandom } from '../../../kernel/random.ts';
import { parseRate, type Truth, truthWithoutRows } from '../../../fault/injector.ts';
import type { Presence } from '../../../fault/presence.ts';
import type { Throttle } from '../../../environment/host.ts';
import { brokenOffAt } from '../../../plan/departure-point.ts';
import type { PlannedFault } from '../../../plan/schema.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import type { FaultKind } from './fault-kinds.ts';

/** Of the time. Without `rate` a step takes about ten times as long. */
const DEFAULT_SHARE = 0.9;
const APPEARS_WITHIN_MS = 30_000;
const POLL_MS = 10;

/** GF-01: the step's processes are stopped for a share of the time, from their start until the rollback is called. */
export const slowStep: FaultKind = { takeEffect, show: (context) => show(context) };

async function takeEffect(context: Context, fault: PlannedFault): Promise<Truth | null> {
  const { world } = context;
  const share = fault.rate === undefined ? DEFAULT_SHARE : parseRate(fault.rate);
  const where = stepUnderFault(world);
  world.throttle = await throttleWhenItRuns(context, { share, seed: fault.seed });
  const applicable = world.throttle !== null;
  const description = applicable
    ? `the processes of ${where} are stopped for ${inPerCent(share)} of the time`
    : `not applicable: ${where} ended before it could be slowed down`;
  await context.note('injection', {
    fault: fault.id,
    name: findCatalogueEntry(fault.id)?.name ?? fault.id,
    store: where,
    where: `the step ${where}`,
    seed: fault.seed,
    rows: 0,
    description,
    applicable,
  });
  return applicable ? truthOf(fault, where, description) : null;
}

function stepUnderFault({ request: { scenario } }: World): string {
  const broken = brokenOffAt(scenario);
  return `${broken?.during ?? ''}.${broken?.step ?? ''}`;
}

async function throttleWhenItRuns(
  { world, signal }: Context,
  { share, seed }: { readonly share: number; readonly seed: number },
): Promise<Throttle | null> {
  const { clock } = world.ports;
  const until = clock.monotonicMs() + APPEARS_WITHIN_MS;
  const name = `step-${brokenOffAt(world.request.scenario)?.step ?? ''}`;
  while (clock.monotonicMs() < until && !hasEnded(world)) {
    const throttle = world.environment.throttle(name, { share, random: seededRandom(seed) });
    if (throttle !== null) return throttle;
    await clock.wait(POLL_MS, signal);
  }
  return null;
}

function hasEnded(world: World): boolean {
  return (world.stepsAtWork.get(stepUnderFault(world))?.untilMs ?? null) !== null;
}

function truthOf({ id, seed }: PlannedFault, where: string, description: string): Truth {
  return truthWithoutRows({ fault: id, store: where, seed, description });
}

const LOOKS = 60;
const BETWEEN_LOOKS_MS = 25;
const FEWEST_LOOKS = 10;
/** So often must the processes be seen stopped. A program at work is never stopped by itself. */
const LEAST_SHOWN = 0.25;

/** What the kernel says about the processes, in looks of our own beside the beat of the fault. */
async function show({ world, signal }: Context): Promise<Presence> {
  const { throttle } = world;
  let looks = 0;
  let stopped = 0;
  for (let look = 0; look < LOOKS && throttle !== null && !hasEnded(world); look += 1) {
    const seen = throttle.look();
    looks += seen.processes > 0 ? 1 : 0;
    stopped += seen.processes > 0 && seen.stopped === seen.processes ? 1 : 0;
    await world.ports.clock.wait(BETWEEN_LOOKS_MS, signal);
  }
  const share = looks === 0 ? 0 : stopped / looks;
  const end = hasEnded(world) ? 'has ended' : 'is still at work';
  return {
    shown: looks >= FEWEST_LOOKS && share >= LEAST_SHOWN,
    evidence: `in ${looks} looks the processes of ${stepUnderFault(world)} stood still in ${inPerCent(share)}; it ${end}`,
  };
}

function inPerCent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
