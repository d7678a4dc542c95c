import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/rollproof.js', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** As whom; only root can be somebody else. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** The real command line, without a terminal, with nothing of ours in its environment. */
export function rollproof(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const kept = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(ROLLPROOF_|PG|NODE_|VITEST|FORCE_COLOR|NO_COLOR)/.test(name)),
  );
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    env: { ...kept, ...options.env },
    ...options.user,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

/** Nothing is closed to root, so root tries as somebody else. `canRun`: a checkout may lie where others may not enter. */
export async function ordinaryUser(): Promise<{ readonly user: Pick<RunOptions, 'user'>; readonly canRun: boolean }> {
  const user = process.getuid?.() === 0 ? { user: NOBODY } : {};
  return { user, canRun: (await rollproof(['--version'], { ...user, cwd: '/' })).code === 0 };
}

export const NOBODY = { uid: 65_534, gid: 65_534 } as const;

/** Each line as an object: `--json` promises that every line is one. */
export function objectsOf(run: Run): readonly Readonly<Record<string, unknown>>[] {
  return run.out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

export interface Workplace extends AsyncDisposable {
  readonly folder: string;
  /** A state folder that does not exist yet. */
  readonly state: string;
}

export async function makeWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'rp-cli-'));
  return {
    folder,
    state: join(folder, 'state'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
