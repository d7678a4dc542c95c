import { appendFileSync, chmodSync, mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDuration } from '../kernel/duration.ts';
import { invariant } from '../kernel/errors.ts';
import { formatSize, parseSize } from '../kernel/size.ts';
import type { Clock } from '../kernel/clock.ts';
import { damagedCopy } from '../adapters/files/damaged-copy.ts';
import { createDirectoryStore } from '../adapters/directory/store.ts';
import { postgresInjector } from '../adapters/postgres/faults/injector.ts';
import { findPostgres, type PostgresBinaries, type PostgresChoice } from '../adapters/postgres/binaries.ts';
import { principalFaults } from '../adapters/postgres/faults/principal-faults.ts';
import { createPostgresStore, isPostgresStore } from '../adapters/postgres/store.ts';
import { createProcessHost } from '../adapters/process/host.ts';
import { createFlowProxy } from '../adapters/proxy/flow-proxy.ts';
import { openInbox } from '../adapters/inbox/inbox.ts';
import { createService } from '../adapters/service/program.ts';
import { unixHttpClient } from '../adapters/http/unix-client.ts';
import { startUsers } from '../adapters/workload/start.ts';
import { fileTruthVault } from '../adapters/vault/truth-vault.ts';
import type { Environment, Host } from '../environment/host.ts';
import type { DrillOperator, DrillPorts } from '../drill/world.ts';
import type { EndpointSystem, ServiceSystem, System } from '../plan/schema.ts';
import { ONLY_RELEASE, type ServiceDefinition } from '../subject/service.ts';
import { isSqlStore, type Store } from '../subject/store.ts';
import { putRelease } from './releases.ts';
import type { StateFolder } from './state.ts';
import { ownVersion } from './version.ts';

/** In the bundle it lies beside this file as a program of its own. */
const USERS_PROGRAM = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './simulated-users.ts' : './simulated-users.js', import.meta.url),
);

export type Profile = 'faithful' | 'fast';

export interface WiringOptions {
  readonly state: StateFolder;
  readonly clock: Clock;
  readonly pg: PostgresChoice | undefined;
  readonly profile: Profile;
}

export interface DrillWiring extends WiringOptions {
  readonly drill: string;
  /** Folder of the plan: what it names is relative to it. */
  readonly planFolder: string;
  readonly operator: DrillOperator;
}

export function makeHost(options: { readonly state: StateFolder; readonly clock: Clock }): Host {
  return createProcessHost({ stateFolder: options.state.path, clock: options.clock });
}

/** The one place where a drill gets its adapters. */
export async function makePorts(wiring: DrillWiring): Promise<DrillPorts> {
  const { state, clock, drill, planFolder } = wiring;
  const binaries = await findPostgres({ choice: wiring.pg, stateFolder: state.path });
  const resolve = (path: string): string => (isAbsolute(path) ? path : join(planFolder, path));
  return {
    clock,
    host: makeHost(wiring),
    vault: fileTruthVault({ folder: join(state.privateOf(drill), 'truth'), clock }),
    operator: wiring.operator,
    makeStore: async ({ name, system, environment }) => makeStore({ name, system, environment, binaries, wiring }),
    makeService: async ({ name, system, environment, addressOf }) =>
      createService({ name, environment, addressOf, definition: definitionOf(system, resolve), unpack: putRelease }),
    makeFlowProxy: (environment) => createFlowProxy({ environment, clock }),
    makePrincipalFaults: (store, environment) =>
      isPostgresStore(store) ? principalFaults({ store, environment }) : null,
    makeInjector: (store) => (isSqlStore(store) ? postgresInjector(store) : null),
    httpClient: (socketPath) => unixHttpClient({ socketPath }),
    simulateUsers: async (work, signal) =>
      startUsers({
        program: USERS_PROGRAM,
        file: join(state.privateOf(drill), `workload-${work.workload}.ndjson`),
        work,
        signal,
      }),
    makeInbox: async ({ environment, loses = [] }) =>
      openInbox({
        environment,
        loses,
        httpClient: (socketPath) => unixHttpClient({ socketPath }),
        keep: lineFile(join(state.privateOf(drill), 'messages.ndjson'), state.privateOf(drill)),
      }),
    valuesOf: (comparison) =>
      lineFile(
        join(state.privateOf(drill), `${comparison.store}-${comparison.reading.replaceAll(' ', '-')}.ndjson`),
        state.privateOf(drill),
      ),
    privateLines: (name) => lineFile(join(state.privateOf(drill), `${name}.ndjson`), state.privateOf(drill)),
    putInside,
    damageBackup,
    resolve,
    readText: (path) => readFile(path, 'utf8'),
    versions: async () => ({
      rollproof: ownVersion(),
      node: process.versions.node,
      postgres: `${binaries.version} (${binaries.origin})`,
      system: `${platform()} ${release()} ${arch()}`,
    }),
  };
}

