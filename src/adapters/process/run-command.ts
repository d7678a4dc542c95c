import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, Completion, RunningProcess } from '../../environment/host.ts';
import type { Clock } from '../../kernel/clock.ts';
import { RollproofError } from '../../kernel/errors.ts';
import { startProcess, type Workplace } from './running-process.ts';

const TAIL_BYTES = 64 * 1024;
/** Between asking and killing when a command's time is up. */
const TIMEOUT_GRACE_MS = 2_000;

export type RunCommand = Command & {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly input?: string;
};

export async function runCommand(place: Workplace, command: RunCommand): Promise<Completion> {
  const { clock } = place;
  command.signal?.throwIfAborted();
  const logs = join(place.folder, 'logs', command.name);
  const [outStart, errStart] = await Promise.all([sizeOf(`${logs}.log`), sizeOf(`${logs}.err.log`)]);
  const startedMs = clock.monotonicMs();
  const running = await startProcess(place, command, {
    stdin: command.input === undefined ? 'ignore' : 'pipe',
    logs: 'apart',
  });
  // EPIPE: the command may end without reading its input.
  running.child.stdin?.on('error', () => undefined).end(command.input);
  const timedOut = await endsInTime(running, command, clock);
  if (timedOut || command.signal?.aborted) await running.stopFamily(TIMEOUT_GRACE_MS);
  const ended = await running.ended;
  if (command.signal?.aborted)
    throw new RollproofError('interrupted', `${command.name} was called off`, { cause: command.signal.reason });
  const [stdout, stderr] = await Promise.all([
    readTail(running.logFile, outStart),
    readTail(running.errorLogFile, errStart),
  ]);
  const { logFile, errorLogFile } = running;
  return { ...ended, tookMs: clock.monotonicMs() - startedMs, timedOut, stdout, stderr, logFile, errorLogFile };
}

/** True when its time was up; false when it ended or was called off. */
async function endsInTime(running: RunningProcess, command: RunCommand, clock: Clock): Promise<boolean> {
  const over = new AbortController();
  const called = command.signal === undefined ? over.signal : AbortSignal.any([over.signal, command.signal]);
  const late = clock.wait(command.timeoutMs, called).then(
    () => true,
    () => false, // ended or called off
  );
  const timedOut = await Promise.race([running.ended.then(() => false), late]);
  over.abort();
  return timedOut;
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (stats) => stats.size,
    () => 0, // first run of this name
  );
}

async function readTail(file: string, from: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(Math.max(0, size - start)),
      position: start,
    });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
