import { parseDuration } from '../../kernel/duration.ts';

import type { NodeOutcome } from '../../journal/journal.ts';
import { remainingDamage } from '../../fault/remaining.ts';
import { writeAsUser } from '../../people/first-write.ts';
import type { Ability, UserGroup } from '../../plan/schema.ts';
import type { SqlStore } from '../../subject/store.ts';
import type { World } from '../world.ts';
import { firstValue, noteBefore, placeOf, runCheck, textOf } from './checks.ts';
import { type Context, failedByPlan, succeeded } from './context.ts';
import { releaseWitnesses } from './readings.ts';
import { bind, listUsers, passwordsOf, resetOne } from './twins.ts';
import { noteJobs } from './steps.ts';

/** Programs against databases, then every check that the state names. A check that fails does not stop the drill: it fails a claim. */
export async function verifyState(
  context: Context,
  request: { readonly state: string; readonly when: 'before' | 'live' | 'verify' },
): Promise<NodeOutcome> {
  const { world } = context;
  const state = world.plan.states[request.state];
  if (request.when === 'before') await noteBefore(world, 'programs');
  const troubles: string[] = [];
  for (const [system, wanted] of Object.entries(state?.systems ?? {})) {
    troubles.push(...(await verifySystem(context, { system, wanted, when: request.when })));
  }
  // A start state that does not hold makes everything after it meaningless; later ones are judged as claims.
  if (request.when === 'before' && troubles.length > 0) return failedByPlan(troubles.join('; '));
  return succeeded(troubles.length === 0 ? 'holds' : troubles.join('; '));
}

interface SystemRequest {
  readonly system: string;
  readonly wanted: NonNullable<World['plan']['states'][string]>['systems'][string];
  readonly when: 'before' | 'live' | 'verify';
}

async function verifySystem(context: Context, { system, wanted, when }: SystemRequest): Promise<readonly string[]> {
  const { world } = context;
  if (typeof wanted === 'string')
    return noteCheck(context, {
      name: `${system} leads to ${wanted}`,
      system,
      when,
      expected: wanted,
      actual: world.routes.get(system)?.to ?? 'nothing',
    });
  const troubles = world.services.has(system) ? await verifyService(context, { system, wanted, when }) : [];
  const checked: string[] = [];
  for (const name of wanted.checks ?? []) checked.push(...(await planCheck(context, { name, when })));
  return [...troubles, ...checked];
}

async function verifyService(
  context: Context,
  request: SystemRequest & { readonly wanted: Exclude<SystemRequest['wanted'], string> },
): Promise<readonly string[]> {
  const { system, wanted, when } = request;
  const service = context.world.service(system);
  const installed = service.installed() ?? 'none';
  const troubles: string[] = [];
  if (wanted.release !== undefined) {
    troubles.push(
      ...(await noteCheck(context, {
        name: `${system} is release ${wanted.release}`,
        system,
        when,
        expected: wanted.release,
        actual: installed,
      })),
    );
    troubles.push(...(await verifyVersion(context, { system, release: installed, when })));
  }
  if (wanted.is !== undefined)
    troubles.push(
      ...(await noteCheck(context, {
        name: `${system} is ${wanted.is}`,
        system,
        when,
        expected: wanted.is,
        actual: await stateOf(context, system),
      })),
    );
  return troubles;
}

/** Law 12: a program that the machine ended is not the plan's failure. */
async function stateOf(context: Context, system: string): Promise<string> {
  const { running, ended } = context.world.service(system).status();
  if (running) return 'running';
  if (ended?.outOfMemory !== true) return 'stopped';
  await context.note('trouble', {
    what: `${system} ran out of memory in the environment`,
    blame: 'environment',
    node: system,
  });
  return 'ended, out of memory';
}

async function noteCheck(
  context: Context,
  made: {
    readonly name: string;
    readonly system: string;
    readonly when: 'before' | 'live' | 'verify';
    readonly expected: string;
    readonly actual: string;
  },
): Promise<readonly string[]> {
  const outcome = made.expected === made.actual ? 'passed' : 'failed';
  await context.note('check', { ...made, outcome, gating: true });
  return outcome === 'passed' ? [] : [`${made.name}: found ${made.actual}`];
}

