import { createHash } from 'node:crypto';
import { access, chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRollproofError, RollproofError } from '../../kernel/errors.ts';
import type { Environment, RunningProcess } from '../../environment/host.ts';
import type { StoreIdentity } from '../../subject/store.ts';
import type { PostgresBinaries } from './binaries.ts';
import { createCluster, OUR_SUPERUSER } from './cluster.ts';
import {
  type ServerLayout,
  serverArguments,
  type Setting,
  type TimingProfile,
  writeConfiguration,
} from './configuration.ts';
import { type Connection, connect, sqlStateOf } from './connection.ts';
import { makeOwnFolder } from '../files/ownership.ts';
import { isAlive, notOurs, readPostmasterFile, verifyIdentity } from './server-identity.ts';
import { linkTablespaces } from './tablespaces.ts';
import { isProgramMissing, missingProgram } from './tool.ts';

const READY_POLL_MS = 5;
const STOP_GRACE_MS = 30_000;
const JUST_KILLED_MS = 1_000;
/** Where `ready` stands in postmaster.pid (from 0). */
const STATUS_LINE = 7;

export interface ServerRequest {
  /** Unique in the environment. */
  readonly name: string;
  readonly environment: Environment;
  readonly binaries: PostgresBinaries;
  readonly profile: TimingProfile;
  readonly stateFolder: string;
}

export interface StartOptions {
  readonly carried?: readonly Setting[];
  /** Replays archived WAL by this command, then promotes. */
  readonly restoreCommand?: string;
  readonly signal?: AbortSignal;
}

/** One private PostgreSQL server: unix socket only, our configuration only, known by the environment's id. */
export class PostgresServer {
  readonly request: ServerRequest;
  readonly layout: ServerLayout;
  readonly folder: string;
  superuser: string = OUR_SUPERUSER;
  #process: RunningProcess | null = null;
  /** As the server reported it first after our start. */
  #startedAt: string | null = null;
  #carried: readonly Setting[] = [];
  #runs = 0;

  constructor(request: ServerRequest) {
    const { environment, name, binaries } = request;
    this.request = request;
    this.folder = join(environment.folder, 'postgres', name);
    // Short and without the name's own letters: the path of a socket may not exceed 107 bytes.
    const short = createHash('sha256').update(name).digest('hex').slice(0, 6);
    this.layout = {
      major: binaries.major,
      dataFolder: join(this.folder, 'data'),
      tablespaceFolder: join(this.folder, 'tablespaces'),
      configFolder: join(this.folder, 'configuration'),
      socketFolder: join(environment.socketFolder, `pg-${short}`),
      port: 5432,
      environmentId: environment.id,
    };
  }

  get isRunning(): boolean {
    return this.#process !== null;
  }

  get carried(): readonly Setting[] {
    return this.#carried;
  }

  /** Tells the runs of its tools apart. */
  nextRun(): number {
    this.#runs += 1;
    return this.#runs;
  }

  async createEmpty(): Promise<void> {
    await makeOwnFolder(this.request.environment, this.folder);
    await createCluster(this.request, this.layout.dataFolder);
    this.superuser = OUR_SUPERUSER;
  }

  async hasData(): Promise<boolean> {
    return access(join(this.layout.dataFolder, 'PG_VERSION')).then(
      () => true,
      () => false,
    );
  }

