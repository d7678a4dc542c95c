import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import { type Attempt, type LauncherSettings, launcherArgv, parseAttempt } from './launcher.ts';
import { identify, type ProcessIdentity } from './proc.ts';

export interface LaunchRequest {
  readonly settings: LauncherSettings;
  /** Words that put it inside; see Namespace.enter. */
  readonly enter: readonly string[];
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: 'ignore' | 'pipe';
  readonly stdout: number | 'pipe';
  readonly stderr: number | 'pipe';
  /** Called after the outward attempt and before the program runs. */
  readonly beforeStart: (process: ProcessIdentity, attempt: Attempt) => Promise<void>;
}

export interface Launched {
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
}

/** Resolves when the launcher has seen that it is isolated and becomes the program. */
export async function launch(request: LaunchRequest): Promise<Launched> {
  const [program = '', ...options] = [
    ...request.enter,
    ...launcherArgv(request.settings, {
      name: request.name,
      channel: 'wait',
      argv: request.argv,
      cwd: request.cwd,
      variables: Object.keys(request.env),
    }),
  ];
  const child = spawn(program, options, {
    cwd: request.cwd,
    env: { ...request.env },
    stdio: [request.stdin, request.stdout, request.stderr, 'pipe'],
    // A process group of its own, so that a timeout can end its children too.
    detached: true,
  });
  const ended = once(child, 'exit').then(([exitCode, signal]) => ({
    exitCode: exitCode as number | null,
    signal: signal as string | null,
  }));
  ended.catch(() => undefined); // `error` before `exit`: reported by the handshake below
  const channel = child.stdio[3] as Socket;
  channel.on('error', () => undefined); // the launcher ended: the handshake says so
  const attempt = await untilAttempted(child, channel);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (attempt === undefined || !attempt.isStarted || identity === undefined) {
    child.kill('SIGKILL');
    throw notStarted(request.name, attempt);
  }
  await request.beforeStart(identity, attempt).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  await release(channel);
  return { child, identity, ended };
}

/** Undefined when it ended without a word. */
function untilAttempted(child: ChildProcess, channel: Socket): Promise<Attempt | undefined> {
  return new Promise((resolve, reject) => {
    let said = '';
    channel.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve(parseAttempt(said));
    });
    channel.once('close', () => resolve(undefined));
    child.on('error', (cause) =>
      reject(
        new RollproofError('environment-not-ready', `a process could not be started: ${messageOf(cause)}`, { cause }),
      ),
    );
  });
}

async function release(channel: Socket): Promise<void> {
  await new Promise<void>((resolve) => channel.end('go\n', () => resolve()));
  channel.unref();
}

function notStarted(name: string, attempt: Attempt | undefined): RollproofError {
  if (attempt === undefined) {
    return new RollproofError(
      'environment-not-ready',
      `the launcher of ${name} ended before it could start the program`,
      {
        hint: 'Look at the log of the process; rollproof doctor tries the isolation by itself.',
      },
    );
  }
  const seen =
    attempt.reached.length > 0
      ? `it reached ${attempt.reached.join(' and ')} outside`
      : `it was in ${attempt.namespace}`;
  return new RollproofError('environment-not-ready', `${name} was not started because it was not isolated: ${seen}`, {
    hint: 'Nothing was run. Report this: it must not happen.',
    details: { name, namespace: attempt.namespace, reached: attempt.reached },
  });
}
