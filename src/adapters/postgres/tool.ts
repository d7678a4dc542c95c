import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { RollproofError } from '../../kernel/errors.ts';
import type { Completion } from '../../environment/host.ts';
import type { PostgresServer } from './server.ts';

/** Dumps and restores take what they take: the step's own limit calls them off by the signal. */
const NO_LIMIT_MS = 7 * 24 * 3_600_000;

export interface ToolRun {
  readonly argv: readonly [string, ...string[]];
  readonly signal?: AbortSignal;
  readonly input?: string;
}

export interface ToolDone extends Completion {
  /** All that it said on standard error. What `stderr` carries is only the tail. */
  readonly log: string;
}

/** Runs one of PostgreSQL's programs inside. Messages are in English, because they are read. */
export async function runTool(server: PostgresServer, tool: ToolRun): Promise<ToolDone> {
  const { environment, binaries, name } = server.request;
  const { argv, signal, input } = tool;
  const done = await environment.run({
    // A name of its own each time, so that its log holds nothing else.
    name: `${basename(argv[0])}-${name}-${server.nextRun()}`,
    argv,
    cwd: environment.folder,
    env: { ...binaries.env, LC_ALL: 'C' },
    timeoutMs: NO_LIMIT_MS,
    ...(signal === undefined ? {} : { signal }),
    ...(input === undefined ? {} : { input }),
  });
  signal?.throwIfAborted();
  if (isProgramMissing(done)) throw missingProgram(argv[0]);
  return { ...done, log: await readFile(done.errorLogFile, 'utf8').catch(() => done.stderr) };
}

/** As a shell says it: 126 may not be executed, 127 is not there. No program of PostgreSQL ends with either. */
export function isProgramMissing({ exitCode }: Pick<Completion, 'exitCode'>): boolean {
  return exitCode === 126 || exitCode === 127;
}

export function missingProgram(path: string): RollproofError {
  return new RollproofError('environment-not-ready', `the program ${path} cannot be run here`, {
    hint: 'run `rollproof doctor`; --pg chooses other binaries',
  });
}

export function connectionArguments(server: PostgresServer): readonly string[] {
  return ['-h', server.layout.socketFolder, '-p', String(server.layout.port), '-U', server.superuser, '--no-password'];
}
