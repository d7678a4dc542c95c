import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { invariant, RollproofError } from '../kernel/errors.ts';
import type { Clock } from '../kernel/clock.ts';
import { packArchive } from '../adapters/files/archive.ts';
import { findPostgres, type PostgresChoice } from '../adapters/postgres/binaries.ts';
import { createPostgresStore } from '../adapters/postgres/store.ts';
import type { Environment } from '../environment/host.ts';
import type { StateFolder } from './state.ts';
import { stopper } from './stopper.ts';
import { PACKAGE_ROOT } from './version.ts';
import { makeHost } from './wiring.ts';

/** What is particular to a bundled example: the store and the folder of its Friday's backup, and its programs. */
interface Example {
  readonly store: string;
  readonly database: string;
  /** Of its data in the demo: small enough that all its scenarios are over in a minute or so. */
  readonly demoScale: number;
  /** Name for make-release.mjs → archive that the plan names. */
  readonly releases: Readonly<Record<string, string>>;
}

export const EXAMPLES = {
  'in-place-upgrade': {
    store: 'db',
    database: 'crm',
    demoScale: 1,
    releases: { '10': 'crm-10.tar', '11': 'crm-11.tar' },
  },
  'northwind-crm': {
    store: 'legacy-db',
    database: 'legacy',
    demoScale: 0.4,
    releases: { L: 'L.tar', N: 'N.tar', partner: 'partner.tar', reverse: 'reverse.tar' },
  },
} as const satisfies Readonly<Record<string, Example>>;
export type ExampleName = keyof typeof EXAMPLES;

export function exampleFolder(name: ExampleName): string {
  return join(PACKAGE_ROOT, 'examples', name);
}

export interface ExampleRequest {
  /** Default: the upgrade in place. */
  readonly example?: ExampleName;
  readonly state: StateFolder;
  readonly clock: Clock;
  readonly pg: PostgresChoice | undefined;
  readonly scale: number;
  /** Default: forty. */
  readonly users?: number;
  /** Told what is being made, because it takes some seconds. */
  readonly say?: (sentence: string) => void;
}

/** The example as a user would have it: plan, releases, and Friday's backup of a system that ran. Returns its folder. */
export async function prepareExample(request: ExampleRequest): Promise<string> {
  const { state, clock, example = 'in-place-upgrade' } = request;
  await rm(state.demo, { recursive: true, force: true });
  await mkdir(state.demo, { recursive: true, mode: 0o700 });
  await copyPlan(example, join(state.demo, 'rollproof.yaml'));
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
    await makeBackups({ ...request, example, environment, stop });
  } finally {
    await environment.release();
    stopper.end();
  }
  return state.demo;
}

/** The state folder may be anywhere, so the copy says where the programs find their driver. */
async function copyPlan(example: ExampleName, file: string): Promise<void> {
  const driver = createRequire(import.meta.url).resolve('pg/package.json');
  const text = await readFile(join(exampleFolder(example), 'rollproof.yaml'), 'utf8');
  await writeFile(file, text.replaceAll('"{plan}/../.."', JSON.stringify(dirname(dirname(driver)))));
}

async function makeBackups(
  request: Required<Pick<ExampleRequest, 'example'>> &
    ExampleRequest & { readonly environment: Environment; readonly stop: AbortSignal },
): Promise<void> {
  const { state, environment, stop } = request;
  const { store, database, releases }: Example = EXAMPLES[request.example];
  const run = (words: readonly string[]): Promise<void> => runNode(environment, exampleFolder(request.example), words);
  const say = request.say ?? (() => undefined);
  const binaries = await findPostgres({ choice: request.pg, stateFolder: state.path });
  say(`Making the CRM and its data in PostgreSQL ${binaries.version} …`);
  const db = createPostgresStore({
    name: store,
    environment,
    binaries,
    profile: 'fast',
    stateFolder: state.path,
    database,
  });
  await db.createEmpty();
  const docs = join(environment.folder, 'docs');
  await mkdir(docs, { recursive: true });
  await environment.handOver(docs);
  await run([
    'generate.mjs',
    '--scale',
    String(request.scale),
    ...(request.users === undefined ? [] : ['--users', String(request.users)]),
    '--seed',
    '7',
    '--database',
    db.superuserAddress(),
    '--docs',
    docs,
  ]);
  for (const [release, archive] of Object.entries(releases)) {
    await run(['make-release.mjs', release, join(environment.folder, archive)]);
    await cp(join(environment.folder, archive), join(state.demo, 'releases', archive));
  }
  say('Making Friday’s backup of it …');
  const [base] = await db.backup(['base-backup'], join(state.demo, 'backups', 'friday', store), stop);
  await mkdir(join(state.demo, 'backups', 'friday', 'docs'), { recursive: true });
  await packArchive({
    folder: docs,
    into: join(state.demo, 'backups', 'friday', 'docs', 'docs.tar.zst'),
    compression: 'zstd',
    signal: stop,
  });
  invariant(base !== undefined, 'the example’s backup was not made');
  await rename(base.path, join(state.demo, 'backups', 'friday', store, 'base-backup'));
  await db.release();
}

async function runNode(environment: Environment, folder: string, words: readonly string[]): Promise<void> {
  const done = await environment.run({
    name: `example-${words[0] ?? ''}-${words[1] ?? ''}`,
    argv: [process.execPath, ...words],
    cwd: folder,
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
