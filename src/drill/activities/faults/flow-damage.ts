import { parseDuration } from '../../../kernel/duration.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import type { FaultShown } from '../../../flow/show-flow-fault.ts';
import type { Flow, PlannedFault } from '../../../plan/schema.ts';
import type { World } from '../../world.ts';
import { answerOf, placeOf, runCheck, textOf } from '../checks.ts';
import type { Context } from '../context.ts';
import { runIn } from '../flows/flow-questions.ts';

/** A fault of a flow that no proxy can make: what was done, and how it is shown to be there. */
export interface FlowDamage {
  /** For people: where it sits. */
  readonly where: string;
  readonly description: string;
  /** Null: the fault has no place here. */
  readonly show: (() => Promise<FaultShown>) | null;
}

export interface DamageRequest {
  readonly context: Context;
  readonly fault: PlannedFault;
  readonly name: string;
  readonly flow: Flow;
}

/** IF-16: the flow of before is started beside the one that replaced it, by its own command. */
export async function bothOn(request: DamageRequest): Promise<FlowDamage> {
  const { context, name, flow } = request;
  const replaced = flow.replaces ?? '';
  const old = context.world.flow(replaced);
  await runIn(context, old.start, `both-on-${replaced}`);
  // A slow one does its round at once, so that its effects are there and not only its schedule.
  if (old.fire !== undefined) await runIn(context, old.fire, `both-on-fire-${replaced}`);
  return {
    where: replaced,
    description: `${replaced} runs beside ${name}, which replaces it`,
    show: async () => {
      const states = await Promise.all(
        [name, replaced].map(async (one) => ({ one, armed: await isArmed(context.world, one) })),
      );
      return {
        shown: states.every(({ armed }) => armed === 'passed'),
        evidence: states.map(({ one, armed }) => `${one} ${ARMED[armed]}`).join(', '),
      };
    },
  };
}

const ARMED = { passed: 'is armed', failed: 'is not armed', unknown: 'could not be asked' } as const;

async function isArmed(world: World, flow: string): Promise<keyof typeof ARMED> {
  const check = world.plan.checks[world.flow(flow).armed];
  return check === undefined ? 'unknown' : (await runCheck(check, placeOf(world), undefined)).outcome;
}

/** IF-19: the sender forgets how far it came, by the statement of the plan. */
export async function lostWatermark({ context, name, flow }: DamageRequest): Promise<FlowDamage> {
  const { world } = context;
  const { from, reset } = flow.watermark ?? {};
  if (from === undefined || reset === undefined)
    throw new RollproofError('plan-invalid', `${name} has no watermark that can be reset`);
  const store = world.sqlStore(reset.in);
  const ask = (): Promise<string> => answerOf({ ...from, timeout: '30s', is: '' }, placeOf(world));
  // What has been carried can be forgotten: one round at once, before the flow's own schedule comes round to it.
  if (flow.fire !== undefined) await runIn(context, flow.fire, `round-${name}`);
  const before = await ask();
  // In one transaction where that can be: the flow may have moved on before a second question is answered.
  const isOne = from.sql !== undefined && from.in === reset.in;
  const rows = await store.query(isOne ? `${reset.sql};\n${from.sql ?? ''}` : reset.sql);
  const after = isOne ? textOf(Object.values(rows[0] ?? {})[0]) : await ask();
  const evidence = `the sender of ${name} was at ${before}, and after the reset at ${after}`;
  return {
    where: `${reset.in}, watermark of ${name}`,
    description: `the watermark of ${name} is lost`,
    show: async () => ({ shown: before !== after, evidence }),
  };
}

/** How long is waited for something that the flow does by itself. */
export function roundOf(flow: Flow): number {
  return Math.max(SHORTEST_WAIT_MS, 5 * (parseDuration(flow.schedule.drill) ?? 1_000));
}

const SHORTEST_WAIT_MS = 10_000;
