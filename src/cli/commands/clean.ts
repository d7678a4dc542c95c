import { existsSync } from 'node:fs';
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { confirm, isCancel } from '@clack/prompts';
import { systemClock } from '../../adapters/process/clock.ts';
import type { Host, Reaped } from '../../environment/host.ts';
import { EXIT, RollproofError } from '../../kernel/errors.ts';
import { countOf } from '../../kernel/count.ts';
import { type Recovery, recoverAbandoned } from '../abandoned.ts';
import { flag, type Options, textOption } from '../options.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { jsonLine, line, oneLine, paint } from '../terminal.ts';
import { makeHost } from '../wiring.ts';

interface Cleaned {
  readonly environments: readonly Reaped[];
  readonly drills: Recovery;
  /** Folders and files of the state folder. */
  readonly removed: readonly string[];
}

export async function clean(_args: readonly string[], options: Options): Promise<number> {
  const state = chosenState(textOption(options, 'state'));
  const all = flag(options, 'all');
  if (!existsSync(state.path)) {
    if (!flag(options, 'json')) line(`nothing to clean: ${state.path} does not exist`);
    return EXIT.ok;
  }
  if (all) {
    await refuseForeign(state);
    if (!flag(options, 'yes') && !(await isConfirmed(state))) return EXIT.interrupted;
  }
  const host = makeHost({ state, clock: systemClock() });
  const drills = await recoverAbandoned(state, { host, clock: systemClock() });
  const environments = [...(await host.reap()), ...(all ? await removeKept(host) : [])];
  const removed = await removeFiles(state, { all, host, running: drills.running });
  const cleaned: Cleaned = { environments, drills, removed };
  if (flag(options, 'json')) jsonLine({ kind: 'cleaned', ...cleaned });
  else show(state, cleaned, all);
  return exitCodeOf(cleaned, all);
}

/** A mistyped --state must not remove somebody's folder. */
async function refuseForeign(state: StateFolder): Promise<void> {
  const strangers = (await readdir(state.path)).filter((name) => !isOurs(name));
  if (strangers.length === 0) return;
  throw new RollproofError(
    'usage-invalid',
    `${state.path} holds things that are not Rollproof's: ${strangers.slice(0, 5).join(', ')}`,
    {
      hint: 'Name the state folder with --state, or move these things elsewhere.',
    },
  );
}

/** Keyed in by people: it cannot be made again. */
const FROM_PEOPLE: readonly string[] = ['night-log', 'findings'];

const OURS: readonly string[] = [
  'cache',
  'demo',
  'demo.lock',
  'drills',
  'environments',
  'private',
  'trials',
  ...FROM_PEOPLE,
];

function isOurs(name: string): boolean {
  return OURS.includes(name) || name.startsWith('journal.sqlite');
}

async function isConfirmed(state: StateFolder): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new RollproofError('usage-invalid', 'clean --all removes every result, and nobody is there to be asked', {
      hint: 'Say --yes.',
    });
  }
  const answer = await confirm({
    message: `Remove everything in ${oneLine(state.path)}: kept environments, records and reports, caches?`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}

/** Kept ones are left alone by the reaper; one that is in use by a living process stays in any case. */
async function removeKept(host: Host): Promise<readonly Reaped[]> {
  const reaped: Reaped[] = [];
  for (const each of await host.list()) if (each.held || !each.owner.alive) reaped.push(await host.remove(each.id));
  return reaped;
}

interface FileRemoval {
  readonly all: boolean;
  readonly host: Host;
  readonly running: readonly string[];
}

/** Row values and sealed truths always; results, caches and the journal only with --all, and not under a running drill. */
async function removeFiles(state: StateFolder, { all, host, running }: FileRemoval): Promise<readonly string[]> {
  const inUse = new Set([...running, ...(await host.list()).filter(({ owner }) => owner.alive).map(({ id }) => id)]);
  if (all && inUse.size === 0) {
    const names = (await readdir(state.path)).filter((name) => isOurs(name) && !FROM_PEOPLE.includes(name));
    for (const name of names) await rm(join(state.path, name), { recursive: true, force: true });
    // The folder itself goes too when nothing else is in it; somebody may have put something there meanwhile.
    await rmdir(state.path).catch(() => undefined);
    return names.map((name) => join(state.path, name));
  }
  const folder = join(state.path, 'private');
  const drills = (await readdir(folder).catch(() => [])).filter((drill) => !inUse.has(drill)); // no values were ever written
  const removed: string[] = [];
  for (const drill of drills) {
    const path = join(folder, drill);
    await lstat(path);
    await rm(path, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}

function show(state: StateFolder, { environments, drills, removed }: Cleaned, all: boolean): void {
  for (const drill of drills.closed)
    line(`${paint('green', '●')} drill ${oneLine(drill)}: its process was gone; closed as cleaned`);
  for (const { id, removed: things, leaked } of environments) {
    line(
      `${leaked.length === 0 ? paint('green', '●') : paint('red', '✖')} environment ${oneLine(id)}: ${countOf(things.length, 'thing')} removed`,
    );
    for (const each of leaked) line(paint('red', `    still there: ${oneLine(each)}`));
  }
  for (const path of removed)
    line(`${paint('green', '●')} ${all ? '' : 'values of '}${oneLine(all ? path : basename(path))}`);
  for (const drill of drills.running)
    line(`${paint('yellow', '◐')} drill ${oneLine(drill)} is running and was left alone`);
  if (environments.length + drills.closed.length + removed.length === 0) line(`nothing to clean in ${state.path}`);
  showKept(state, all);
}

function showKept(state: StateFolder, all: boolean): void {
  if (!all) {
    line(paint('dim', 'records and reports stay; --all removes them too'));
    return;
  }
  for (const folder of FROM_PEOPLE.map((name) => join(state.path, name)).filter((path) => existsSync(path)))
    line(paint('dim', `what was keyed in by people stays in ${oneLine(folder)}; remove it yourself`));
}

function exitCodeOf({ environments, drills }: Cleaned, all: boolean): number {
  const leaked = [...environments.flatMap((each) => each.leaked), ...drills.leaked];
  if (all && drills.running.length > 0) return EXIT.alreadyRunning;
  return leaked.length > 0 ? EXIT.unclean : EXIT.ok;
}
