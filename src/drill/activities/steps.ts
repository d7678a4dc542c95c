import { parseDuration } from '../../kernel/duration.ts';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import type { Completion } from '../../kernel/completion.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { Step, StepKind } from '../../plan/schema.ts';
import { dutyOf } from '../../plan/duties.ts';
import { stepKindOf } from '../../plan/steps.ts';
import { actorFor, whyNobody } from '../../people/roster/roster.ts';
import type { RestorePointSource } from '../../subject/restore-point.ts';
import type { World } from '../world.ts';
import { runCheck, firstValue, placeOf, textOf } from './checks.ts';
import { askPerson, type Context, failedByPlan, succeeded } from './context.ts';
import { capture, replay } from './delta.ts';
import { commandFlow } from './flows/flows.ts';
import { sendMessage } from './messages.ts';
import { ledTo, stoppedByIdentity, withItsAddresses } from './twists/whom.ts';
import { servedSources } from './twists/bad-backup.ts';
import { pointRoute, restoreFirstPossible, restorePointRecord } from './prepare.ts';

const POLL_MS = 50;

/** A new kind of step without an entry does not compile. */
const STEPS: Readonly<Record<StepKind, (context: Context, step: Step) => Promise<NodeOutcome>>> = {
  run: runCommand,
  sql: runSql,
  http: sendRequest,
  backup,
  restore,
  release: swapRelease,
  start,
  stop,
  route,
  flow: switchFlow,
  capture: (context, step) => capture(context, step.capture ?? ''),
  replay: (context, step) => replay(context, step.replay ?? ''),
  wait: waitFor,
  manual: byHand,
  check: gatingCheck,
  message: sendMessage,
};

/** A plan's own step, exactly as written. Law 6: whose server it is was compared just before. */
export async function performStep(context: Context, step: Step): Promise<NodeOutcome> {
  if (context.world.twisted.crossedEarly.has(step)) return succeeded('it was carried out before its turn');
  const stopped = await stoppedByIdentity(context, step);
  return stopped ?? withItsAddresses(context.world, step, async () => STEPS[stepKindOf(step)](context, step));
}

async function runCommand({ world, signal }: Context, step: Step): Promise<NodeOutcome> {
  const argv = words(step.run);
  const timeoutMs = timeoutOf(step);
  const name = `step-${step.id}`;
  const service = step.in === undefined ? undefined : (world.services.get(step.in) ?? world.endpoints.get(step.in));
  const done =
    service === undefined
      ? await world.environment.run({
          name,
          argv,
          cwd: world.ports.resolve('.'),
          env: addresses(world, step.in),
          timeoutMs,
          signal,
        })
      : await service.run(argv, { name, timeoutMs, signal });
  return outcomeOfCommand(done, argv);
}

/** Every system's address as `<NAME>_ADDRESS`; of the one named by `in` also as DATABASE_URL. */
function addresses(world: World, system: string | undefined): Readonly<Record<string, string>> {
  const all = Object.fromEntries(
    Object.keys(world.plan.systems).map((name) => [
      `${name.toUpperCase().replaceAll('-', '_')}_ADDRESS`,
      world.addressOf(name),
    ]),
  );
  return system === undefined ? all : { ...all, DATABASE_URL: world.addressOf(system) };
}

export function outcomeOfCommand(done: Completion, argv: readonly string[]): NodeOutcome {
  const command = argv.join(' ');
  if (done.exitCode === 0) return succeeded(`${command}: exit code 0`);
  if (done.outOfMemory)
    return { kind: 'failed', detail: `${command} ran out of memory in the environment`, blame: 'environment' };
  if (done.timedOut) return failedByPlan(`${command} was not finished in time`);
  const how =
    done.exitCode === null ? `was ended by ${done.signal ?? 'a signal'}` : `ended with exit code ${done.exitCode}`;
  const said = lastLine(done.stderr) || lastLine(done.stdout);
  return failedByPlan(`${command} ${how}${said === '' ? '' : `: ${said}`}`);
}

function lastLine(text: string): string {
  return (text.trimEnd().split('\n').at(-1) ?? '').slice(0, 300);
}

