import type { NodeOutcome } from '../../journal/journal.ts';
import { type Context, failedByPlan, outOfMemory, succeeded } from './context.ts';
import { noteOutOfMemory } from './verify-state.ts';

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
  if (await noteOutOfMemory(context, silent)) return outOfMemory(silent);
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
