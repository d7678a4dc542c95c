import { spawn } from 'node:child_process';
import { systemClock } from '../../adapters/process/clock.ts';
import type { Entry, EnvironmentSummary, Host } from '../../environment/host.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { EXIT, RollproofError } from '../../kernel/errors.ts';
import { countOf } from '../../kernel/count.ts';
import { keptDrills, variableName } from '../kept.ts';
import { demanded, flag, type Options, textOption } from '../options.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { jsonLine, line, oneLine, paint, table } from '../terminal.ts';
import { makeHost } from '../wiring.ts';

export async function list(_args: readonly string[], options: Options): Promise<number> {
  const { host, state } = opened(options);
  const environments = await host.list();
  if (flag(options, 'json')) {
    for (const each of environments) jsonLine({ kind: 'environment', ...each });
    return EXIT.ok;
  }
  if (environments.length === 0) line(`no environments in ${state.path}`);
  else for (const row of table(environments.map(rowOf))) line(row);
  if (environments.some((each) => isAbandoned(each)))
    line(paint('dim', '\nrollproof clean removes those that nobody owns any more'));
  return EXIT.ok;
}

function rowOf(environment: EnvironmentSummary): readonly string[] {
  const { id, owner, held, leaseUntil, processes } = environment;
  const leftMs = Date.parse(leaseUntil) - Date.now();
  const lease = leftMs <= 0 ? 'lease has run out' : `lease for ${formatDuration(leftMs)} more`;
  const whose = held ? 'kept' : owner.alive ? `in use by process ${owner.pid}` : `left by process ${owner.pid}`;
  return [oneLine(id), whose, lease, countOf(processes, 'process', 'processes')];
}

function isAbandoned({ held, owner, leaseUntil }: EnvironmentSummary): boolean {
  return Date.parse(leaseUntil) <= Date.now() || (!held && !owner.alive);
}

/** Inside, everything is reached as the drill's programs reach it; nothing of the caller's variables comes along. */
export async function shell(args: readonly string[], options: Options): Promise<number> {
  const { host, state } = opened(options);
  const id = demanded(args, 0, 'the environment');
  const command = args.slice(1);
  const addresses = await addressesOf(state, id);
  const argv = command.length > 0 ? command : ['bash', '--norc', '-i'];
  const entry = await host.enter(id, [
    'env',
    ...addresses.map(([name, value]) => `${name}=${value}`),
    ...prompt(id, command),
    ...argv,
  ]);
  if (command.length === 0) announce(id, addresses);
  try {
    const code = await spawnOn(entry);
    // Leaving a shell is no result; a command's own exit code is what whoever called it wants to know.
    return command.length === 0 ? EXIT.ok : code;
  } finally {
    await entry.close();
  }
}

function prompt(id: string, command: readonly string[]): readonly string[] {
  return command.length > 0 ? [] : [`PS1=(${id.replaceAll(/[^\w.-]/g, '_')}) \\w \\$ `];
}

function announce(id: string, addresses: readonly (readonly [string, string])[]): void {
  line(`inside of ${oneLine(id)}; exit leaves it as it is`);
  for (const row of table(addresses.map(([name, value]) => [`  $${name}`, oneLine(value)]))) line(row);
  if (addresses.length === 0) line('  its drill has noted no addresses: it still runs, or it was cut off');
}

/** Stores by address; programs and routes by the socket that leads to them (`curl --unix-socket "$APP_SOCKET" http://x/`). */
async function addressesOf(state: StateFolder, id: string): Promise<readonly (readonly [string, string])[]> {
  const kept = (await keptDrills(state)).find((each) => each.kept.environment === id)?.kept;
  if (kept === undefined) return [];
  return [
    ...Object.entries(kept.stores).map(([name, store]) => [variableName(name), store.address] as const),
    ...Object.entries(kept.sockets).map(([name, socket]) => [`${variableName(name)}_SOCKET`, socket] as const),
  ];
}

/** On the caller's terminal. Ctrl-C is for what runs inside. */
function spawnOn(entry: Entry): Promise<number> {
  const [program, ...rest] = entry.argv;
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, rest, { cwd: entry.cwd, env: entry.env, stdio: 'inherit' });
    child.once('error', (error) =>
      reject(
        new RollproofError('environment-not-ready', `${program} cannot be started: ${error.message}`, { cause: error }),
      ),
    );
    child.once('exit', (code) => resolve(code ?? EXIT.interrupted));
  }).finally(() => process.off('SIGINT', ignore));
}

export async function rm(args: readonly string[], options: Options): Promise<number> {
  const { host } = opened(options);
  const environments = await host.list();
  for (const id of args)
    refuseInUse(
      environments.find((each) => each.id === id),
      flag(options, 'force'),
    );
  let leaks = 0;
  for (const id of new Set(args)) {
    const { removed, leaked } = await host.remove(id);
    leaks += leaked.length;
    if (flag(options, 'json')) {
      jsonLine({ kind: 'removed', id, removed, leaked });
      continue;
    }
    line(
      `${leaked.length === 0 ? paint('green', '●') : paint('red', '✖')} ${oneLine(id)} ${leaked.length === 0 ? 'removed' : 'could not be removed whole'}: ${countOf(removed.length, 'thing')}`,
    );
    for (const each of leaked) line(paint('red', `    still there: ${oneLine(each)}`));
  }
  return leaks === 0 ? EXIT.ok : EXIT.unclean;
}

function refuseInUse(environment: EnvironmentSummary | undefined, force: boolean): void {
  if (environment === undefined || force || environment.held || !environment.owner.alive) return;
  throw new RollproofError(
    'already-running',
    `environment ${environment.id} is in use by process ${environment.owner.pid}`,
    {
      hint: 'Wait for it or end that process; --force removes the environment under it.',
    },
  );
}

function opened(options: Options): { readonly host: Host; readonly state: StateFolder } {
  const state = chosenState(textOption(options, 'state'));
  return { state, host: makeHost({ state, clock: systemClock() }) };
}