async function runSql({ world }: Context, step: Step): Promise<NodeOutcome> {
  const store = world.sqlStore(ledTo(world, step, named(step, 'in', step.in)));
  try {
    await store.query(step.sql ?? '', { timeoutMs: timeoutOf(step) });
    return succeeded('done');
  } catch (error) {
    return failedByPlan(`the SQL failed: ${messageOf(error)}`);
  }
}

async function sendRequest({ world, signal }: Context, step: Step): Promise<NodeOutcome> {
  const request = step.http;
  const system = named(step, 'in', step.in);
  if (request === undefined) throw new RollproofError('plan-invalid', `step ${step.id} has no request`);
  const body = request.json === undefined ? {} : { body: JSON.stringify(request.json) };
  const headers: Record<string, string> = request.json === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await world.ports
    .httpClient(world.socketOf(system))
    .send({ method: request.method, path: request.path, headers, ...body, timeoutMs: timeoutOf(step), signal });
  const good =
    request.status === undefined ? answer.status >= 200 && answer.status < 300 : answer.status === request.status;
  return good
    ? succeeded(`status ${answer.status}`)
    : failedByPlan(`${request.method} ${request.path} answered ${answer.status}`);
}

async function backup(context: Context, step: Step): Promise<NodeOutcome> {
  const { world } = context;
  const made = new Map<string, readonly RestorePointSource[]>();
  for (const name of step.backup ?? []) {
    const store = world.store(name);
    const formats =
      store.kind === 'directory'
        ? (['tar'] as const)
        : (step.formats ?? ['base-backup']).filter((format) => format !== 'tar');
    const folder = `${world.environment.folder}/backups/${step.id}/${name}`;
    const sources = await store.backup(formats, folder, context.signal);
    made.set(name, sources);
    for (const source of sources) {
      const certificate = await store.certify(source);
      await context.note(
        'restore-point',
        restorePointRecord({ store: name, name: step.id, certificate, report: null }),
      );
    }
  }
  world.backups.set(step.id, made);
  return succeeded(
    [...made].map(([name, sources]) => `${name}: ${sources.map((source) => source.format).join(', ')}`).join('; '),
  );
}

async function restore(context: Context, step: Step): Promise<NodeOutcome> {
  const { world } = context;
  const point = named(step, 'from', step.from);
  const stores = step.restore ?? [];
  // All of them come to their end: what follows a failure must not find another restore still at work.
  const ended = await Promise.allSettled(
    stores.map(async (name) =>
      restoreFirstPossible({
        context,
        store: world.store(ledTo(world, step, name)),
        name: point,
        sources: await servedSources(context, { store: name, point, step: step.id }),
        mode: step.into ?? 'empty',
      }),
    ),
  );
  const restored = ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return succeeded(restored.map((source, index) => `${stores[index] ?? ''} from ${source.format}`).join(', '));
}

async function swapRelease({ world }: Context, step: Step): Promise<NodeOutcome> {
  const to = named(step, 'to', step.to);
  await world.service(step.release ?? '').install(to);
  return succeeded(`release ${to} is in place`);
}

async function start(context: Context, step: Step): Promise<NodeOutcome> {
  const { world } = context;
  const service = world.service(step.start ?? '');
  const isHeld = step.jobs === 'held';
  // Before the start: once jobs run, those that were due are no longer seen in the data.
  if (isHeld || isOfRollback(world, step)) await noteJobs(context, service.name, isHeld);
  await service.start({ jobs: step.jobs ?? 'running', signal: context.signal });
  return succeeded(`release ${service.installed() ?? 'unknown'} is ready`);
}

function isOfRollback(world: World, step: Step): boolean {
  return world.stepsBack().includes(step);
}

export async function noteJobs(context: Context, system: string, held: boolean): Promise<void> {
  const definition = context.world.plan.systems[system];
  const stored = definition?.kind === 'service' ? definition.jobs?.stored : undefined;
  const rows =
    stored === undefined ? [] : await context.world.sqlStore(stored.in).query(stored.sql, { readOnly: true });
  await context.note('jobs', {
    system,
    held,
    stored: rows.map((row) =>
      Object.values(row)
        .map((value) => value ?? 'NULL')
        .join(', '),
    ),
  });
}