async function verifyVersion(
  context: Context,
  request: { readonly system: string; readonly release: string; readonly when: 'before' | 'live' | 'verify' },
): Promise<readonly string[]> {
  const { world } = context;
  const definition = world.plan.systems[request.system];
  const expects = definition?.kind === 'service' ? definition.releases[request.release]?.expects : undefined;
  if (expects === undefined) return [];
  const expected = textOf(expects.is);
  const actual = firstValue(await world.sqlStore(expects.in).query(expects.sql, { readOnly: true })) ?? 'NULL';
  if (request.when !== 'before')
    await context.note('version', {
      system: request.system,
      release: request.release,
      store: expects.in,
      expected,
      actual,
      when: request.when,
    });
  return noteCheck(context, {
    name: `${request.system} ${request.release} finds its version of ${expects.in}`,
    system: request.system,
    when: request.when,
    expected,
    actual,
  });
}

async function planCheck(
  context: Context,
  request: { readonly name: string; readonly when: 'before' | 'live' | 'verify' },
): Promise<readonly string[]> {
  const { world } = context;
  const check = world.plan.checks[request.name];
  if (check === undefined || (request.when === 'before' && check.sameAs !== undefined)) return [];
  const result = await runCheck(check, placeOf(world), world.before.get(request.name));
  await context.note('check', { name: request.name, system: check.in, when: request.when, ...result, gating: true });
  return result.outcome === 'passed' ? [] : [`${request.name}: expected ${result.expected}, found ${result.actual}`];
}

/** t3: from here on nobody else writes. Seen in the store, not believed because a step ended. */
export async function shutOut(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  const running = world.serviceNames().filter((name) => world.service(name).status().running);
  for (const name of world.storeNames()) {
    const sessions = await world.store(name).foreignSessions();
    await context.note('shut-out', { store: name, sessions });
    if (sessions > 0)
      await context.note('trouble', {
        what: `${sessions} sessions are still connected to ${name} when the restore begins`,
        blame: 'plan',
        node: 'shut-out',
      });
  }
  await context.note('instant', {
    name: 't3',
    note: running.length === 0 ? 'no program runs' : `still running: ${running.join(', ')}`,
  });
  return succeeded('looked');
}

/** t4: restored systems answer an ordinary connection in the right version. */
export async function answers(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  const silent: string[] = [];
  for (const name of world.storeNames()) {
    if ((await world.store(name).answers()) === null) silent.push(name);
  }
  for (const [name, wanted] of Object.entries(world.targetState().systems)) {
    const service = world.services.get(name);
    if (service === undefined || typeof wanted !== 'object' || wanted.is !== 'running') continue;
    if (!service.status().running) silent.push(name);
  }
  if (silent.length > 0) return failedByPlan(`no answer from ${silent.join(', ')}`);
  await context.note('instant', { name: 't4', note: 'the restored systems answer' });
  return succeeded('all answer');
}

/** t5. What was found out is judged by `evaluate`; here stands only that nothing is left to ask. */
export async function verified(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  for (const name of world.storeNames()) {
    const missing = await world.store(name).missingStatistics();
    if (missing.length > 0) await context.note('statistics', { store: name, missing });
  }
  await context.note('instant', { name: 't5', note: 'the last gating check was answered' });
  return succeeded('all checks were asked');
}

