import { parseDuration } from '../../kernel/duration.ts';
import { invariant, messageOf, RollproofError } from '../../kernel/errors.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import { compareSweeps } from '../../people/compare-sweeps.ts';
import { parsePasswords } from '../../people/passwords.ts';
import { type SweepResult, sweepUsers } from '../../people/sweep.ts';
import { newStateOf } from '../../plan/departure-point.ts';
import type { UserGroup } from '../../plan/schema.ts';
import { compareManifests } from '../../subject/compare.ts';
import type { Service } from '../../subject/service.ts';
import type { SqlStore, Store } from '../../subject/store.ts';
import type { World } from '../world.ts';
import { isPartial, startStateName } from '../compose/scope.ts';
import { runCheck } from './checks.ts';
import { type Context, failedByPlan, succeeded } from './context.ts';
import { programOn, sqlTwin, twinPlace, type TwinWorld } from './twin-place.ts';

/**
 * The same starts, checks, release of jobs and quiet time as the drill, on a twin that nobody touches: what differs
 * afterwards changes by itself.
 */
export async function controlRun(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  const stores = twinsOf(world, 'control');
  const before = new Map(
    await Promise.all(
      [...stores].map(
        async ([name, twin]) => [name, await twin.read({ like: world.reading(name, 'restored') })] as const,
      ),
    ),
  );
  const twin = await startTwin(context, { purpose: 'control', stores, state: startStateOf(world), releases: null });
  try {
    const failed = await checkTwin(world, twin);
    if (failed.length > 0) return failedByPlan(`the start state does not hold: ${failed.join('; ')}`);
    for (const service of twin.services.values()) await service.releaseJobs();
    await world.ports.clock.wait(parseDuration(world.request.scenario.watch) ?? 2_000, context.signal);
  } finally {
    await stopTwin(twin);
  }
  for (const [name, store] of stores) await noteSelfChanges(context, { name, store, before: before.get(name) });
  return succeeded(`${world.selfChanges.length} kinds of change by itself`);
}

async function noteSelfChanges(
  context: Context,
  request: {
    readonly name: string;
    readonly store: Store;
    readonly before: Awaited<ReturnType<Store['read']>> | undefined;
  },
): Promise<void> {
  const { world } = context;
  const { name, store, before } = request;
  if (before === undefined) return;
  const coarse = compareManifests(before, await store.read({ like: before }));
  if (coarse.parts.length === 0) return;
  // The store itself was twinned after its drift and has not been touched since: it is the witness.
  const difference = await store.explain(coarse, world.store(name), () => undefined);
  for (const part of difference.parts) {
    for (const operation of ['insert', 'delete', 'update'] as const) {
      const rows = part.totals?.[operation] ?? 0;
      if (rows === 0) continue;
      const change = { store: name, part: part.part, operation, columns: Object.keys(part.columns), rows };
      world.selfChanges.push(change);
      await context.note('self-change', change);
    }
  }
}

async function checkTwin(world: World, twin: TwinWorld): Promise<readonly string[]> {
  const state = world.plan.states[startStateOf(world)];
  const failed: string[] = [];
  for (const wanted of Object.values(state?.systems ?? {})) {
    for (const name of typeof wanted === 'object' ? (wanted.checks ?? []) : []) {
      const check = world.plan.checks[name];
      if (check === undefined || check.sameAs !== undefined) continue;
      const result = await runCheck(check, twinPlace(world, twin), undefined);
      // A check that cannot be asked says nothing about the start state; it makes its claim inconclusive later.
      if (result.outcome === 'failed') failed.push(`${name}: expected ${result.expected}, found ${result.actual}`);
    }
  }
  return failed;
}

/** Every user of a group, on a throw-away twin; afterwards compared with what the same user could do before. */
export async function sweep(
  context: Context,
  request: { readonly group: string; readonly when: 'before' | 'after' },
): Promise<NodeOutcome> {
  const { world } = context;
  const group = world.plan.users[request.group];
  invariant(group !== undefined, `the plan has no user group ${request.group}`);
  if (request.when === 'after' && !world.targetState().access.includes(request.group))
    return succeeded(`the state ${world.targetStateName()} lets none of them in`);
  const result = await sweepTwin(context, { group, groupName: request.group, when: request.when });
  if (request.when === 'before') {
    world.sweeps.set(request.group, result);
    return succeeded(`${result.users.length} users`);
  }
  const before = world.sweeps.get(request.group);
  invariant(before !== undefined, 'the sweep before the go-live is missing');
  const compared = compareSweeps({ how: howOf(group), before, after: result });
  await context.note('sweep', compared.sweep);
  return succeeded(`${compared.sweep.users.length} users, ${compared.changes.length} changes`);
}

function howOf(group: UserGroup): string {
  return 'resetInClone' in group.signIn
    ? 'on a throw-away clone, with every password reset there; the real passwords were not tried'
    : 'on a throw-away clone, with the passwords of a file';
}