async function stop({ world }: Context, step: Step): Promise<NodeOutcome> {
  const ended = await world.service(step.stop ?? '').stop();
  return succeeded(ended === null ? 'it was not running' : 'stopped');
}

async function route({ world }: Context, step: Step): Promise<NodeOutcome> {
  const to = named(step, 'to', step.to);
  await pointRoute(world, step.route ?? '', to);
  return succeeded(`leads to ${to}`);
}

async function switchFlow(context: Context, step: Step): Promise<NodeOutcome> {
  return commandFlow(context, {
    name: step.flow ?? '',
    to: named(step, 'to', step.to) === 'running' ? 'running' : 'stopped',
  });
}

/** Waiting is not working: the clock of the step runs, but what it waits for is somebody else's. */
async function waitFor({ world, signal }: Context, step: Step): Promise<NodeOutcome> {
  const condition = step.wait;
  if (condition === undefined) throw new RollproofError('plan-invalid', `step ${step.id} waits for nothing`);
  for (;;) {
    signal.throwIfAborted();
    if (await holdsNow(world, condition)) return succeeded('it holds');
    await world.ports.clock.wait(POLL_MS, signal);
  }
}

async function holdsNow(world: World, condition: NonNullable<Step['wait']>): Promise<boolean> {
  const place = placeOf(world);
  try {
    if ('sql' in condition) return (await place.sql(condition.in, condition.sql, 10_000)) === textOf(condition.is);
    return (await place.http(condition.in, condition.http, 10_000)).status === (condition.status ?? 200);
  } catch {
    // Not there yet: exactly what is waited for.
    return false;
  }
}

async function byHand(context: Context, step: Step): Promise<NodeOutcome> {
  const { ports, request } = context.world;
  const duty = dutyOf(step);
  const actor = duty === null ? null : actorFor(request.roster, duty);
  // The time that a search for somebody else would take is nobody's to guess.
  if (duty !== null && actor === null)
    return failedByPlan(`nobody is left who may do it: ${whyNobody(request.roster, duty)}`);
  const told = { id: step.id, text: step.manual ?? '', observe: step.observe ?? null, actor };
  const done = await askPerson(context, {
    what: step.id,
    ask: async () => ports.operator.confirm(told, context.signal),
  });
  return succeeded(`confirmed by ${done.by}${done.observation === '' ? '' : `: ${done.observation}`}`);
}

async function gatingCheck({ world }: Context, step: Step): Promise<NodeOutcome> {
  const check = world.plan.checks[step.check ?? ''];
  if (check === undefined) throw new RollproofError('plan-invalid', `there is no check ${step.check ?? ''}`);
  const result = await runCheck(check, placeOf(world), world.before.get(step.check ?? ''));
  if (result.outcome === 'passed') return succeeded(result.actual);
  if (result.outcome === 'unknown') return { kind: 'unknown', detail: result.actual, blame: 'plan' };
  return failedByPlan(`expected ${result.expected}, found ${result.actual}`);
}

/** Did a step that was cut off take effect? Asked by its `repeat: { check: doneWhen }`. */
export async function doneWhen({ world }: Context, step: Step): Promise<boolean> {
  const repeat = step.repeat;
  if (typeof repeat !== 'object') return false;
  if ('sql' in repeat)
    return firstValue(await world.sqlStore(repeat.in).query(repeat.sql, { readOnly: true })) === textOf(repeat.is);
  const done = await world.environment.run({
    name: `done-${step.id}`,
    argv: words(repeat.run),
    cwd: world.ports.resolve('.'),
    env: addresses(world, step.in),
    timeoutMs: 60_000,
  });
  return done.exitCode === 0;
}

function words(argv: readonly string[] | undefined): readonly [string, ...string[]] {
  const [program, ...rest] = argv ?? [];
  if (program === undefined) throw new RollproofError('plan-invalid', 'a command has no words');
  return [program, ...rest];
}

function named(step: Step, key: string, value: string | undefined): string {
  if (value === undefined) throw new RollproofError('plan-invalid', `step ${step.id} lacks \`${key}\``);
  return value;
}

function timeoutOf(step: Step): number {
  return step.timeout === undefined ? 3_600_000 : (parseDuration(step.timeout) ?? 3_600_000);
}
