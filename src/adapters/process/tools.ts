import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { RollproofError } from '../../kernel/errors.ts';
import { hasProc } from './proc.ts';

const SYSTEM_PATHS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** Absolute paths: what a plan puts into PATH must not choose the programs that isolate it. */
export interface Tools {
  readonly bash: string;
  readonly env: string;
  readonly readlink: string;
  readonly setpriv: string;
  readonly sleep: string;
  readonly unshare: string | undefined;
  readonly nsenter: string | undefined;
  readonly mount: string | undefined;
  readonly ip: string | undefined;
  readonly perl: string | undefined;
}

/** PATH of every process in an environment: the Node in use and what the system brings. */
export const INSIDE_PATH: string = [dirname(process.execPath), ...SYSTEM_PATHS].join(':');

export function locateTools(): Tools {
  if (process.platform !== 'linux' || !hasProc()) {
    throw new RollproofError(
      'environment-not-ready',
      `environments need Linux with /proc, this is ${process.platform}`,
      {
        hint: 'Run Rollproof on a Linux machine, in a virtual machine or in WSL 2.',
      },
    );
  }
  return {
    bash: demand('bash', 'bash'),
    env: demand('env', 'coreutils'),
    readlink: demand('readlink', 'coreutils'),
    setpriv: demand('setpriv', 'util-linux'),
    sleep: demand('sleep', 'coreutils'),
    unshare: locate('unshare'),
    nsenter: locate('nsenter'),
    mount: locate('mount'),
    ip: locate('ip'),
    perl: locate('perl'),
  };
}

function demand(name: string, source: string): string {
  const path = locate(name);
  if (path === undefined) {
    throw new RollproofError('environment-not-ready', `the program ${name} is missing`, {
      hint: `Install the package ${source}.`,
    });
  }
  return path;
}

function locate(name: string): string | undefined {
  const own = (process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...SYSTEM_PATHS, ...own].map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent here: the next folder is tried
  }
}
