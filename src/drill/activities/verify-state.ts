import { verifyFlows } from './flows/flows.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { World } from '../world.ts';
import { firstValue, noteBefore, placeOf, runCheck, textOf } from './checks.ts';
import { type Context, failedByPlan, succeeded } from './context.ts';

/** Programs against databases, then every check that the state names. A check that fails does not stop the drill: it fails a claim. */
export async function verifyState(
  context: Context,
  request: { readonly state: string | null; readonly when: 'before' | 'live' | 'verify' },
): Promise<NodeOutcome> {
  const { world } = context;
  const name = request.state ?? world.targetStateName();
  const state = world.plan.states[name];
  if (request.when === 'before') await noteBefore(world, 'programs');
  const troubles: string[] = [];
  for (const [system, wanted] of Object.entries(state?.systems ?? {})) {
    // After the rollback routes are switched back last, behind `verified`: see `verifyRoutes`.
    if (request.when === 'verify' && typeof wanted === 'string') continue;
    troubles.push(...(await verifySystem(context, { system, wanted, when: request.when })));
  }
  troubles.push(...(await verifyFlows(context, { ...request, state: name })));
  // A start state that does not hold makes everything after it meaningless; later ones are judged as claims.
  if (request.when === 'before' && troubles.length > 0) return failedByPlan(troubles.join('; '));
  return succeeded(troubles.length === 0 ? 'holds' : troubles.join('; '));
}

/** Whether every entry leads where the target state says. Asked when the plan's last step is done. */
export async function verifyRoutes(context: Context): Promise<void> {
  for (const [system, wanted] of Object.entries(context.world.targetState().systems)) {
    if (typeof wanted === 'string') await verifySystem(context, { system, wanted, when: 'verify' });
  }
}

/** Whether what must run still runs when the quiet time is over. */
export async function verifyStillRunning(context: Context): Promise<void> {
  const { world } = context;
  for (const [system, wanted] of Object.entries(world.targetState().systems)) {
    if (!world.services.has(system) || typeof wanted === 'string' || wanted.is !== 'running') continue;
    const made = { name: `${system} still runs after the quiet time`, system, when: 'watch' } as const;
    await noteCheck(context, { ...made, expected: 'running', actual: await stateOf(context, system) });
  }
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

const OUT_OF_MEMORY = 'ended, out of memory';

/** Law 12: a program that the machine ended is not the plan's failure. */
async function stateOf(context: Context, system: string): Promise<string> {
  if (context.world.service(system).status().running) return 'running';
  return (await noteOutOfMemory(context, [system])) ? OUT_OF_MEMORY : 'stopped';
}

/** True when one of these programs was ended for lack of memory, which is noted once for each. */
export async function noteOutOfMemory(context: Context, systems: readonly string[]): Promise<boolean> {
  const { world } = context;
  const ended = systems.filter((system) => world.services.get(system)?.status().ended?.outOfMemory === true);
  for (const system of ended.filter((one) => !world.outOfMemory.has(one))) {
    world.outOfMemory.add(system);
    const what = `${system} ran out of memory in the environment`;
    await context.note('trouble', { what, blame: 'environment', node: system });
  }
  return ended.length > 0;
}

async function noteCheck(
  context: Context,
  made: {
    readonly name: string;
    readonly system: string;
    readonly when: 'before' | 'live' | 'verify' | 'watch';
    readonly expected: string;
    readonly actual: string;
  },
): Promise<readonly string[]> {
  const outcome = made.expected === made.actual ? 'passed' : made.actual === OUT_OF_MEMORY ? 'unknown' : 'failed';
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
  // One that cannot be asked is no reason to stop: its claim is inconclusive in the end.
  return result.outcome !== 'failed' ? [] : [`${request.name}: expected ${result.expected}, found ${result.actual}`];
}
