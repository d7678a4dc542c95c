import { beginsEmpty } from '../../plan/states.ts';
import type { TwinPurpose } from '../activity.ts';
import type { World } from '../world.ts';
import { startStateOf, stateBefore } from './twins.ts';

/**
 * The stores that something on the twins can ask: a copy of a database is a server of its own, and takes seconds. The
 * control run has all that hold data, since something inside may change it.
 */
export function storesOnTwins(world: World, purpose: TwinPurpose): readonly string[] {
  const asked = new Set([
    ...storesOfPrograms(world, stateOn(world, purpose)),
    ...(purpose === 'control' ? storesOfChecks(world) : storesOfUsers(world)),
  ]);
  const { systems } = world.plan;
  return world.storeNames().filter((name) => {
    const system = systems[name];
    return asked.has(name) || (purpose === 'control' && (system === undefined || !beginsEmpty(system)));
  });
}

function stateOn(world: World, purpose: TwinPurpose): string {
  if (purpose === 'control') return startStateOf(world);
  return purpose === 'before' ? stateBefore(world) : world.targetStateName();
}

function storesOfPrograms({ plan }: World, state: string): readonly string[] {
  return Object.entries(plan.states[state]?.systems ?? {}).flatMap(([name, wanted]) => {
    const system = plan.systems[name];
    if (system?.kind !== 'service' || typeof wanted !== 'object' || wanted.is !== 'running') return [];
    const expected = Object.values(system.releases).flatMap(({ expects }) => expects?.in ?? []);
    return [
      ...Object.values(system.uses),
      ...expected,
      ...(system.jobs?.stored === undefined ? [] : [system.jobs.stored.in]),
    ];
  });
}

function storesOfChecks(world: World): readonly string[] {
  const { plan } = world;
  return Object.values(plan.states[startStateOf(world)]?.systems ?? {}).flatMap((wanted) =>
    typeof wanted === 'object' ? (wanted.checks ?? []).flatMap((check) => plan.checks[check]?.in ?? []) : [],
  );
}

function storesOfUsers(world: World): readonly string[] {
  return world.targetState().access.flatMap((name) => {
    const group = world.plan.users[name];
    if (group === undefined) return [];
    return [group.list.in, ...('resetInClone' in group.signIn ? [group.signIn.resetInClone.in] : [])];
  });
}
