import { isRollproofError, RollproofError } from '../../kernel/errors.ts';
import { seededRandom } from '../../kernel/random.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { RestorePointRecord } from '../../proof/record.ts';
import type { RestorePointCertificate, RestorePointSource, RestoreReport } from '../../subject/restore-point.ts';
import type { Store } from '../../subject/store.ts';
import { ONLY_RELEASE } from '../../subject/service.ts';
import { beginsEmpty } from '../../plan/states.ts';
import type { TwinPurpose } from '../activity.ts';
import type { World } from '../world.ts';
import { type Context, failedByPlan, succeeded } from './context.ts';
import { makeProxies } from './flows/flow-proxies.ts';
import { plannedPoints, type PlannedSource, resolvePaths, startPointName } from './restore-points.ts';
import { storesOnTwins } from './twin-stores.ts';
import { completeness, isUntouched, takeReading, untouched } from './readings.ts';
import { isCopiedLive, readCarried, watchWriters } from './writers.ts';

const LEASE_MS = 6 * 3_600_000;

export async function provision(
  context: Context,
  resources: Parameters<World['ports']['host']['provision']>[0]['resources'],
): Promise<NodeOutcome> {
  const { world } = context;
  const { plan, drill, roster } = world.request;
  await context.note('roster', roster);
  const environment = await world.ports.host.provision({
    id: drill,
    leaseMs: world.request.leaseMs || LEASE_MS,
    atLeast: plan.isolation.atLeast,
    keep: world.request.keep,
    resources,
  });
  world.enter(environment);
  for (const name of world.storeNames()) {
    const system = plan.systems[name];
    if (system !== undefined) world.stores.set(name, await world.ports.makeStore({ name, system, environment }));
  }
  await makeRoutes(world);
  await makePrograms(world);
  await makeProxies(world);
  await context.note('versions', await world.ports.versions());
  return succeeded(`isolation level ${environment.level}`);
}

async function makePrograms(world: World): Promise<void> {
  const { environment } = world;
  for (const [name, system] of Object.entries(world.plan.systems)) {
    if (system.kind !== 'service' && system.kind !== 'endpoint') continue;
    const programs = system.kind === 'service' ? world.services : world.endpoints;
    const addressOf = (used: string): string => world.addressOf(used);
    programs.set(name, await world.ports.makeService({ name, system, environment, addressOf }));
  }
}

async function makeRoutes(world: World): Promise<void> {
  for (const [name, system] of Object.entries(world.plan.systems)) {
    if (system.kind !== 'route') continue;
    const route = await world.environment.route(name);
    world.routes.set(name, {
      port: route.port,
      socket: route.socket,
      switchTo: (port) => route.switchTo(port),
      to: null,
    });
  }
}

export async function restoreStart(context: Context, storeName: string): Promise<NodeOutcome> {
  const { world } = context;
  const system = world.plan.systems[storeName];
  if (system !== undefined && beginsEmpty(system)) {
    await world.store(storeName).createEmpty();
    return succeeded('empty, as before the go-live');
  }
  const { name, sources } = startPoint(world, storeName);
  const resolved = sources.map((source) => ({ format: source.format, ...resolvePaths(world, source) }));
  const restored = await restoreFirstPossible({
    context,
    store: world.store(storeName),
    name,
    sources: resolved,
    mode: 'empty',
  });
  const baseline = sources.find((source) => world.ports.resolve(source.path) === restored.path)?.baseline;
  if (baseline !== undefined) world.sourceBaselines.set(storeName, world.ports.resolve(baseline));
  return succeeded(`${restored.format} ${name}`);
}

function startPoint(
  world: World,
  storeName: string,
): { readonly name: string; readonly sources: readonly PlannedSource[] } {
  const name = startPointName(world, storeName);
  const sources = name === undefined ? undefined : plannedPoints(world, storeName)[name];
  if (name !== undefined && sources !== undefined) return { name, sources };
  throw new RollproofError(
    'plan-invalid',
    `${storeName} has no restore point ${name ?? ''} to build the environment from`,
    {
      hint: `Add restorePoints to systems.${storeName}.`,
    },
  );
}

export interface RestoreRequest {
  readonly context: Context;
  readonly store: Store;
  readonly name: string;
  readonly sources: readonly RestorePointSource[];
  readonly mode: 'empty' | 'over';
}

/** Alternatives in order: the first that can be restored here is certified, then restored. */
export async function restoreFirstPossible({
  context,
  store,
  name,
  sources,
  mode,
}: RestoreRequest): Promise<RestorePointSource> {
  const obstacles: string[] = [];
  for (const [index, source] of sources.entries()) {
    const obstacle = await store.obstacleTo(source);
    if (obstacle !== null) {
      obstacles.push(`${source.format}: ${obstacle}`);
      continue;
    }
    const place = { world: context.world, store: store.name, name, form: index };
    const certificate = await placed(place, () => store.certify(source));
    const report = await placed(place, () => store.restore(source, mode, context.signal));
    await context.note('restore-point', restorePointRecord({ store: store.name, name, certificate, report }));
    return source;
  }
  throw new RollproofError(
    'environment-not-ready',
    `restore point ${name} of ${store.name} cannot be restored here: ${obstacles.join('; ')}`,
    {
      hint: 'Install the missing tools, or add another form of the restore point.',
    },
  );
}

