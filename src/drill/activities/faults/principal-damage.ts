import { countOf } from '../../../kernel/count.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import type { PrincipalFaults } from '../../../flow/principal-faults.ts';
import type { FaultShown } from '../../../flow/show-flow-fault.ts';
import type { ChangeLog } from '../../../subject/change-log.ts';
import type { World } from '../../world.ts';
import { type DamageRequest, type FlowDamage, roundOf } from './flow-damage.ts';
import { runIn, summary } from '../flows/flow-questions.ts';

const EVERY_MS = 500;
const LOOK_EVERY_MS = 50;

/** IF-17: a job that nobody remembers goes on working, whatever the plan stops. It ends with the drill. */
export async function zombie(request: DamageRequest): Promise<FlowDamage> {
  const { does = 'write' } = request.fault;
  return does === 'write' ? zombieWriter(request) : zombieCommand(request, does);
}

async function zombieWriter({ context, name, flow }: DamageRequest): Promise<FlowDamage> {
  const { world } = context;
  const { role, log, faults } = principalOf(world, name);
  const since = await log.position();
  const job = await faults.haunt({ role, everyMs: EVERY_MS });
  world.flowTraces.planted.push(() => job.end());
  return {
    where: flow.principal.in,
    description: `a forgotten job writes as ${role}, whoever stops ${name}`,
    show: async () => {
      const own = async () => (await log.changes(since)).filter(({ application }) => application === job.application);
      const written = await until(world, roundOf(flow), async () => ((await own()).length > 0 ? own() : null));
      return {
        shown: written !== null,
        evidence: `the forgotten job wrote before the stop: ${summary(written ?? []).join(', ') || 'nothing'}`,
      };
    },
  };
}

/** Runs beside its program, with what that knows, and outlives it. */
async function zombieCommand({ context, name, flow }: DamageRequest, does: 'fire' | 'arm'): Promise<FlowDamage> {
  const { world } = context;
  const command = does === 'arm' ? flow.start : flow.fire;
  if (command === undefined) throw new RollproofError('plan-invalid', `${name} has no command to ${does} it`);
  const ended = new AbortController();
  const job = `job-${name}-${world.nextSerial()}`;
  const running = world
    .program(command.in)
    .run(['sh', '-c', LOOP, job, ...command.run], { name: job, timeoutMs: FOR_EVER_MS, signal: ended.signal })
    .catch(() => undefined); // called off with the drill
  world.flowTraces.planted.push(async () => {
    ended.abort();
    await running;
  });
  return {
    where: command.in,
    description: `a forgotten job ${DOES[does]} ${name} again and again, whoever stops it`,
    show: () => showProcess(world, { job, withinMs: roundOf(flow) }),
  };
}

const LOOP = 'while :; do "$@"; sleep 1; done';
const FOR_EVER_MS = 24 * 3_600_000;
const DOES = { fire: 'does the work of', arm: 'arms' } as const;

async function showProcess(
  world: World,
  { job, withinMs }: { readonly job: string; readonly withinMs: number },
): Promise<FaultShown> {
  const found = await until(world, withinMs, async () => {
    const processes = await world.environment.processes();
    return processes.find(({ command }) => command.includes(job)) ?? null;
  });
  return {
    shown: found !== null,
    evidence: found === null ? 'no such process runs' : 'its process runs, and no step of the plan knows of it',
  };
}

/** IF-18: the sender dies between two writes that belong together, each time it tries, until the flow is stopped. */
export async function halfCommit({ context, fault, name, flow }: DamageRequest): Promise<FlowDamage> {
  const { world } = context;
  const { role, log, faults } = principalOf(world, name);
  const since = await log.position();
  const cut = await faults.cut({ role, table: fault.table ?? '' });
  const where = `${flow.principal.in}, ${cut?.part ?? fault.table ?? ''}`;
  if (cut === null) return { where, description: `not applicable: there is no table ${fault.table ?? ''}`, show: null };
  world.flowTraces.healedAtStop.push(() => cut.heal());
  if (fault.work !== undefined) await world.sqlStore(fault.work.in).query(fault.work.sql);
  if (flow.fire !== undefined) await runIn(context, flow.fire, `half-${name}`);
  return {
    where,
    description: `${role} is cut off when it comes to write to ${cut.part}`,
    show: async () => {
      const times = await until(world, roundOf(flow), async () => (await cut.times()) || null);
      const left = (await log.changes(since)).filter((change) => change.role === role);
      const first = left.filter(({ part, operation }) => part !== cut.part && operation === 'insert');
      const evidence = `${countOf(times ?? 0, 'time')} cut off before ${cut.part}; written and left until then: ${
        summary(first).join(', ') || 'nothing'
      }`;
      return { shown: times !== null && first.length > 0 && left.every(({ part }) => part !== cut.part), evidence };
    },
  };
}

interface Principal {
  readonly role: string;
  readonly log: ChangeLog;
  readonly faults: PrincipalFaults;
}

function principalOf(world: World, name: string): Principal {
  const { principal } = world.flow(name);
  const log = world.changeLogs.get(principal.in);
  const faults = world.ports.makePrincipalFaults(world.store(principal.in), world.environment);
  if (principal.role === undefined || log === undefined || faults === null)
    throw new RollproofError('plan-invalid', `the principal of ${name} is no role of a database`);
  return { role: principal.role, log, faults };
}

/** Null: it did not come about in time. */
async function until<T>(world: World, withinMs: number, look: () => Promise<T | null>): Promise<T | null> {
  const { clock } = world.ports;
  const deadline = clock.monotonicMs() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null || clock.monotonicMs() > deadline) return found;
    await clock.wait(LOOK_EVERY_MS);
  }
}
