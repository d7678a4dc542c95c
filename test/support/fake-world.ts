import type { Context } from '../../src/drill/activities/context.ts';
import { type DrillPorts, World } from '../../src/drill/world.ts';
import { NOTHING_SAID, rosterOf } from '../../src/people/roster/roster.ts';
import { invitedBy } from '../../src/plan/duties.ts';
import { asJson } from '../../src/proof/facts.ts';
import type { Service } from '../../src/subject/service.ts';
import type { Store } from '../../src/subject/store.ts';
import type { Note } from './evidence.ts';
import { loadGood, SAMPLE_PLAN } from './plans.ts';

export interface FakeWorldParts {
  readonly stores?: Readonly<Record<string, Partial<Store>>>;
  readonly services?: Readonly<Record<string, Partial<Service>>>;
}

/** A world of the sample plan in which only what a test names can be asked; anything else is a mistake in the test. */
export function fakeWorld({ stores = {}, services = {} }: FakeWorldParts = {}): World {
  const { plan } = loadGood(SAMPLE_PLAN);
  const scenario = plan.scenarios['clean-return'];
  if (scenario === undefined) throw new Error('the sample has no clean-return');
  const request = {
    plan,
    scenarioName: 'clean-return',
    scenario,
    drill: 'd-1',
    leaseMs: 1,
    keep: false,
    roster: rosterOf(invitedBy(plan), NOTHING_SAID),
    placeOf: (path: readonly (string | number)[]) => path.join('.'),
  };
  const world = new World(request, {} as DrillPorts);
  for (const [name, store] of Object.entries(stores)) world.stores.set(name, { name, ...store } as Store);
  for (const [name, service] of Object.entries(services)) world.services.set(name, { name, ...service } as Service);
  return world;
}

/** Keeps what is noted. */
export function notingContext(world: World): { readonly context: Context; readonly notes: readonly Note[] } {
  const notes: Note[] = [];
  const context: Context = {
    world,
    signal: new AbortController().signal,
    events: async () => [],
    note: async (topic, facts) => void notes.push({ topic, facts: asJson(facts) } as unknown as Note),
  };
  return { context, notes };
}
