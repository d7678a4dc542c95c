import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EXIT, invariant, RollproofError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import { systemClock } from '../../adapters/process/clock.ts';
import { packArchive } from '../../adapters/files/archive.ts';
import { findPostgres, type PostgresChoice } from '../../adapters/postgres/binaries.ts';
import { createPostgresStore } from '../../adapters/postgres/store.ts';
import type { Environment } from '../../environment/host.ts';
import { claimDemo } from '../demo-claim.ts';
import { textOption } from '../options.ts';
import { pgChoice } from '../pg-choice.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { stopper } from '../stopper.ts';
import { PACKAGE_ROOT } from '../version.ts';
import { makeHost } from '../wiring.ts';
import { drillAll, goodPlan } from './drill.ts';

const EXAMPLE = join(PACKAGE_ROOT, 'examples', 'in-place-upgrade');

/** Makes the example's data and backup with the binaries that will restore it, then drills every scenario of its plan. */
export async function demo(_args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<number> {
  const state = chosenState(textOption(options, 'state'));
  const clock = systemClock();
  const pg = pgChoice(textOption(options, 'pg'));
  const json = options['json'] === true;
  const say = (sentence: string): void => {
    if (!json) process.stdout.write(`${sentence}\n`);
  };
  say('Rollproof rehearses the upgrade of a small CRM, and the way back, twice.');
  say(`Everything happens below ${state.path}`);
  say('and is cut off from the network; nothing of your systems is touched.');
  const giveBack = claimDemo(state);
  try {
    const folder = await prepareExample({ state, clock, pg, scale: 1, say });
    const loaded = await goodPlan(folder);
    if (loaded === null) return EXIT.badPlanOrUsage;
    return await drillAll({
      loaded,
      names: Object.keys(loaded.plan.scenarios),
      json,
      options: {
        state,
        clock,
        pg,
        profile: options['profile'] === 'fast' ? 'fast' : 'faithful',
        unattended: true,
        attended: false,
        keep: false,
        leaseMs: 3_600_000,
        command: `rollproof ${process.argv.slice(2).join(' ')}`,
      },
    });
  } finally {
    giveBack();
  }
}

export interface ExampleRequest {
  readonly state: StateFolder;
  readonly clock: Clock;
  readonly pg: PostgresChoice | undefined;
  readonly scale: number;
  /** Told what is being made, because it takes some seconds. */
  readonly say?: (sentence: string) => void;
}

/** The example as a user would have it: plan, releases, and Friday's backup of a system that ran. Returns its folder. */
export async function prepareExample(request: ExampleRequest): Promise<string> {
  const { state, clock } = request;
  await rm(state.demo, { recursive: true, force: true });
  await mkdir(state.demo, { recursive: true, mode: 0o700 });
  await copyPlan(join(state.demo, 'rollproof.yaml'));
  const stop = stopper.begin();
  const host = makeHost({ state, clock });
  await host.reap();
  const environment = await host.provision({
    id: `demo-${process.pid}`,
    leaseMs: 3_600_000,
    atLeast: 'none',
    resources: { planned: async () => undefined, released: async () => undefined },
  });
  try {
    await makeBackups({ ...request, environment, stop });
  } finally {
    await environment.release();
    stopper.end();
  }
  return state.demo;
}

/** The state folder may be anywhere, so the copy says where the programs find their driver. */
async function copyPlan(file: string): Promise<void> {
  const driver = createRequire(import.meta.url).resolve('pg/package.json');
  const text = await readFile(join(EXAMPLE, 'rollproof.yaml'), 'utf8');
  await writeFile(file, text.replace('"{plan}/../.."', JSON.stringify(dirname(dirname(driver)))));
}

async function makeBackups(
  request: ExampleRequest & { readonly environment: Environment; readonly stop: AbortSignal },
): Promise<void> {
  const { state, environment, stop } = request;
  const say = request.say ?? (() => undefined);
  const binaries = await findPostgres({ choice: request.pg, stateFolder: state.path });
  say(`Making the CRM and its data in PostgreSQL ${binaries.version} …`);
  const db = createPostgresStore({
    name: 'db',
    environment,
    binaries,
    profile: 'fast',
    stateFolder: state.path,
    database: 'crm',
  });
  await db.createEmpty();
  const docs = join(environment.folder, 'docs');
  await mkdir(docs, { recursive: true });
  await environment.handOver(docs);
  await runNode(environment, [
    'generate.mjs',
    '--scale',
    String(request.scale),
    '--seed',
    '7',
    '--database',
    db.superuserAddress(),
    '--docs',
    docs,
  ]);
  for (const release of ['10', '11'])
    await runNode(environment, ['make-release.mjs', release, join(environment.folder, `crm-${release}.tar`)]);
  for (const release of ['10', '11'])
    await cp(join(environment.folder, `crm-${release}.tar`), join(state.demo, 'releases', `crm-${release}.tar`));
  say('Making Friday’s backup of it …');
  const [base] = await db.backup(['base-backup'], join(state.demo, 'backups', 'friday', 'db'), stop);
  await mkdir(join(state.demo, 'backups', 'friday', 'docs'), { recursive: true });
  await packArchive({
    folder: docs,
    into: join(state.demo, 'backups', 'friday', 'docs', 'docs.tar.zst'),
    compression: 'zstd',
    signal: stop,
  });
  invariant(base !== undefined, 'the example’s backup was not made');
  await rename(base.path, join(state.demo, 'backups', 'friday', 'db', 'base-backup'));
  await db.release();
}

async function runNode(environment: Environment, words: readonly string[]): Promise<void> {
  const done = await environment.run({
    name: `example-${words[0] ?? ''}-${words[1] ?? ''}`,
    argv: [process.execPath, ...words],
    cwd: EXAMPLE,
    env: {},
    timeoutMs: 600_000,
  });
  if (done.exitCode === 0) return;
  throw new RollproofError(
    'environment-not-ready',
    `the example could not be made: ${words.join(' ')} ended with ${done.exitCode}: ${done.stderr.trim().slice(-500)}`,
    { hint: `Read ${done.logFile}.` },
  );
}
