import type { Journal, NodeOutcome, Recorded } from '../../journal/journal.ts';
import { asJson, type Facts, type Topic } from '../../proof/facts.ts';
import type { NodeRun } from '../run.ts';
import type { World } from '../world.ts';

/** What an activity gets: the world, and how to note facts about it. */
export interface Context {
  readonly world: World;
  readonly signal: AbortSignal;
  /** What the drill has written down so far. */
  readonly events: () => Promise<readonly Recorded[]>;
  note<T extends Topic>(topic: T, facts: Facts[T]): Promise<void>;
}

export function contextOf(world: World, run: NodeRun, journal: Journal): Context {
  return {
    world,
    signal: run.signal,
    events: () => journal.read(),
    note: (topic, facts) => run.note(topic, asJson(facts)),
  };
}

export function succeeded(detail: string): NodeOutcome {
  return { kind: 'succeeded', detail };
}

export function failedByPlan(detail: string): NodeOutcome {
  return { kind: 'failed', detail, blame: 'plan' };
}

/** Law 12: the machine ended it, so this says nothing about the plan. */
export function outOfMemory(systems: readonly string[]): NodeOutcome {
  return { kind: 'failed', detail: `${systems.join(', ')} ran out of memory in the environment`, blame: 'environment' };
}

/** No person answers faster; the unattended policy does. */
const POLICY_MS = 1;

/** Waiting for a person is not working: how long it took is noted, also when no answer came. */
export async function askPerson<T>(
  context: Context,
  { what, ask }: { readonly what: string; readonly ask: () => Promise<T> },
): Promise<T> {
  const { clock } = context.world.ports;
  const since = clock.monotonicMs();
  const note = async (): Promise<void> => {
    const ms = clock.monotonicMs() - since;
    if (ms >= POLICY_MS) await context.note('waited', { for: what, ms });
  };
  const answer = await ask().catch(async (error: unknown) => {
    // What the person said, or that the drill is over, matters more than a note that came too late.
    await note().catch(() => undefined);
    throw error;
  });
  await note();
  return answer;
}
