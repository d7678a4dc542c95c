import { parseDuration } from '../../kernel/duration.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Check } from '../../plan/schema.ts';
import { readPath } from '../../people/template.ts';
import { isSqlStore } from '../../subject/store.ts';
import type { World } from '../world.ts';

export interface CheckResult {
  readonly outcome: 'passed' | 'failed' | 'unknown';
  readonly expected: string;
  readonly actual: string;
}

/** Where a check is asked: the drill's own systems, or throw-away twins of them. */
export interface CheckPlace {
  sql(system: string, sql: string, timeoutMs: number): Promise<string | null>;
  http(system: string, path: string, timeoutMs: number): Promise<{ readonly status: number; readonly body: string }>;
  run(
    system: string,
    argv: readonly [string, ...string[]],
    timeoutMs: number,
  ): Promise<{ readonly exitCode: number | null; readonly output: string }>;
}

/** A check that cannot be run is unknown, never a pass. */
export async function runCheck(check: Check, place: CheckPlace, before: string | undefined): Promise<CheckResult> {
  const expected = expectationOf(check, before);
  try {
    const actual = await answerOf(check, place);
    if (check.sameAs !== undefined && before === undefined)
      return { outcome: 'unknown', expected, actual: `${actual}, but nothing was noted before` };
    return { outcome: holds(check, actual, before) ? 'passed' : 'failed', expected, actual };
  } catch (error) {
    return { outcome: 'unknown', expected, actual: `could not be asked: ${messageOf(error)}` };
  }
}

/** The answer as text: a value, a status with the value read, or an exit code. */
export async function answerOf(check: Check, place: CheckPlace): Promise<string> {
  const timeoutMs = parseDuration(check.timeout) ?? 30_000;
  if (check.sql !== undefined) return (await place.sql(check.in, check.sql, timeoutMs)) ?? 'NULL';
  if (check.http !== undefined) {
    const answer = await place.http(check.in, check.http, timeoutMs);
    return check.read === undefined
      ? `status ${answer.status}`
      : textOf(readPath(JSON.parse(answer.body) as unknown, check.read));
  }
  const [program, ...words] = check.run ?? [];
  if (program === undefined) throw new Error('it has neither sql nor http nor run');
  const done = await place.run(check.in, [program, ...words], timeoutMs);
  return isExitCode(check) ? `exit code ${done.exitCode}` : done.output.trim();
}

function holds(check: Check, actual: string, before: string | undefined): boolean {
  return comparisonsOf(check, before).every((comparison) => comparison(actual));
}

/** Everything that the check says its answer must be; a probe without a comparison is judged by its status or exit code. */
function comparisonsOf(check: Check, before: string | undefined): readonly ((actual: string) => boolean)[] {
  const { is, sameAs, atLeast, atMost } = check;
  return [
    is === undefined ? [] : [(actual: string) => actual === textOf(is)],
    sameAs === undefined ? [] : [(actual: string) => actual === before],
    atLeast === undefined ? [] : [(actual: string) => Number(actual) >= atLeast],
    atMost === undefined ? [] : [(actual: string) => Number(actual) <= atMost],
    isStatus(check) ? [(actual: string) => actual === `status ${check.status ?? 200}`] : [],
    isExitCode(check) ? [(actual: string) => actual === 'exit code 0'] : [],
  ].flat();
}

function isStatus(check: Check): boolean {
  return check.http !== undefined && check.read === undefined;
}

function isExitCode(check: Check): boolean {
  return check.run !== undefined && check.is === undefined && check.sameAs === undefined;
}

function expectationOf(check: Check, before: string | undefined): string {
  const parts = [
    check.is === undefined ? [] : [`is ${textOf(check.is)}`],
    check.sameAs === undefined ? [] : [`same as before (${before ?? 'not noted'})`],
    check.atLeast === undefined ? [] : [`at least ${check.atLeast}`],
    check.atMost === undefined ? [] : [`at most ${check.atMost}`],
    isStatus(check) ? [`status ${check.status ?? 200}`] : [],
  ].flat();
  return parts.length === 0 ? 'exit code 0' : parts.join(' and ');
}

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The systems of the drill themselves. */
export function placeOf(world: World): CheckPlace {
  return {
    sql: async (system, sql, timeoutMs) =>
      firstValue(await world.sqlStore(system).query(sql, { readOnly: true, timeoutMs })),
    http: async (system, path, timeoutMs) =>
      world.ports.httpClient(world.socketOf(system)).send({ method: 'GET', path, headers: {}, timeoutMs }),
    run: async (system, argv, timeoutMs) => {
      const name = commandName(world, system);
      const store = world.stores.get(system);
      const done =
        store === undefined
          ? await world.program(system).run(argv, { name, timeoutMs })
          : await world.environment.run({
              name,
              argv,
              cwd: world.ports.resolve('.'),
              env: { DATABASE_URL: store.address() },
              timeoutMs,
            });
      return { exitCode: done.exitCode, output: done.stdout };
    },
  };
}

/** The same check may be asked several times at once, and no two running processes carry one name. */
export function commandName(world: World, system: string): string {
  return `check-${system}-${world.nextSerial()}`;
}

export function firstValue(rows: readonly Readonly<Record<string, string | null>>[]): string | null {
  const [row] = rows;
  return row === undefined ? null : (Object.values(row)[0] ?? null);
}

/** Evaluates every check that compares with `before`, on stores only or on everything. One that cannot be asked stays unknown. */
export async function noteBefore(world: World, kinds: 'stores' | 'programs'): Promise<void> {
  const place = placeOf(world);
  for (const [name, check] of Object.entries(world.plan.checks)) {
    if (check.sameAs === undefined || (check.sql !== undefined) !== (kinds === 'stores')) continue;
    const store = world.stores.get(check.in);
    if (kinds === 'stores' && (store === undefined || !isSqlStore(store))) continue;
    const answer = await answerOf(check, place).catch(() => undefined); // asked again after the rollback, which says why
    if (answer !== undefined) world.before.set(name, answer);
  }
}