/** t6: a user writes through the switched route, and the write is found in the store that the target state names. */
export async function firstWrite(context: Context): Promise<NodeOutcome> {
  const { world } = context;
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
  if (!there) return failedByPlan(sentence);
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
async function signInFor(world: World, group: UserGroup, user: string): Promise<void> {
  const { signIn } = group;
  if (!('resetInClone' in signIn)) return;
  const store = world.sqlStore(signIn.resetInClone.in);
  const parts = await store.partsChangedBy(
    bind(signIn.resetInClone.sql, { user, password: signIn.resetInClone.password }),
  );
  await resetOne(store, signIn.resetInClone, user);
  for (const part of parts)
    world.ledger.push({
      store: store.name,
      part,
      operation: 'update',
      key: null,
      why: 'Rollproof reset one password for the first write',
    });
}

async function isFound(store: SqlStore, sql: string, id: string): Promise<boolean> {
  const { text, parameters } = bind(sql, { id });
  return (await store.query(text, { parameters, readOnly: true })).length > 0;
}

interface Writer {
  readonly group: UserGroup;
  readonly groupName: string;
  readonly ability: Extract<Ability, { create: unknown }>;
  readonly found: NonNullable<Extract<Ability, { create: unknown }>['found']>;
}

function writerOf(world: World): Writer | null {
  for (const groupName of world.targetState().access) {
    const group = world.plan.users[groupName];
    for (const ability of Object.values(group?.can ?? {})) {
      if (group !== undefined && 'create' in ability && ability.found !== undefined)
        return { group, groupName, ability, found: ability.found };
    }
  }
  return null;
}

function entryOf(world: World): string | undefined {
  return [...world.routes.keys()][0];
}

export async function releaseJobs(context: Context, name: string): Promise<NodeOutcome> {
  await context.world.service(name).releaseJobs();
  await noteJobs(context, name, false);
  return succeeded('released');
}

export async function watch(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  await world.ports.clock.wait(parseDuration(world.request.scenario.watch) ?? 2_000, context.signal);
  return succeeded('quiet time is over');
}

/** Everything is removed, then looked for again. May run after anything has failed. */
export async function release(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  if (!world.hasEnvironment) return succeeded('nothing was made');
  const isolation = await world.environment.isolation();
  await context.note('isolation', {
    level: isolation.level,
    outsideReached: isolation.outsideReached,
    attempts: isolation.attempts,
    escaped: isolation.escaped,
  });
  if (world.request.keep) return keepEverything(context);
  const proof = await releaseEverything(world);
  await context.note('leak', { leaked: proof.leaked });
  return proof.leaked.length === 0
    ? succeeded('nothing is left')
    : { kind: 'failed', detail: `left behind: ${proof.leaked.join(', ')}`, blame: 'rollproof' };
}

async function keepEverything(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  await releaseWitnesses(world);
  await world.environment.hold(world.request.leaseMs);
  const stores = Object.fromEntries(
    [...world.stores].map(([name, store]) => [name, { kind: store.kind, address: store.address() }]),
  );
  const sockets = Object.fromEntries(
    [...world.services.keys(), ...world.routes.keys()].map((name) => [name, world.socketOf(name)]),
  );
  await context.note('kept', { environment: world.environment.id, stores, sockets });
  return succeeded('kept under its lease');
}

export async function releaseEverything(world: World): Promise<{ readonly leaked: readonly string[] }> {
  for (const service of world.services.values()) await quietly(() => service.dispose());
  await quietly(() => releaseWitnesses(world));
  for (const twins of world.twins.values()) for (const twin of twins.values()) await quietly(() => twin.release());
  for (const store of world.stores.values()) await quietly(() => store.release());
  return world.environment.release();
}

/** What cannot be ended in order is ended by the environment, which looks for every process that is left. */
async function quietly(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch {
    // The environment's own release comes after this and proves that nothing is left.
  }
}

/** The truth is opened here and nowhere else. */
export async function evaluate(context: Context, sealedDigest: string | null): Promise<NodeOutcome> {
  const { world } = context;
  if (sealedDigest === null) return succeeded('no truth was sealed');
  const early = await world.ports.vault.opened();
  const truths = await world.ports.vault.open('evaluate', sealedDigest as `sha256:${string}`);
  await context.note('truth-opened', { digest: sealedDigest, earlyOpenings: early.length });
  for (const [store, comparison] of world.finalDifferences) {
    const own = truths.filter((truth) => truth.store === store);
    for (const remaining of remainingDamage(own, comparison))
      await context.note('remaining', { fault: remaining.fault, keys: remaining.keys });
  }
  return succeeded(`${truths.length} truths opened`);
}