interface FormOfRestorePoint {
  readonly world: World;
  readonly store: string;
  readonly name: string;
  /** Position in the list of forms. */
  readonly form: number;
}

/** A bad restore point is told with its place in the plan, where it has one, and with what to do about it. */
async function placed<T>({ world, store, name, form }: FormOfRestorePoint, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!isRollproofError(error) || error.code !== 'restore-point-bad') throw error;
    const system = world.plan.systems[store];
    const isPlanned = system !== undefined && 'restorePoints' in system && system.restorePoints?.[name] !== undefined;
    const place = isPlanned
      ? ` (${world.request.placeOf(['systems', store, 'restorePoints', name, form, 'path'])})`
      : '';
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new RollproofError('restore-point-bad', `restore point ${name} of ${store}${place}: ${error.message}`, {
      ...hint,
      cause: error,
    });
  }
}

export function restorePointRecord(made: {
  readonly store: string;
  readonly name: string;
  readonly certificate: RestorePointCertificate;
  readonly report: RestoreReport | null;
}): RestorePointRecord {
  const { certificate, report } = made;
  return {
    store: made.store,
    name: made.name,
    format: certificate.format,
    sizeBytes: certificate.sizeBytes,
    digest: certificate.digest,
    takenAt: certificate.takenAt,
    serverVersion: certificate.serverVersion,
    toolVersion: certificate.toolVersion,
    restoreMs: report?.tookMs ?? null,
    parts: [...certificate.parts],
    messages: (report?.messages ?? []).map((message) => ({ ...message, examples: [...message.examples] })),
  };
}

export async function drift(context: Context, storeName: string): Promise<NodeOutcome> {
  const { world } = context;
  const changes = await world.store(storeName).drift(seededRandom(seedOf(world)));
  await context.note('drift', { store: storeName, changes: [...changes] });
  return changes.length === 0
    ? { kind: 'failed', detail: `nothing could be changed in ${storeName}`, blame: 'rollproof' }
    : succeeded(`${changes.length} changes`);
}

export function seedOf(world: World): number {
  return world.request.scenario.faults[0]?.seed ?? 1;
}

export async function makeTwins(context: Context, purpose: TwinPurpose): Promise<NodeOutcome> {
  const { world } = context;
  const twins = new Map<string, Store>();
  world.twins.set(purpose, twins);
  const made = storesOnTwins(world, purpose).map(async (name) => {
    twins.set(name, await world.store(name).clone(`${name}-${purpose}`));
  });
  const ended = await Promise.allSettled(made);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return succeeded(`${twins.size} stores`);
}

export async function dropTwins(context: Context, purpose: string): Promise<NodeOutcome> {
  const twins = [...(context.world.twins.get(purpose)?.values() ?? [])];
  await Promise.all(twins.map(async (twin) => twin.release()));
  context.world.twins.delete(purpose);
  return succeeded('removed');
}

export async function bringUp(
  context: Context,
  request: { readonly state: string; readonly system: string },
): Promise<NodeOutcome> {
  const { world } = context;
  const wanted = world.plan.states[request.state]?.systems[request.system];
  const endpoint = world.endpoints.get(request.system);
  if (endpoint !== undefined) {
    await endpoint.install(ONLY_RELEASE);
    await endpoint.start({ jobs: 'running', signal: context.signal });
    return succeeded('stands in for the system outside');
  }
  const route = world.routes.get(request.system);
  if (route !== undefined) {
    if (typeof wanted === 'string') await pointRoute(world, request.system, wanted);
    return succeeded(`leads to ${typeof wanted === 'string' ? wanted : 'nothing'}`);
  }
  if (typeof wanted !== 'object') return succeeded('nothing said about it');
  const service = world.service(request.system);
  if (wanted.release !== undefined) await service.install(wanted.release);
  if (wanted.is !== 'running') return succeeded('stopped');
  if (wanted.release === undefined)
    return failedByPlan(`state ${request.state} says that ${request.system} runs, but not in which release`);
  await service.start({ jobs: 'running', signal: context.signal });
  return succeeded(`release ${wanted.release} runs`);
}

export async function pointRoute(world: World, name: string, to: string): Promise<void> {
  const route = world.routes.get(name);
  if (route === undefined) throw new RollproofError('plan-invalid', `${name} is not a route of this plan`);
  await route.switchTo(world.service(to).port);
  route.to = to;
}

export async function read(
  context: Context,
  request: { readonly store: string; readonly label: 'restored' | 'live' | 'stopped' },
): Promise<NodeOutcome> {
  const { world } = context;
  if (request.label === 'restored' && world.sourceBaselines.has(request.store))
    return completeness(context, request.store);
  if (request.label === 'live') await watchWriters(context, request.store);
  if (request.label === 'live' && isUntouched(world, request.store)) return untouched(context, request.store);
  if (request.label === 'live' && isCopiedLive(world, request.store)) {
    const { size } = await readCarried(context, request.store);
    return succeeded(`${size.rows} rows, and a copy beside`);
  }
  const like = request.label === 'restored' ? {} : { like: world.reading(request.store, 'baseline') };
  const manifest = await takeReading(context, { store: world.store(request.store), label: request.label, ...like });
  return succeeded(`${manifest.size.rows} rows in ${manifest.parts.length} parts`);
}