async function sweepTwin(
  context: Context,
  request: { readonly group: UserGroup; readonly groupName: string; readonly when: 'before' | 'after' },
): Promise<SweepResult> {
  const { world } = context;
  const { group } = request;
  const stores = twinsOf(world, request.when);
  const users = await listUsers(sqlTwin({ stores }, group.list.in), group.list.sql);
  await resetPasswords({ stores, group, users: users.map((one) => one.user) });
  const passwordOf = await passwordsOf(world, group);
  const state = request.when === 'before' ? stateBefore(world) : world.targetStateName();
  const releases = request.when === 'before' ? null : world;
  const twin = await startTwin(context, { purpose: `${request.when}-${request.groupName}`, stores, state, releases });
  try {
    const service = programOn(world, twin, group.login.in);
    return await sweepUsers({
      group,
      groupName: request.groupName,
      users,
      passwordOf,
      client: world.ports.httpClient(service.socket),
      signal: context.signal,
      clock: world.ports.clock,
    });
  } finally {
    await stopTwin(twin);
  }
}

export async function listUsers(
  store: SqlStore,
  sql: string,
): Promise<readonly { readonly user: string; readonly role: string }[]> {
  const rows = await store.query(sql, { readOnly: true });
  return rows.map((row) => {
    const [user, role] = Object.values(row);
    return { user: user ?? '', role: role ?? 'user' };
  });
}

async function resetPasswords(request: {
  readonly stores: ReadonlyMap<string, Store>;
  readonly group: UserGroup;
  readonly users: readonly string[];
}): Promise<void> {
  const { signIn } = request.group;
  if (!('resetInClone' in signIn)) return;
  const store = sqlTwin({ stores: request.stores }, signIn.resetInClone.in);
  for (const user of request.users) await resetOne(store, signIn.resetInClone, user);
}

/** `:user` and `:password` in the SQL become parameters. */
export async function resetOne(
  store: SqlStore,
  reset: { readonly sql: string; readonly password: string },
  user: string,
): Promise<void> {
  const { text, parameters } = bind(reset.sql, { user, password: reset.password });
  await store.query(text, { parameters });
}

export function bind(
  sql: string,
  values: Readonly<Record<string, string>>,
): { readonly text: string; readonly parameters: readonly string[] } {
  const parameters: string[] = [];
  const text = sql.replace(/(?<!:):([a-z]+)\b/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    parameters.push(value);
    return `$${parameters.length}`;
  });
  return { text, parameters };
}

export async function passwordsOf(world: World, group: UserGroup): Promise<(user: string) => string | undefined> {
  const { signIn } = group;
  if ('resetInClone' in signIn) return () => signIn.resetInClone.password;
  const passwords = parsePasswords(await world.ports.readText(world.ports.resolve(signIn.passwords.file)));
  return (user) => passwords.get(user);
}

export interface TwinRequest {
  readonly purpose: string;
  readonly stores: ReadonlyMap<string, Store>;
  readonly state: string;
  /** Releases as they are installed in the drill, or as the state names them. */
  readonly releases: World | null;
}

export async function startTwin(context: Context, request: TwinRequest): Promise<TwinWorld> {
  const { world } = context;
  const addresses = Object.fromEntries([
    ...[...world.endpoints.keys(), ...Object.keys(world.plan.flows)].map((name) => [name, world.nowhere] as const),
    ...[...request.stores].map(([name, store]) => [name, store.address()] as const),
  ]);
  const services = new Map<string, Service>();
  try {
    for (const [name, wanted] of Object.entries(world.plan.states[request.state]?.systems ?? {})) {
      if (!world.services.has(name) || typeof wanted !== 'object' || wanted.is !== 'running') continue;
      const release = request.releases?.service(name).installed() ?? wanted.release;
      if (release === undefined || release === null) continue;
      const twin = await world.service(name).twin(`${name}-${request.purpose}`, addresses);
      services.set(name, twin);
      await twin.install(release);
      await twin.start({ jobs: 'held', signal: context.signal });
    }
  } catch (error) {
    await stopTwin({ stores: request.stores, services });
    throw new RollproofError('could-not-read', `a throw-away twin could not be started: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return { stores: request.stores, services };
}

export async function stopTwin(twin: TwinWorld): Promise<void> {
  for (const service of twin.services.values()) {
    await service.stop();
    await service.dispose();
  }
}

function twinsOf(world: World, purpose: string): ReadonlyMap<string, Store> {
  const twins = world.twins.get(purpose);
  invariant(twins !== undefined, `there are no twins for ${purpose}`);
  return twins;
}

/** Where people worked before the rollback that they are compared with. */
export function stateBefore(world: World): string {
  const { plan, request } = world;
  return (isPartial(request) ? newStateOf(plan, request.scenario) : undefined) ?? startStateOf(world);
}

export function startStateOf(world: World): string {
  return startStateName(world.plan, world.request.scenario);
}