export function machineOf(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? arch()}, ${formatSize(totalmem())} memory`;
}

interface StoreRequest {
  readonly name: string;
  readonly system: System;
  readonly environment: Environment;
  readonly binaries: PostgresBinaries;
  readonly wiring: WiringOptions;
}

async function makeStore({ name, system, environment, binaries, wiring }: StoreRequest): Promise<Store> {
  if (system.kind === 'directory') return createDirectoryStore({ name, environment });
  invariant(system.kind === 'postgres', `${name} is not a store`);
  return createPostgresStore({
    name,
    environment,
    binaries,
    profile: wiring.profile,
    stateFolder: wiring.state.path,
    database: system.database,
    ...(system.user === undefined ? {} : { user: system.user }),
  });
}

function definitionOf(system: ServiceSystem | EndpointSystem, resolve: (path: string) => string): ServiceDefinition {
  return {
    uses: system.uses,
    env: Object.fromEntries(
      Object.entries(system.env).map(([name, value]) => [name, value.replaceAll('{plan}', resolve('.'))]),
    ),
    portVariable: system.port,
    ready: { path: system.ready.http, withinMs: parseDuration(system.ready.within) ?? 30_000 },
    ...(system.kind === 'service' ? ownProgram(system) : { jobs: null, memoryLimitBytes: null }),
    releases: Object.fromEntries(
      Object.entries(system.kind === 'service' ? system.releases : { [ONLY_RELEASE]: system }).map(([name, made]) => [
        name,
        { from: resolve(made.from), run: words(made.run) },
      ]),
    ),
  };
}

function ownProgram(system: ServiceSystem): Pick<ServiceDefinition, 'jobs' | 'memoryLimitBytes'> {
  return {
    jobs: system.jobs === undefined ? null : { hold: words(system.jobs.hold), release: words(system.jobs.release) },
    memoryLimitBytes: system.memory === undefined ? null : (parseSize(system.memory) ?? null),
  };
}

function words(argv: readonly string[]): [string, ...string[]] {
  const [program, ...rest] = argv;
  invariant(program !== undefined, 'a command has no words');
  return [program, ...rest];
}

const damageBackup: DrillPorts['damageBackup'] = async ({ environment, source, defect, seed }) => {
  const into = join(environment.folder, 'served', `${defect}-${basename(source.path)}`);
  const damaged = await damagedCopy({ path: source.path, into, defect, seed });
  return damaged === null ? null : { source: { ...source, path: damaged.path }, what: damaged.what };
};

async function putInside(environment: Environment, name: string, text: string): Promise<string> {
  const file = join(environment.folder, name);
  await writeFile(file, text, { mode: 0o600 });
  await environment.handOver(file);
  return file;
}

/** Law 10: values live under `private/`, 0600, until `clean`. */
function lineFile(file: string, folder: string): (line: object) => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return (line) => appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
}
