import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { RollproofError } from '../../kernel/errors.ts';
import { locateNpmBinaries, npmPackageName } from './binaries-npm.ts';

const execute = promisify(execFile);

export type PostgresChoice = 'system' | 'npm' | { readonly folder: string };

/** Binaries of one PostgreSQL version. A tool that is not there is null: npm packages carry only the server. */
export interface PostgresBinaries {
  readonly origin: 'system' | 'npm' | 'folder';
  readonly folder: string;
  /** As the server says it, `15.13`. */
  readonly version: string;
  readonly major: number;
  readonly postgres: string;
  readonly initdb: string;
  readonly pgDump: string | null;
  readonly pgDumpall: string | null;
  readonly pgRestore: string | null;
  readonly psql: string | null;
  /** Variables that every one of these programs needs. */
  readonly env: Readonly<Record<string, string>>;
}

export interface PostgresWish {
  readonly choice?: PostgresChoice | undefined;
  /** Physical backups restore only with the same major version. */
  readonly major?: number | undefined;
  /** Where links are made that an npm install without scripts leaves out. */
  readonly stateFolder: string;
}

export interface Candidate {
  readonly origin: PostgresBinaries['origin'];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Explicit folder, ROLLPROOF_PG_BIN, the distribution's versioned folders, pg_config, PATH, npm package: the first that
 * fits wins; among the distribution's folders the newest.
 */
export async function findPostgres(wish: PostgresWish): Promise<PostgresBinaries> {
  const seen: string[] = [];
  for await (const candidate of candidates(wish)) {
    const binaries = await inspect(candidate);
    if (typeof binaries === 'string') {
      seen.push(binaries);
      continue;
    }
    if (wish.major === undefined || binaries.major === wish.major) return binaries;
    seen.push(`${binaries.version} in ${binaries.folder}`);
  }
  throw notFound(wish, seen);
}

/** Every usable version once, best first: `doctor` shows them. */
export async function listPostgres(stateFolder: string): Promise<readonly PostgresBinaries[]> {
  const found = new Map<string, PostgresBinaries>();
  for await (const candidate of candidates({ stateFolder })) {
    const binaries = await inspect(candidate);
    if (typeof binaries !== 'string' && !found.has(binaries.folder)) found.set(binaries.folder, binaries);
  }
  return [...found.values()];
}

/** Best first; whether a folder holds what is needed is for the caller to see. */
export async function* candidates(wish: Pick<PostgresWish, 'choice' | 'stateFolder'>): AsyncGenerator<Candidate> {
  const { choice } = wish;
  if (typeof choice === 'object') {
    yield { origin: 'folder', folder: choice.folder, env: {} };
    return;
  }
  if (choice !== 'npm') yield* systemCandidates();
  if (choice !== 'system') {
    const npm = await locateNpmBinaries(wish.stateFolder);
    if (npm !== null) yield { origin: 'npm', ...npm };
  }
}

async function* systemCandidates(): AsyncGenerator<Candidate> {
  const named = process.env['ROLLPROOF_PG_BIN'];
  if (named !== undefined && named !== '') yield { origin: 'folder', folder: named, env: {} };
  for (const folder of await versionedFolders()) yield { origin: 'system', folder, env: {} };
  const configured = await printed('pg_config', ['--bindir']);
  if (configured !== null) yield { origin: 'system', folder: configured, env: {} };
  for (const entry of (process.env['PATH'] ?? '').split(':')) {
    const program = await realpath(join(entry, 'postgres')).catch(() => null);
    if (entry !== '' && program !== null) yield { origin: 'system', folder: dirname(program), env: {} };
  }
}

/** Debian keeps each major version apart under lib/postgresql, Red Hat under pgsql-N. Newest first. */
async function versionedFolders(): Promise<readonly string[]> {
  const debian = await subfolders('/usr/lib/postgresql', /^(\d+)$/);
  const redHat = await subfolders('/usr', /^pgsql-(\d+)$/);
  return [...debian, ...redHat].toSorted((a, b) => b.major - a.major).map((entry) => join(entry.path, 'bin'));
}

async function subfolders(parent: string, pattern: RegExp): Promise<readonly { path: string; major: number }[]> {
  const names = await readdir(parent).catch(() => []);
  return names.flatMap((name) => {
    const major = pattern.exec(name)?.[1];
    return major === undefined ? [] : [{ path: join(parent, name), major: Number(major) }];
  });
}

/** The binaries, or why the folder cannot be used. */
async function inspect(candidate: Candidate): Promise<PostgresBinaries | string> {
  const { folder, env } = candidate;
  const postgres = join(folder, 'postgres');
  const initdb = join(folder, 'initdb');
  const server = await versionOf(postgres, env);
  if (server === null) return `no usable postgres in ${folder}`;
  const initialiser = await versionOf(initdb, env);
  if (initialiser !== server)
    return `postgres ${server} and initdb ${initialiser ?? '(none)'} in ${folder} do not belong together`;
  const tool = async (name: string): Promise<string | null> =>
    (await isExecutable(join(folder, name))) ? join(folder, name) : null;
  return {
    ...candidate,
    version: server,
    major: Number.parseInt(server, 10),
    postgres,
    initdb,
    pgDump: await tool('pg_dump'),
    pgDumpall: await tool('pg_dumpall'),
    pgRestore: await tool('pg_restore'),
    psql: await tool('psql'),
  };
}

export async function versionOf(program: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  const text = await printed(program, ['--version'], env);
  return /\(PostgreSQL\) (\d[\w.]*)/.exec(text ?? '')?.[1] ?? null;
}

async function printed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  try {
    const { stdout } = await execute(program, [...args], {
      env: { PATH: process.env['PATH'], ...env },
      timeout: 10_000,
    });
    return stdout.trim();
  } catch {
    // Not there or not runnable here: the next candidate is tried, and the error at the end lists what was seen.
    return null;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function notFound(wish: PostgresWish, seen: readonly string[]): RollproofError {
  const { choice, major } = wish;
  const what = major === undefined ? 'PostgreSQL' : `PostgreSQL ${major}`;
  const where = choice === undefined ? '' : typeof choice === 'object' ? ` in ${choice.folder}` : ` from ${choice}`;
  const found = seen.length === 0 ? 'found none' : `found ${[...new Set(seen)].join('; ')}`;
  const system = `apt-get install postgresql${major === undefined ? '' : `-${major}`}`;
  const npm = `npm install --no-save ${npmPackageName()}${major === undefined ? '' : `@${major}`}`;
  const hint =
    choice === 'npm'
      ? `install it with: ${npm}`
      : `install it with: ${system}${choice === undefined ? ` (or without root: ${npm})` : ''}`;
  return new RollproofError('environment-not-ready', `no ${what}${where} can be used here: ${found}`, { hint });
}
