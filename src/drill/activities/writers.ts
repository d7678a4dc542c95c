import type { NodeOutcome } from '../../journal/journal.ts';
import { type DeclaredWriter, judgeWriters } from '../../flow/writers.ts';
import type { Delta, SystemState } from '../../plan/schema.ts';
import { compareManifests } from '../../subject/compare.ts';
import type { Manifest } from '../../subject/manifest.ts';
import type { LoggedChange } from '../../subject/change-log.ts';
import { isSqlStore } from '../../subject/store.ts';
import { sinceOf } from '../../plan/states.ts';
import type { World } from '../world.ts';
import { isPartial } from '../compose/scope.ts';
import { type Context, succeeded } from './context.ts';
import { takeReading } from './readings.ts';

/** From the new state on: who changes what, in every database in which a flow writes or whose writers are declared. */
export async function watchWriters({ world }: Context, storeName: string): Promise<void> {
  const store = world.store(storeName);
  if (isSqlStore(store) && isWatched(world, storeName)) world.changeLogs.set(storeName, await store.watchChanges());
}

/** Deltas that the rollback carries over. */
function deltasOf(world: World): readonly Delta[] {
  return world.stepsBack().flatMap(({ capture }) => world.plan.delta[capture ?? ''] ?? []);
}

function isCarried(world: World, store: string): boolean {
  return deltasOf(world).some(({ from }) => from === store);
}

/** A copy of it as it was in the new state is needed: to carry over what came since, or to see that it was taken back. */
export function isCopiedLive(world: World, store: string): boolean {
  const stopped = Object.entries(world.targetState().flows).filter(([, wanted]) => wanted === 'stopped');
  const takesBack = stopped.some(([name]) => {
    const { principal, changes } = world.flow(name);
    // Of a folder nobody writes down who changes what, so only a copy can tell.
    return principal.in === store && (principal.role === undefined || changes?.become === 'compensated');
  });
  return isCarried(world, store) || (takesBack && isPartial(world.request));
}

/** Its reading of the new state is compared with a later one. */
export function isComparedLater(world: World, store: string): boolean {
  return isCopiedLive(world, store) || sinceOf(world.targetState().systems[store]) === 'live';
}

/**
 * Reading L of a store whose changes are carried over is taken of a copy, which also stays as the witness: so the copy, the
 * reading and the position in the log are one moment, whatever programs write meanwhile.
 */
export async function readCarried(context: Context, name: string): Promise<Manifest> {
  const { world } = context;
  const log = world.changeLogs.get(name);
  const copy = await world.store(name).clone(`${name}-live`);
  world.twins.set('live', new Map([...(world.twins.get('live') ?? []), [name, copy]]));
  if (log !== undefined && isSqlStore(copy)) world.liveAt.set(name, await log.positionIn(copy));
  return takeReading(context, { store: copy, of: name, label: 'live', like: world.reading(name, 'baseline') });
}

/** What we write ourselves, such as a password, is nobody's work. */
export async function asOwnWrite(world: World, store: string, write: () => Promise<void>): Promise<void> {
  const log = world.changeLogs.get(store);
  const after = await log?.position();
  await write();
  const upTo = await log?.position();
  if (after !== undefined && upTo !== undefined) world.ownWrites.push({ store, after, upTo });
}

function isWatched(world: World, store: string): boolean {
  const { flows } = world.plan;
  const isPrincipals = Object.values(flows).some(
    ({ principal }) => principal.in === store && principal.role !== undefined,
  );
  return isPrincipals || isCarried(world, store) || sinceOf(world.targetState().systems[store]) !== undefined;
}

/** At t3: what comes later in a log was written although everybody is shut out. */
export async function markShutOut(world: World): Promise<void> {
  for (const heal of world.flowTraces.healedAtStop) await heal();
  for (const [store, log] of world.changeLogs) world.shutOutAt.set(store, await log.position());
}

/** Is the store as it was at an earlier reading, but for the work of those who may change it? */
export async function judgeSince(context: Context, storeName: string): Promise<NodeOutcome> {
  const { world } = context;
  const wanted = world.targetState().systems[storeName];
  const since = sinceOf(wanted);
  if (since === undefined) return succeeded('the target state says nothing about it');
  const earlier = world.reading(storeName, since === 'stop' ? 'stopped' : since);
  const now = await takeReading(context, { store: world.store(storeName), label: 'second', like: earlier });
  const log = world.changeLogs.get(storeName);
  const from = since === 'stop' ? (world.shutOutAt.get(storeName) ?? 0) : 0;
  const judged = judgeWriters({
    difference: compareManifests(earlier, now),
    changes: log === undefined ? [] : (await log.changes(from)).filter((change) => !isOwn(world, storeName, change)),
    declared: declaredWriters(world, storeName, wanted),
    stopped: stoppedPrincipals(world, storeName),
  });
  const { verdict, own, unexplained } = judged;
  await context.note('writers', { store: storeName, since, verdict, own: { ...own }, unexplained: [...unexplained] });
  return succeeded(verdict);
}

function isOwn({ ownWrites }: World, store: string, { position }: LoggedChange): boolean {
  return ownWrites.some((own) => own.store === store && own.after < position && position <= own.upTo);
}

function declaredWriters(world: World, store: string, wanted: SystemState | undefined): readonly DeclaredWriter[] {
  const untouched = typeof wanted === 'object' ? wanted.untouched : undefined;
  const names = typeof untouched === 'object' ? untouched.writers : [];
  return names.map((name) => ({ name, role: world.plan.flows[name]?.principal.role ?? programRole(world, store) }));
}

/** Programs of a plan share the role that its store gives them. */
function programRole(world: World, store: string): string {
  return world.sqlStore(store).role();
}

function stoppedPrincipals(world: World, store: string): readonly DeclaredWriter[] {
  return Object.entries(world.targetState().flows).flatMap(([name, wanted]) => {
    const { principal } = world.flow(name);
    if (wanted !== 'stopped' || principal.in !== store || principal.role === undefined) return [];
    return [{ name, role: principal.role }];
  });
}
