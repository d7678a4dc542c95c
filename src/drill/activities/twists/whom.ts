import { canonicalJson } from '../../../kernel/canonical.ts';
import { messageOf } from '../../../kernel/errors.ts';
import type { NodeOutcome } from '../../../journal/journal.ts';
import type { PlannedTwist, Step } from '../../../plan/schema.ts';
import type { World } from '../../world.ts';
import { firstValue, textOf } from '../checks.ts';
import { type Context, failedByPlan } from '../context.ts';
import type { ArmedTwist } from './twists.ts';

/** A step that is pointed at another system than the plan names, until that has been noticed. */
export interface Misdirection {
  readonly twist: string;
  readonly where: string;
  readonly step: Step;
  readonly from: string;
  readonly to: string;
}

export async function armWrongHost({ world }: Context, twist: PlannedTwist): Promise<ArmedTwist> {
  const step = world.stepsBack().find((one) => one.id === twist.step);
  const where = `${world.wayBack}.${twist.step ?? ''}`;
  const to = twist.instead ?? '';
  const from = step === undefined ? undefined : meantBy(world, step, to);
  if (step === undefined || from === undefined)
    return { where, armed: false, what: `it acts on no system of the kind of ${to}` };
  world.twisted.misdirections.push({ twist: twist.id, where, step, from, to });
  return { where, armed: true, what: `${step.id} is pointed at ${to} instead of ${from}` };
}

/** The system of the same kind that the step acts on. */
function meantBy({ plan }: World, step: Step, instead: string): string | undefined {
  const program = plan.systems[step.in ?? ''];
  const used = program?.kind === 'service' || program?.kind === 'endpoint' ? Object.values(program.uses) : [];
  const named = [step.onlyOn?.in, ...(step.restore ?? []), step.in, ...used];
  return named.find((name) => name !== instead && plan.systems[name ?? '']?.kind === plan.systems[instead]?.kind);
}

/** Where a name in this step leads. */
export function ledTo(world: World, step: Step, name: string): string {
  return misdirectionOf(world, step)?.from === name ? (misdirectionOf(world, step)?.to ?? name) : name;
}

function misdirectionOf(world: World, step: Step): Misdirection | undefined {
  return world.twisted.misdirections.find((one) => one.step === step);
}

/** Commands find systems by their addresses: of a step that is pointed elsewhere, the other one's. */
export async function withItsAddresses<T>(world: World, step: Step, act: () => Promise<T>): Promise<T> {
  const misdirected = step.run === undefined ? undefined : misdirectionOf(world, step);
  if (misdirected === undefined) return act();
  world.twisted.acting = misdirected;
  try {
    return await act();
  } finally {
    world.twisted.acting = null;
  }
}

/**
 * Just before a step acts: is it talking to whom the plan means? Null when it may go on. One that was pointed elsewhere is
 * set right once it was stopped.
 */
export async function stoppedByIdentity(context: Context, step: Step): Promise<NodeOutcome | null> {
  const { world } = context;
  const misdirected = misdirectionOf(world, step);
  const wrong = await wrongTarget(world, step);
  if (misdirected === undefined) return wrong === null ? null : failedByPlan(`stopped by identity: ${wrong}`);
  const { twist, where, from, to } = misdirected;
  const pointed = `${step.id} was pointed at ${to} instead of ${from}`;
  if (wrong === null) {
    const evidence = `${pointed} and acted there: nothing asked whom it was talking to`;
    const fails = world.plan.systems[from]?.kind === 'directory' ? 'files' : 'data';
    await context.note('twist-shown', { twist, where, shown: true, evidence, fails });
    return null;
  }
  const evidence = `${pointed} and stopped by identity before it acted: ${wrong}`;
  await context.note('twist-shown', { twist, where, shown: true, evidence });
  world.twisted.misdirections.splice(world.twisted.misdirections.indexOf(misdirected), 1);
  return stoppedByIdentity(context, step);
}

async function wrongTarget(world: World, step: Step): Promise<string | null> {
  return (await otherThanAsked(world, step)) ?? (await otherThanStarted(world, step));
}

/** Asked through the very address that the step is going to use. */
async function otherThanAsked(world: World, step: Step): Promise<string | null> {
  const { onlyOn } = step;
  if (onlyOn === undefined) return null;
  const expected = textOf(onlyOn.is);
  try {
    const store = world.sqlStore(ledTo(world, step, onlyOn.in));
    const found = textOf(firstValue(await store.query(onlyOn.sql, { readOnly: true })));
    return found === expected ? null : `${onlyOn.in} answers ${found}, and only on ${expected} may it act`;
  } catch (error) {
    return `${onlyOn.in} does not answer what it must: ${messageOf(error)}`;
  }
}

/** Law 6, for the steps that we carry out ourselves: the server says who it is, and must be the one of that name. */
async function otherThanStarted(world: World, step: Step): Promise<string | null> {
  const named = [...(step.restore ?? []), ...(step.sql === undefined ? [] : [step.in ?? ''])];
  for (const name of named) {
    const said = await world.store(ledTo(world, step, name)).identify();
    const meant = await world.store(name).identify();
    if (canonicalJson(said.facts) !== canonicalJson(meant.facts))
      return `another server answers than the one that was started for ${name} (compared by Rollproof itself)`;
  }
  return null;
}
