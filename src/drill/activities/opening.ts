import { parseDuration } from '../../kernel/duration.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import { writeAsUser } from '../../people/first-write.ts';
import type { Ability, UserGroup } from '../../plan/schema.ts';
import type { SqlStore } from '../../subject/store.ts';
import type { World } from '../world.ts';
import { type Context, failedByPlan, outOfMemory, succeeded } from './context.ts';
import { asOwnWrite } from './writers.ts';
import { noteJobs } from './steps.ts';
import { bind, listUsers, passwordsOf, resetOne } from './twins.ts';
import { noteOutOfMemory, verifyRoutes, verifyStillRunning } from './verify-state.ts';

/** t6: a user writes through the switched route, and the write is found in the store that the target state names. */
export async function firstWrite(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  await verifyRoutes(context);
  const writer = writerOf(world);
  if (writer === null) return succeeded('the plan names no user ability whose write can be found in a store');
  const { group, groupName, ability, found } = writer;
  const store = world.sqlStore(found.in);
  const [user] = await listUsers(world.sqlStore(group.list.in), group.list.sql);
  if (user === undefined) return failedByPlan(`there is no user in ${groupName}`);
  await signInFor(world, group, user.user);
  const socket = world.socketOf(entryOf(world) ?? group.login.in);
  const passwordOf = await passwordsOf(world, group);
  const written = await writeAsUser({
    group,
    ability,
    user: user.user,
    passwordOf,
    client: world.ports.httpClient(socket),
    clock: world.ports.clock,
    signal: context.signal,
  });
  const there = written.id === null ? false : await isFound(store, found.sql, written.id);
  const sentence = there
    ? `${user.user} wrote through ${entryOf(world) ?? group.login.in}, and the row is in ${found.in}`
    : `the write of ${user.user} was not found in ${found.in}: ${written.note}`;
  await context.note('first-write', { group: groupName, user: user.user, found: there, sentence });
  if (!there)
    return (await noteOutOfMemory(context, world.serviceNames()))
      ? outOfMemory([group.login.in])
      : failedByPlan(sentence);
  world.ledger.push({
    store: found.in,
    part: found.table,
    operation: 'insert',
    key: `${found.key}=${written.id ?? ''}`,
    why: 'the first user’s acknowledged write',
  });
  await context.note('instant', { name: 't6', note: sentence });
  return succeeded(sentence);
}

/** Where passwords are reset, one user's is reset here too, as our own acknowledged write. */
export async function signInFor(world: World, group: UserGroup, user: string): Promise<void> {
  const { signIn } = group;
  if (!('resetInClone' in signIn)) return;
  const store = world.sqlStore(signIn.resetInClone.in);
  const parts = await store.partsChangedBy(
    bind(signIn.resetInClone.sql, { user, password: signIn.resetInClone.password }),
  );
  await asOwnWrite(world, store.name, () => resetOne(store, signIn.resetInClone, user));
  for (const part of parts)
    world.ledger.push({
      store: store.name,
      part,
      operation: 'update',
      key: null,
      why: 'Rollproof reset one password, to write as this user',
    });
}

/** What a restore takes away again is no write that may be seen later. */
export async function signInBeforeRestore(world: World, group: UserGroup, user: string): Promise<void> {
  const { signIn } = group;
  if (!('resetInClone' in signIn)) return;
  const store = world.sqlStore(signIn.resetInClone.in);
  const isTakenAway = world.stepsBack().some((step) => step.restore?.includes(store.name) === true);
  if (isTakenAway) await resetOne(store, signIn.resetInClone, user);
  else await signInFor(world, group, user);
}

export async function isFound(store: SqlStore, sql: string, id: string): Promise<boolean> {
  const { text, parameters } = bind(sql, { id });
  return (await store.query(text, { parameters, readOnly: true })).length > 0;
}

type Creating = Extract<Ability, { create: unknown }>;
export type WritingAbility = Creating & { readonly found: NonNullable<Creating['found']> };

/** The first one that creates something which can be found in a store. */
export function writingAbilityOf(group: UserGroup): WritingAbility | undefined {
  return Object.values(group.can).find(
    (ability): ability is WritingAbility => 'create' in ability && ability.found !== undefined,
  );
}

interface Writer {
  readonly group: UserGroup;
  readonly groupName: string;
  readonly ability: WritingAbility;
  readonly found: WritingAbility['found'];
}

function writerOf(world: World): Writer | null {
  for (const groupName of world.targetState().access) {
    const group = world.plan.users[groupName];
    const ability = group === undefined ? undefined : writingAbilityOf(group);
    if (group !== undefined && ability !== undefined) return { group, groupName, ability, found: ability.found };
  }
  return null;
}

function entryOf(world: World): string | undefined {
  return [...world.routes.keys()][0];
}

export async function releaseJobs(context: Context, name: string): Promise<NodeOutcome> {
  const isHeld = context.world.stepsBack().some((step) => step.start === name && step.jobs === 'held');
  if (!isHeld) return succeeded('the way back that was taken does not hold them');
  await context.world.service(name).releaseJobs();
  await noteJobs(context, name, false);
  return succeeded('released');
}

export async function watch(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  for (const look of world.twisted.looks) await look(context);
  await world.ports.clock.wait(parseDuration(world.request.scenario.watch) ?? 2_000, context.signal);
  await verifyStillRunning(context);
  return succeeded('quiet time is over');
}