  /** Ends when the server answers, promoted if it had to recover. Throws with the end of its log otherwise. */
  async start(options: StartOptions = {}): Promise<void> {
    const { environment } = this.request;
    this.#carried = options.carried ?? this.#carried;
    for (const folder of [this.folder, this.layout.socketFolder]) await makeOwnFolder(environment, folder);
    await rm(join(this.layout.dataFolder, 'postmaster.pid'), { force: true });
    // The server refuses a data directory that others may enter; backups come with any mode.
    await chmod(this.layout.dataFolder, 0o700);
    await linkTablespaces(this.layout);
    await writeConfiguration(this.layout, this.request.profile, this.#carried);
    await environment.handOver(this.layout.configFolder);
    try {
      await this.#launch(options);
    } catch (error) {
      const rest = withoutRefused(this.#carried, error);
      if (rest === null) throw error;
      await this.start({ ...options, carried: rest });
    }
  }

  async #launch(options: StartOptions): Promise<void> {
    const { environment, binaries, name } = this.request;
    const recovery = options.restoreCommand === undefined ? null : { restoreCommand: options.restoreCommand };
    this.#startedAt = null;
    this.#process = await environment.start({
      name: `postgres-${name}`,
      argv: [binaries.postgres, '-D', this.layout.dataFolder, ...serverArguments(this.layout, recovery)],
      cwd: this.folder,
      env: binaries.env,
      stopSignal: 'SIGINT',
    });
    await this.#untilReady(this.#process, options.signal);
  }

  async #untilReady(process: RunningProcess, signal: AbortSignal | undefined): Promise<void> {
    let ended = false;
    void process.ended.then(() => {
      ended = true;
    });
    for (;;) {
      const lines = await readPostmasterFile(this.layout);
      if (lines[STATUS_LINE]?.trim() === 'ready' && Number(lines[0]) === process.pid) return;
      if (ended) {
        this.#process = null;
        throw await startFailure(process, this.request.binaries.postgres);
      }
      if (signal?.aborted === true) {
        await this.stop('immediate');
        signal.throwIfAborted();
      }
      await pause(READY_POLL_MS);
    }
  }

  /** `immediate` writes nothing back: for data that will be thrown away. May be called twice. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const running = this.#process;
    if (running === null) return;
    this.#process = null;
    if (mode === 'immediate') signalIfAlive(running.pid, 'SIGQUIT');
    await running.stop(mode === 'immediate' ? 5_000 : STOP_GRACE_MS);
  }

  /** Stops it and removes all its files. May be called twice and after a crash. */
  async remove(): Promise<void> {
    await this.stop('immediate');
    await rm(this.folder, { recursive: true, force: true });
    await rm(this.layout.socketFolder, { recursive: true, force: true });
  }

  url(user: string, database: string): string {
    const host = encodeURIComponent(this.layout.socketFolder).replaceAll('%2F', '/');
    return `postgresql://${encodeURIComponent(user)}@/${encodeURIComponent(database)}?host=${host}&port=${this.layout.port}`;
  }

  /** A connection to the server that we started, shown by what it reports on that very connection. */
  async connect(database: string, options: { readonly statementTimeoutMs?: number } = {}): Promise<Connection> {
    const { socketFolder: host, port } = this.layout;
    const connection = await connect(
      { host, port, user: this.superuser, database },
      { connectTimeoutMs: 10_000, ...options },
    ).catch(async (error: unknown) => {
      // Something answers there and refuses us, while the server that we started is no more.
      if (sqlStateOf(error) !== null && !(await this.#isAlive()))
        throw notOurs(this.layout, ['our own server has ended']);
      throw error;
    });
    try {
      await this.#verify(connection);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async with<T>(database: string, use: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.connect(database);
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }

  /** What the server says of itself; throws `identity-mismatch` when it is not the one that we started. */
  async identify(): Promise<StoreIdentity> {
    return this.with('template1', (connection) => this.#verify(connection));
  }

  /**
   * Before everything that changes it. A server of ours that has ended (killed by a fault, say) is no stranger, unless
   * something else answers in its place.
   */
  async assertOurs(): Promise<void> {
    if (this.#process === null) return;
    if (await this.#isAlive()) {
      try {
        await this.identify();
        return;
      } catch (error) {
        // It may have been killed a moment ago, and the kernel has not told yet.
        if (!(await this.#endsWithin(JUST_KILLED_MS))) throw error;
      }
    }
    const refusal = await this.connect('template1').then(
      (connection) => connection.close(),
      (error: unknown) => error,
    );
    if (isRollproofError(refusal) && refusal.code === 'identity-mismatch') throw refusal;
    this.#process = null;
  }

  async #verify(connection: Connection): Promise<StoreIdentity> {
    const expected = { layout: this.layout, process: this.#process, startedAt: this.#startedAt };
    const identity = await verifyIdentity(connection, expected);
    this.#startedAt = identity.facts['startedAt'] ?? null;
    return identity;
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const ended = this.#process?.ended.then(() => true) ?? Promise.resolve(true);
    return Promise.race([ended, pause(ms, false, { ref: false })]);
  }

  async #isAlive(): Promise<boolean> {
    return this.#process !== null && isAlive(this.#process);
  }
}

async function startFailure(process: RunningProcess, program: string): Promise<RollproofError> {
  if (isProgramMissing(await process.ended)) return missingProgram(program);
  const log = await readFile(process.logFile, 'utf8').catch(() => '');
  const lines = log
    .split('\n')
    .filter((line) => /\b(FATAL|PANIC|ERROR|LOG|HINT|error):/.test(line))
    .slice(-12);
  const why = lines.map((line) => line.replace(/^.*?\b(?=(FATAL|PANIC|ERROR|LOG|HINT|error):)/, '')).join(' | ');
  return new RollproofError(
    'environment-not-ready',
    `the PostgreSQL server ended while starting: ${why === '' ? log.slice(-300) : why}`,
    {
      hint: `its log is ${process.logFile}`,
      details: { log: lines },
    },
  );
}

/** A backup's locale or time zone may not exist on this machine; the server names what it refused. Null: not the cause. */
function withoutRefused(carried: readonly Setting[], error: unknown): readonly Setting[] | null {
  const text = error instanceof RollproofError ? error.message : '';
  const refused = new Set(
    [...text.matchAll(/(?:invalid value for|unrecognized configuration) parameter "([\w.]+)"/g)].map((match) =>
      match[1]?.toLowerCase(),
    ),
  );
  const rest = carried.filter(({ name }) => !refused.has(name));
  return rest.length < carried.length ? rest : null;
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself: that is what was wanted.
  }
}
