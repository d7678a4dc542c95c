import { countOf } from '../../kernel/count.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { World } from '../world.ts';
import { type Context, failedByPlan, outOfMemory, succeeded } from './context.ts';
import { markTraffic } from './flows/flow-traffic.ts';
import { noteOutOfMemory } from './verify-state.ts';
import { markShutOut } from './writers.ts';

/** t3: from here on nobody else writes. Seen in the store, not believed because a step ended; otherwise there is no t3. */
export async function shutOut(context: Context, whom: 'everybody' | 'flows'): Promise<NodeOutcome> {
  const { world } = context;
  await markShutOut(world);
  await markTraffic(world);
  if (whom === 'flows') {
    await context.note('instant', { name: 't3', note: 'the flows are stopped; people go on working' });
    return succeeded('the flows are stopped');
  }
  const writers = writersOf(world);
  for (const name of world.storeNames()) {
    const sessions = await world.store(name).foreignSessions();
    await context.note('shut-out', { store: name, sessions });
    if (sessions > 0) writers.push(`${countOf(sessions, 'session')} in ${name}`);
  }
  if (writers.length > 0) {
    const what = `still there when the restore begins: ${writers.join(', ')}`;
    await context.note('trouble', { what, blame: 'plan', node: 'shut-out' });
    return succeeded(what);
  }
  await context.note('instant', { name: 't3', note: 'nobody else is connected' });
  return succeeded('nobody else is connected');
}

/** Programs that run and know the address of a store may write to it at any moment. */
function writersOf(world: World): string[] {
  const stores = new Set(world.storeNames());
  return world.serviceNames().filter((name) => {
    const system = world.plan.systems[name];
    const uses = system?.kind === 'service' ? Object.values(system.uses) : [];
    return world.service(name).status().running && uses.some((used) => stores.has(used));
  });
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
  if (await noteOutOfMemory(context, silent)) return outOfMemory(silent);
  if (silent.length > 0) return failedByPlan(`no answer from ${silent.join(', ')}`);
  const other = releasesBeside(world);
  // The check of the release fails the function; the clock just does not stop for a wrong version.
  if (other.length > 0) return succeeded(`all answer, but ${other.join(', ')}`);
  await context.note('instant', { name: 't4', note: 'the restored systems answer' });
  return succeeded('all answer');
}

function releasesBeside(world: World): readonly string[] {
  return Object.entries(world.targetState().systems).flatMap(([name, wanted]) => {
    const installed = world.services.get(name)?.installed();
    if (typeof wanted !== 'object' || wanted.release === undefined || installed === wanted.release) return [];
    return [`${name} in release ${installed ?? 'none'}`];
  });
}

/** t5. What was found out is judged by `evaluate`; here stands only that nothing is left to ask. */
export async function verified(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  const restored = world.stepsBack().flatMap((step) => step.restore ?? []);
  for (const name of new Set(restored)) {
    const missing = await world.store(name).missingStatistics();
    if (missing.length > 0) await context.note('statistics', { store: name, missing });
  }
  await context.note('instant', { name: 't5', note: 'the last gating check was answered' });
  return succeeded('all checks were asked');
}
