import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { systemClock } from '../../adapters/process/clock.ts';
import { EXIT, messageOf, RollproofError } from '../../kernel/errors.ts';
import { type Options, textOption } from '../options.ts';
import { pgChoice } from '../pg-choice.ts';
import { PLAN_FILE } from '../plan-file.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { line, oneLine, paint, table } from '../terminal.ts';
import { PACKAGE_ROOT } from '../version.ts';

const EXAMPLE = join(PACKAGE_ROOT, 'examples', 'in-place-upgrade');
const SCHEMA_FILE = 'rollproof-plan.schema.json';

/** What is put where. `from` is a file or a folder. */
interface Copy {
  readonly from: string;
  readonly to: string;
}

/** Writes all of a template or, where one of its files exists already, nothing. */
export async function init(args: readonly string[], options: Options): Promise<number> {
  const folder = resolve(args[0] ?? '.');
  await refuseFile(folder);
  return options['template'] === 'in-place-upgrade' ? initExample(folder, options) : initMinimal(folder);
}

async function initMinimal(folder: string): Promise<number> {
  const copies = [
    { from: join(PACKAGE_ROOT, 'templates', 'minimal', PLAN_FILE), to: PLAN_FILE },
    { from: join(PACKAGE_ROOT, 'schema', SCHEMA_FILE), to: SCHEMA_FILE },
  ];
  await copyAll(folder, copies);
  showMade(folder, [
    [PLAN_FILE, 'the plan: read it from the top, change what is marked with <--'],
    [SCHEMA_FILE, 'completion and help in editors that know YAML schemas'],
  ]);
  showNext(folder, [
    ['rollproof check', 'what is wrong or unsafe in it, all at once'],
    ['rollproof doctor --plan .', 'whether it fits on this machine'],
    ['rollproof drill clean-return', 'the first rehearsal'],
  ]);
  return EXIT.ok;
}

async function initExample(folder: string, options: Options): Promise<number> {
  const state = chosenState(textOption(options, 'state'));
  const sources = (await readdir(EXAMPLE)).filter((name) => name !== PLAN_FILE && !NOT_COPIED.has(name));
  await refuseExisting(folder, [PLAN_FILE, 'backups', SCHEMA_FILE, ...sources]);
  line('making the example’s data, releases and Friday’s backup …');
  const made = await makeExample(state, textOption(options, 'pg'));
  try {
    await copyAll(folder, [
      ...sources.map((name) => ({ from: join(EXAMPLE, name), to: name })),
      { from: made, to: '.' },
      { from: join(PACKAGE_ROOT, 'schema', SCHEMA_FILE), to: SCHEMA_FILE },
    ]);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  showMade(folder, [
    [PLAN_FILE, 'the plan: go-live, way back, two scenarios'],
    ['backups/friday', 'the backup that drills begin with'],
    ['releases', 'release 10 and 11 of a small CRM'],
    ['README.md', 'what the CRM does and what the upgrade changes'],
  ]);
  showNext(folder, [
    ['rollproof check', 'says that the plan is sound'],
    ['rollproof drill --all --unattended', 'rehearses both scenarios'],
    ['rollproof report last', 'shows the end of the newest again'],
  ]);
  return EXIT.ok;
}

/** Results of work on the example itself. */
const NOT_COPIED: ReadonlySet<string> = new Set(['node_modules', '.rollproof', 'backups', 'docs', 'run']);

async function makeExample(state: StateFolder, pg: string | undefined): Promise<string> {
  const { prepareExample } = await import('../example.ts');
  const demo = join(state.path, 'cache', `init-${process.pid}`);
  return prepareExample({ state: { ...state, demo }, clock: systemClock(), pg: pgChoice(pg), scale: 1 });
}

async function refuseFile(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null); // absent: it will be made
  if (found === null || found.isDirectory()) return;
  throw new RollproofError('usage-invalid', `${folder} is a file`, { hint: 'Name a folder: rollproof init FOLDER' });
}

async function refuseExisting(folder: string, names: readonly string[]): Promise<void> {
  const there: readonly string[] = await readdir(folder).catch(() => []); // absent: it will be made
  const taken = names.filter((name) => there.includes(name));
  if (taken.length === 0) return;
  throw new RollproofError('usage-invalid', `${folder} already has ${taken.join(', ')}`, {
    hint: 'Nothing was changed. Name another folder: rollproof init FOLDER',
  });
}

async function copyAll(folder: string, copies: readonly Copy[]): Promise<void> {
  await refuseExisting(
    folder,
    copies.map(({ to }) => to),
  );
  try {
    await mkdir(folder, { recursive: true });
    for (const { from, to } of copies)
      await cp(from, join(folder, to), { recursive: true, errorOnExist: to !== '.', force: false });
  } catch (error) {
    throw new RollproofError('usage-invalid', `${folder} cannot be written: ${messageOf(error)}`, {
      hint: 'Name a folder that you may write: rollproof init FOLDER',
      cause: error,
    });
  }
}

function showMade(folder: string, rows: readonly (readonly [string, string])[]): void {
  line(`${paint(['green', 'bold'], '● made')}  ${oneLine(folder)}`);
  for (const row of table(rows.map(([name, what]) => [`  ${name}`, what]))) line(row);
}

function showNext(folder: string, rows: readonly (readonly [string, string])[]): void {
  const place = relative(process.cwd(), folder);
  line(`\n${paint('bold', 'next')}`);
  if (place !== '') line(`  cd ${oneLine(place)}`);
  for (const row of table(rows.map(([command, what]) => [`  ${command}`, what]))) line(row);
}
