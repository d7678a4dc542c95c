import { messageOf, RollproofError } from '../../kernel/errors.ts';
import { marksToAsk } from '../../flow/classify.ts';
import { parseLedger, type Write, writesOf } from '../../flow/ledger.ts';
import { type OperationChoice, type PlannedOperation, scheduleOf } from '../../flow/schedule.ts';
import type { UsersAtWork } from '../../flow/users-at-work.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { UserGroup, Workload, WorkloadOperation } from '../../plan/schema.ts';
import type { World } from '../world.ts';
import { type Context, succeeded } from './context.ts';
import { lookFor } from './looks.ts';
import { takeReading } from './readings.ts';
import { bind, listUsers, passwordsOf, resetOne } from './twins.ts';

interface Work {
  readonly name: string;
  readonly workload: Workload;
  readonly group: UserGroup;
}

/** Simulated users work through the real application; every write is in the ledger before it is sent. */
export async function workload(context: Context, name: string): Promise<NodeOutcome> {
  const { world } = context;
  const planned = world.plan.workload[name];
  const group = world.plan.users[planned?.users ?? ''];
  if (planned === undefined || group === undefined) throw new RollproofError('plan-invalid', `no workload ${name}`);
  const began = world.ports.clock.monotonicMs();
  const work = { name, workload: planned, group };
  const { writes, broken, blame } = await writesMade(context, work);
  const live = await lookFor(world, { workload: planned, writes: marksToAsk(writes, 'live'), where: 'live' });
  world.worked.set(name, { writes, live });
  const count = (outcome: Write['outcome']): number => writes.filter((write) => write.outcome === outcome).length;
  await context.note('workload', {
    name,
    group: planned.users,
    in: planned.in,
    users: new Set(writes.map((write) => write.user)).size,
    planned: planned.writes,
    invoked: writes.length,
    ok: count('ok'),
    failed: count('failed'),
    unknown: count('unknown'),
    broken,
    tookMs: world.ports.clock.monotonicMs() - began,
  });
  if (broken !== null)
    await context.note('trouble', {
      what: `the simulated users of ${name} ended after ${writes.length} of ${planned.writes} writes: ${broken}`,
      blame,
      node: name,
    });
  await readBeforeFaults(context);
  return succeeded(`${writes.length} writes, ${count('ok')} acknowledged`);
}

interface WritesMade {
  readonly writes: readonly Write[];
  readonly broken: string | null;
  readonly blame: 'plan' | 'rollproof';
}

/** Law 12: users who cannot work say nothing about the way back; the drill goes on with what is in the ledger. */
async function writesMade(context: Context, work: Work): Promise<WritesMade> {
  const { world, signal } = context;
  let schedule: readonly PlannedOperation[];
  let told: UsersAtWork;
  try {
    schedule = await scheduleFor(world, work);
    told = await instructionsFor(world, work, schedule);
  } catch (error) {
    signal.throwIfAborted();
    return { writes: [], broken: `they could not begin: ${messageOf(error)}`, blame: 'plan' };
  }
  const { ledger, broken } = await world.ports.simulateUsers(told, signal);
  const lines = parseLedger(ledger);
  const writes = writesOf(lines, schedule);
  const [leftOut] = lines.flatMap((line) => (line.line === 'skip' ? [line.why] : []));
  if (broken === null && writes.length === 0)
    return { writes, broken: `nobody could do anything: ${leftOut ?? 'nothing was to be done'}`, blame: 'plan' };
  return { writes, broken, blame: 'rollproof' };
}

async function scheduleFor(world: World, { name, workload: made, group }: Work): Promise<readonly PlannedOperation[]> {
  const users = await listUsers(world.sqlStore(group.list.in), group.list.sql);
  if (users.length === 0) throw new RollproofError('plan-invalid', `there is no user in ${made.users}`);
  return scheduleOf({
    operations: Object.entries(made.operations).map(([operation, given]) => choiceOf(operation, given)),
    users: users.map((one) => one.user),
    writes: made.writes,
    seed: made.seed,
    prefix: `${world.request.drill}-${name}`,
  });
}

function choiceOf(name: string, { share, create, update, of }: WorkloadOperation): OperationChoice {
  const kind = create !== undefined ? 'create' : update !== undefined ? 'update' : 'delete';
  return { name, kind, share, of: of ?? null };
}

async function instructionsFor(
  world: World,
  { name, workload: made, group }: Work,
  schedule: readonly PlannedOperation[],
): Promise<UsersAtWork> {
  const users = [...new Set(schedule.map((one) => one.user))];
  await signIn(world, group, users);
  const passwordOf = await passwordsOf(world, group);
  return {
    workload: name,
    socket: world.socketOf(made.in),
    login: group.login,
    passwords: Object.fromEntries(
      users.flatMap((user) => {
        const password = passwordOf(user);
        return password === undefined ? [] : [[user, password]];
      }),
    ),
    requests: Object.fromEntries(
      Object.entries(made.operations).flatMap(([operation, { create, update, delete: remove, read }]) => {
        const request = create ?? update ?? remove;
        return request === undefined ? [] : [[operation, { request, read: create?.read ?? read }]];
      }),
    ),
    schedule,
    perSecond: made.perSecond ?? null,
  };
}

/** On the drill's own copy. What a restore does not take away again is noted as an own write. */
async function signIn(world: World, group: UserGroup, users: readonly string[]): Promise<void> {
  if (!('resetInClone' in group.signIn)) return;
  const { resetInClone } = group.signIn;
  const store = world.sqlStore(resetInClone.in);
  const isTakenAway = world.stepsBack().some((step) => step.restore?.includes(store.name) === true);
  for (const user of users) {
    if (!isTakenAway) await noteReset(world, resetInClone, user);
    await resetOne(store, resetInClone, user);
  }
}

async function noteReset(
  world: World,
  reset: { readonly in: string; readonly sql: string; readonly password: string },
  user: string,
): Promise<void> {
  const store = world.sqlStore(reset.in);
  const why = 'Rollproof reset the password of a simulated user';
  for (const part of await store.partsChangedBy(bind(reset.sql, { user, password: reset.password })))
    world.ledger.push({ store: store.name, part, operation: 'update', key: null, why });
}

/** Whether damage is there is shown by what changed since, so the work of users must not count as damage. */
async function readBeforeFaults(context: Context): Promise<void> {
  const { world } = context;
  for (const store of new Set(world.request.scenario.faults.flatMap((fault) => fault.in ?? [])))
    await takeReading(context, { store: world.store(store), label: 'worked', like: world.reading(store, 'live') });
}
