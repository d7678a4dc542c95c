import { parseDuration } from '../../../kernel/duration.ts';
import { countOf } from '../../../kernel/count.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import type { Asked, Quiet } from '../../../flow/stop-certificate.ts';
import type { Flow } from '../../../plan/schema.ts';
import { compareManifests } from '../../../subject/compare.ts';
import { verdictOf } from '../../../subject/difference.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import { asking, type LookRequest, runIn, summary, valueOf } from './flow-questions.ts';

/** Twice its schedule, in the drill's cadence; where the real one is slower its work is also fired by hand, twice. */
const ROUNDS = 2;

export async function quietTime(context: Context, { name, flow, when }: LookRequest): Promise<Asked<Quiet>> {
  const { world, signal } = context;
  const { clock } = world.ports;
  const { principal } = flow;
  return asking(principal, '', async () => {
    const began = clock.monotonicMs();
    const writes = await writesOf(world, { name, flow, sinceShutOut: when === 'watch' });
    const marks = when === 'verify' ? await marksOf(world, flow) : (world.flowTraces.marks.get(name) ?? new Map());
    if (when === 'verify') await clock.wait(ROUNDS * (parseDuration(flow.schedule.drill) ?? 1_000), signal);
    let fired = 0;
    if (when === 'verify' && flow.fire !== undefined) {
      for (; fired < ROUNDS; fired += 1) await runIn(context, flow.fire, `fire-${name}`);
    }
    const now = await marksOf(world, flow);
    world.flowTraces.marks.set(name, now);
    return { waitedMs: clock.monotonicMs() - began, fired, writes: [...(await writes()), ...movedBetween(marks, now)] };
  });
}

type Marks = ReadonlyMap<string, string>;

/** What the flow itself says of its work. It moves when the flow writes under another name, as under that of its program. */
async function marksOf(world: World, { counts, watermark }: Flow): Promise<Marks> {
  const probes = [
    ['messages sent', counts?.sent],
    ['watermark', watermark?.from],
  ] as const;
  const marks = new Map<string, string>();
  for (const [what, probe] of probes) {
    const asked = await asking(probe, '', (given) => valueOf(world, given));
    if ('found' in asked) marks.set(what, asked.found);
  }
  return marks;
}

function movedBetween(before: Marks, now: Marks): readonly string[] {
  return [...now].flatMap(([what, value]) => {
    const earlier = before.get(what);
    return earlier === undefined || earlier === value ? [] : [`its ${what} went from ${earlier} to ${value}`];
  });
}

interface WritesRequest {
  readonly name: string;
  readonly flow: Flow;
  /** Else from now on. */
  readonly sinceShutOut: boolean;
}

/** Begins to watch; the answer says what the principal wrote until then, seen where it writes. */
async function writesOf(world: World, request: WritesRequest): Promise<() => Promise<readonly string[]>> {
  const stored = await writesInStore(world, request);
  const passed = await passedThrough(world, request.name);
  return async () => [...(await stored()), ...(await passed())];
}

async function passedThrough(world: World, flow: string): Promise<() => Promise<readonly string[]>> {
  const proxied = world.proxied(flow);
  if (proxied === null) return async () => [];
  const before = (await proxied.proxy.traffic(flow)).counters.requests;
  return async () => {
    const passed = (await proxied.proxy.traffic(flow)).counters.requests - before;
    return passed === 0 ? [] : [`${countOf(passed, 'request')} through its proxy`];
  };
}

async function writesInStore(
  world: World,
  { flow, sinceShutOut }: WritesRequest,
): Promise<() => Promise<readonly string[]>> {
  const { principal } = flow;
  const { role } = principal;
  if (role === undefined) return filesWritten(world, principal.in);
  const log = world.changeLogs.get(principal.in);
  if (log === undefined) throw new RollproofError('could-not-read', `nobody wrote down who changes ${principal.in}`);
  const since = sinceShutOut ? (world.shutOutAt.get(principal.in) ?? 0) : await log.position();
  return async () => summary((await log.changes(since)).filter((change) => change.role === role));
}

async function filesWritten(world: World, directory: string): Promise<() => Promise<readonly string[]>> {
  const store = world.store(directory);
  const before = await store.read();
  return async () => {
    const difference = compareManifests(before, await store.read({ like: before }));
    return verdictOf(difference) === 'different' ? [`files in ${directory} changed`] : [];
  };
}
