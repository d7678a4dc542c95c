import { messageOf } from '../../../kernel/errors.ts';
import { countOf } from '../../../kernel/count.ts';
import type { Presence } from '../../../fault/presence.ts';
import { LOG_IN, sweepUsers } from '../../../people/sweep.ts';
import { newStateOf } from '../../../plan/departure-point.ts';
import type { UserGroup } from '../../../plan/schema.ts';
import type { Store } from '../../../subject/store.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import type { FaultKind, Injected } from './fault-kinds.ts';
import { storeFault } from './store-faults.ts';
import { programOn, sqlTwin } from '../twin-place.ts';
import { listUsers, passwordsOf, resetOne, startTwin, stopTwin } from '../twins.ts';

/** GF-03: shown by the readings, and by signing in as everybody who was listed before, on a throw-away copy. */
export const accountsRevoked: FaultKind = {
  takeEffect: async (context, fault) => {
    const { world } = context;
    const group = groupIn(world, fault.in ?? '');
    const users = group === undefined ? [] : await listUsers(world.sqlStore(group.list.in), group.list.sql);
    world.seenBefore.set(
      fault.id,
      users.map(({ user }) => user),
    );
    return storeFault.takeEffect(context, fault);
  },
  show,
};

async function show(context: Context, injected: Injected): Promise<Presence> {
  const { world } = context;
  const inStore = await storeFault.show(context, injected);
  const group = groupIn(world, injected.truth.store);
  const users = world.seenBefore.get(injected.fault.id) ?? [];
  if (group === undefined || users.length === 0)
    return { ...inStore, evidence: `${inStore.evidence}; the plan does not say how its users sign in` };
  const tried = await signInOnCopy(context, group, users).catch((error: unknown) => messageOf(error));
  if (typeof tried === 'string') return { ...inStore, evidence: `${inStore.evidence}; nobody signed in: ${tried}` };
  const sentence = `${tried.refused} of ${countOf(users.length, 'user')} cannot sign in on a copy`;
  return { shown: inStore.shown && tried.refused > 0, evidence: `${inStore.evidence}; ${sentence}` };
}

function groupIn(world: World, store: string): UserGroup | undefined {
  return Object.values(world.plan.users).find(({ list }) => list.in === store);
}

async function signInOnCopy(
  context: Context,
  group: UserGroup,
  users: readonly string[],
): Promise<{ readonly refused: number }> {
  const { world } = context;
  const stores = new Map<string, Store>();
  try {
    for (const name of world.storeNames()) stores.set(name, await world.store(name).clone(`${name}-sign-in`));
    return await signIn(context, { group, users, stores });
  } finally {
    for (const store of stores.values()) await store.release();
  }
}

interface SignIns {
  readonly group: UserGroup;
  readonly users: readonly string[];
  readonly stores: ReadonlyMap<string, Store>;
}

async function signIn(context: Context, { group, users, stores }: SignIns): Promise<{ readonly refused: number }> {
  const { world, signal } = context;
  if ('resetInClone' in group.signIn) {
    const { resetInClone } = group.signIn;
    for (const user of users) await resetOne(sqlTwin({ stores }, resetInClone.in), resetInClone, user);
  }
  const state = newStateOf(world.plan, world.request.scenario) ?? '';
  const twin = await startTwin(context, { purpose: 'sign-in', stores, state, releases: world });
  try {
    const swept = await sweepUsers({
      group: { ...group, can: {}, anonymous: [] },
      groupName: 'sign-in',
      users: users.map((user) => ({ user, role: '' })),
      passwordOf: await passwordsOf(world, group),
      client: world.ports.httpClient(programOn(world, twin, group.login.in).socket),
      signal,
      clock: world.ports.clock,
    });
    return { refused: swept.users.filter(({ results }) => results[LOG_IN]?.outcome === 'cannot').length };
  } finally {
    await stopTwin(twin);
  }
}
