import { existsSync } from 'node:fs';
import { readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import * as zlib from 'node:zlib';
import {
  listPostgres,
  findPostgres,
  type PostgresBinaries,
  type PostgresChoice,
} from '../../adapters/postgres/binaries.ts';
import { findMemoryController } from '../../adapters/process/memory-limit.ts';
import type { Host, HostProbe } from '../../environment/host.ts';
import { isRollproofError, messageOf } from '../../kernel/errors.ts';
import { formatSize } from '../../kernel/size.ts';
import type { Diagnosis } from './diagnosis.ts';

export interface Machine {
  readonly diagnoses: readonly Diagnosis[];
  readonly postgres: readonly PostgresBinaries[];
  readonly freeBytes: number;
  readonly freeMemoryBytes: number;
}

export interface MachineRequest {
  readonly stateFolder: string;
  readonly host: Host;
  readonly pg: PostgresChoice | undefined;
}

/** Everything is tried for real where that costs nothing. */
export async function examineMachine({ stateFolder, host, pg }: MachineRequest): Promise<Machine> {
  const found = await postgresHere(stateFolder, pg);
  const freeBytes = await freeSpace(stateFolder);
  const freeMemoryBytes = await availableMemory();
  return {
    diagnoses: [
      node(),
      await isolation(host),
      ...found.diagnoses,
      memoryLimits(),
      archives(),
      await writing(stateFolder),
      disk(stateFolder, freeBytes),
      memory(freeMemoryBytes),
    ],
    postgres: found.postgres,
    freeBytes,
    freeMemoryBytes,
  };
}

function node(): Diagnosis {
  const own = /node_modules\/node-linux-/.test(process.execPath) ? 'from the platform package' : 'of this machine';
  return { name: 'Node', state: 'works', detail: `${process.versions.node}, ${own}` };
}

const LEVEL: Readonly<Record<HostProbe['level'], string>> = {
  userns: 'a user and network namespace of its own for each environment: no way out',
  netns: 'a network namespace of its own for each environment, another account: no way out',
  none: 'no namespace can be made: outward connections are watched for, but not denied',
};

async function isolation(host: Host): Promise<Diagnosis> {
  try {
    const { level, reasons } = await host.probe();
    const why = reasons.length === 0 ? '' : ` (not stronger: ${reasons.join('; ')})`;
    if (level !== 'none') return { name: 'isolation', state: 'works', detail: `${level}: ${LEVEL[level]}${why}` };
    return { name: 'isolation', state: 'limited', detail: `${LEVEL.none}${why}`, mend: allowNamespaces() };
  } catch (error) {
    if (!isRollproofError(error) || error.code !== 'environment-not-ready') throw error;
    return {
      name: 'isolation',
      state: 'missing',
      detail: messageOf(error),
      ...(error.hint === undefined ? {} : { mend: [error.hint] }),
    };
  }
}

/** Only the switches that this system has. */
function allowNamespaces(): readonly string[] {
  const switches = [
    ['/proc/sys/kernel/unprivileged_userns_clone', 'sysctl -w kernel.unprivileged_userns_clone=1'],
    [
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
      'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['/proc/sys/user/max_user_namespaces', 'sysctl -w user.max_user_namespaces=10000'],
  ] as const;
  const commands = switches.filter(([file]) => existsSync(file)).map(([, command]) => command);
  return existsSync('/usr/bin/unshare') ? commands : ['apt-get install util-linux', ...commands];
}

async function postgresHere(
  stateFolder: string,
  choice: PostgresChoice | undefined,
): Promise<{ readonly postgres: readonly PostgresBinaries[]; readonly diagnoses: readonly Diagnosis[] }> {
  try {
    const postgres =
      choice === undefined ? await listPostgres(stateFolder) : [await findPostgres({ choice, stateFolder })];
    if (postgres.length > 0) return { postgres, diagnoses: [...postgres.map(server), ...dumps(postgres)] };
    await findPostgres({ stateFolder }); // throws, and says how one is installed
    return { postgres, diagnoses: [] };
  } catch (error) {
    if (!isRollproofError(error)) throw error;
    return {
      postgres: [],
      diagnoses: [
        {
          name: 'PostgreSQL',
          state: 'missing',
          detail: messageOf(error),
          ...(error.hint === undefined ? {} : { mend: [error.hint] }),
        },
      ],
    };
  }
}

function server({ version, origin, folder, ...tools }: PostgresBinaries): Diagnosis {
  const absent = (
    [
      ['pg_dump', tools.pgDump],
      ['pg_dumpall', tools.pgDumpall],
      ['pg_restore', tools.pgRestore],
      ['psql', tools.psql],
    ] as const
  )
    .filter(([, path]) => path === null)
    .map(([name]) => name);
  const note = absent.length === 0 ? 'with pg_dump, pg_dumpall, pg_restore, psql' : `without ${absent.join(', ')}`;
  return { name: 'PostgreSQL', state: 'works', detail: `${version} (${origin}) ${note}, in ${folder}` };
}

function dumps(postgres: readonly PostgresBinaries[]): readonly Diagnosis[] {
  if (postgres.some((each) => each.pgRestore !== null && each.psql !== null)) return [];
  return [
    {
      name: 'dumps',
      state: 'limited',
      detail: 'base backups can be rehearsed, pg_dump files cannot: pg_restore and psql are missing',
      mend: [`apt-get install postgresql-client${major(postgres)}`],
    },
  ];
}

function major([first]: readonly PostgresBinaries[]): string {
  return first === undefined ? '' : `-${first.major}`;
}

function memoryLimits(): Diagnosis {
  if (findMemoryController() !== undefined)
    return {
      name: 'memory limits',
      state: 'works',
      detail: 'a program that needs more than its limit is ended, and the environment is blamed',
    };
  return {
    name: 'memory limits',
    state: 'limited',
    detail: 'a program’s memory limit in the plan is reported, not enforced (needs root and a memory controller)',
  };
}

function archives(): Diagnosis {
  const hasZstd = 'createZstdDecompress' in zlib;
  return {
    name: 'archives',
    state: hasZstd ? 'works' : 'limited',
    detail: `tar, tar.gz${hasZstd ? ' and tar.zst' : ''} are read and written without other programs`,
  };
}

/** A file is really written, where the folder is or in the nearest one above it; permissions alone say too little. */
async function writing(stateFolder: string): Promise<Diagnosis> {
  const place = nearest(stateFolder);
  const probe = join(place, `.rollproof-doctor-${process.pid}`);
  const name = 'state folder';
  try {
    await writeFile(probe, 'x', { flag: 'wx', mode: 0o600, flush: true });
    return {
      name,
      state: 'works',
      detail: place === stateFolder ? `${place} can be written` : `${stateFolder} can be made`,
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return {
      name,
      state: 'missing',
      detail: `nothing can be written in ${place}: ${messageOf(error)}`,
      mend: [MEND[code] ?? 'name a folder that can be written: --state FOLDER'],
    };
  } finally {
    await rm(probe, { force: true }).catch(() => undefined); // it was never made
  }
}

const MEND: Readonly<Record<string, string>> = {
  EACCES: 'give this account the right to write there, or name another folder: --state FOLDER',
  ENOTDIR: 'a file is in the way: name another folder: --state FOLDER',
  ENOSPC: 'make room there, or name a folder on a larger disk: --state FOLDER',
  EDQUOT: 'make room there, or name a folder on a larger disk: --state FOLDER',
};

const LEAST_DISK = 2e9;
const LEAST_MEMORY = 1e9;

function disk(folder: string, freeBytes: number): Diagnosis {
  const detail = `${formatSize(freeBytes)} free for ${folder}`;
  return {
    name: 'disk',
    state: freeBytes < LEAST_DISK ? 'limited' : 'works',
    detail,
    ...(freeBytes < LEAST_DISK ? { mend: ['name a folder on a larger disk: --state FOLDER'] } : {}),
  };
}

function memory(freeBytes: number): Diagnosis {
  const detail = `${formatSize(freeBytes)} of ${formatSize(totalmem())} available, ${cpus().length} processors`;
  return { name: 'memory', state: freeBytes < LEAST_MEMORY ? 'limited' : 'works', detail };
}

/** The folder, or the first above it that is there. */
function nearest(folder: string): string {
  let place = folder;
  while (!existsSync(place)) place = dirname(place);
  return place;
}

/** Of the file system that the folder is on, or will be. */
async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(nearest(folder));
  return bavail * bsize;
}

/** What programs may take without pushing others out; the kernel's own estimate where it gives one. */
async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => ''); // no /proc: said elsewhere
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1_024;
}
