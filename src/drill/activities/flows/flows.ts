import { RollproofError } from '../../../kernel/errors.ts';
import type { Completion } from '../../../kernel/completion.ts';
import type { NodeOutcome } from '../../../journal/journal.ts';
import { type Asked, type Held, judgeStop, type StopLook } from '../../../flow/stop-certificate.ts';
import type { Flow } from '../../../plan/schema.ts';
import type { World } from '../../world.ts';
import { placeOf, runCheck } from '../checks.ts';
import { type Context, failedByPlan, succeeded } from '../context.ts';
import { asking, type LookRequest, runIn, valueOf } from './flow-questions.ts';
import { quietTime } from './quiet-time.ts';
import { toldOf } from './told.ts';

export type FlowState = 'running' | 'stopped';

/** Starts or stops a flow by its own command. That it did so is seen by its checks, not by the exit code. */
export async function commandFlow(
  context: Context,
  { name, to }: { readonly name: string; readonly to: FlowState },
): Promise<NodeOutcome> {
  const flow = context.world.flow(name);
  const done = await runIn(context, to === 'running' ? flow.start : flow.stop, `flow-${name}`);
  if (done.exitCode !== 0) return failedByPlan(`${name} could not be set to ${to}: ${lastWords(done)}`);
  return succeeded(to);
}

function lastWords(done: Completion): string {
  const said = (done.stderr.trim() || done.stdout.trim()).split('\n').at(-1) ?? '';
  return `exit code ${done.exitCode ?? 'none'}${said === '' ? '' : `: ${said.slice(0, 300)}`}`;
}

/** Whether each flow is as a state wants it, by its own check. */
export async function verifyFlows(
  context: Context,
  { state, when }: { readonly state: string; readonly when: 'before' | 'live' | 'verify' },
): Promise<readonly string[]> {
  const { world } = context;
  const troubles: string[] = [];
  for (const [name, wanted] of Object.entries(world.plan.states[state]?.flows ?? {})) {
    const flow = world.flow(name);
    const held = await ask(world, flow.armed);
    const actual = 'why' in held ? held.why : held.found.holds ? 'running' : 'stopped';
    const outcome = 'why' in held ? 'unknown' : actual === wanted ? 'passed' : 'failed';
    await context.note('check', {
      name: `${name} is ${wanted}`,
      system: flow.from,
      when,
      expected: wanted,
      actual,
      outcome,
      gating: true,
    });
    if (outcome === 'failed') troubles.push(`${name} is ${actual}`);
  }
  return troubles;
}

/** One marked message all the way. Whether it arrived is told by the answer. */
export async function sendCanary(
  context: Context,
  name: string,
): Promise<{ readonly arrived: boolean; readonly said: string }> {
  const { canary } = context.world.flow(name);
  if (canary === undefined) throw new RollproofError('plan-invalid', `${name} has no canary`);
  const done = await runIn(context, canary, `canary-${name}`);
  return { arrived: done.exitCode === 0, said: lastWords(done) };
}

/** Asked in the verification, and once more when the quiet time is over: a zombie may take its time. */
export async function certifyStop(
  context: Context,
  { name, when }: { readonly name: string; readonly when: 'verify' | 'watch' },
): Promise<NodeOutcome> {
  const { world } = context;
  if (world.targetState().flows[name] !== 'stopped')
    return succeeded(`the state ${world.targetStateName()} does not want it stopped`);
  const look = await lookAt(context, { name, flow: world.flow(name), when });
  const conditions = judgeStop(look);
  await context.note('flow-stop', { flow: name, when, conditions: [...conditions] });
  const bad = conditions.filter((one) => one.state === 'violated');
  // A violated condition is a finding, not an end: what comes later may show its consequences.
  return succeeded(bad.length === 0 ? 'looked at' : bad.map((one) => one.evidence).join('; '));
}

async function lookAt(context: Context, request: LookRequest): Promise<StopLook> {
  const { world } = context;
  const { flow } = request;
  // First, because it waits: what is asked afterwards is asked of a flow that had its chance.
  const quiet = await quietTime(context, request);
  return {
    quiet,
    producer: await named(world, flow.stopped.producer, 'no check says that the producer is disabled'),
    credential: await named(world, flow.stopped.credential, 'no check says that the credential is disabled'),
    inFlight: await asking(
      flow.inFlight,
      'the plan does not say how to see messages under way',
      async ({ in: store, sql }) =>
        (await world.sqlStore(store).query(sql, { readOnly: true })).map((row) => Object.values(row)[0] ?? 'NULL'),
    ),
    watermark: await asking(flow.watermark, 'the plan names no watermark', async ({ from, to }) => ({
      from: await valueOf(world, from),
      to: await valueOf(world, to),
    })),
    counts: await asking(flow.counts, 'the plan does not say how to count messages', async ({ sent, received }) => ({
      sent: numberOf(await valueOf(world, sent)),
      received: numberOf(await valueOf(world, received)),
      carried: await carriedBy(world, request.name),
    })),
    rearming: await rearming(world, flow),
    legacy: await legacy(context, request),
    told: await toldOf(context, request, await named(world, flow.stopped.told, NOBODY_TOLD)),
  };
}

const NOBODY_TOLD = 'no check and no message says that the other side has been told';

async function named(world: World, check: string | undefined, unless: string): Promise<Asked<Held>> {
  return check === undefined ? { why: unless } : ask(world, check);
}

async function ask(world: World, name: string): Promise<Asked<Held>> {
  const check = world.plan.checks[name];
  if (check === undefined) throw new RollproofError('plan-invalid', `there is no check ${name}`);
  const { outcome, actual } = await runCheck(check, placeOf(world), world.before.get(name));
  return outcome === 'unknown'
    ? { why: `${name}: ${actual}` }
    : { found: { name, holds: outcome === 'passed', answer: actual } };
}

/** Messages that the flow's proxy delivered, each as often as it did. Null: nothing stands between. */
async function carriedBy(world: World, flow: string): Promise<number | null> {
  const proxied = world.proxied(flow);
  return proxied === null ? null : (await proxied.proxy.traffic(flow)).counters.delivered;
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number)) throw new RollproofError('could-not-read', `${text} is not a number`);
  return number;
}

async function rearming(world: World, flow: Flow): Promise<Asked<readonly Held[]>> {
  if (flow.stopped.nothingRearms.length === 0) return { why: 'no check says that nothing arms it again' };
  const held: Held[] = [];
  for (const name of flow.stopped.nothingRearms) {
    const asked = await ask(world, name);
    if ('why' in asked) return asked;
    held.push(asked.found);
  }
  return { found: held };
}

/** Only where the target state wants the old flow back. A canary is sent once: a second one would be a second message. */
async function legacy(context: Context, { flow, when }: LookRequest): Promise<StopLook['legacy']> {
  const { world } = context;
  const replaced = flow.replaces;
  if (replaced === undefined || when === 'watch' || world.targetState().flows[replaced] !== 'running') return null;
  return asking(world.flow(replaced).canary, `the plan has no canary for ${replaced}`, async () => ({
    flow: replaced,
    ...(await sendCanary(context, replaced)),
  }));
}
