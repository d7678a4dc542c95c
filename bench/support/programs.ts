import { spawn, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const SAMPLE_MS = 20;

export interface Ran {
  readonly exitCode: number;
  readonly tookMs: number;
  readonly output: string;
  /** The most that this very process had in memory; its children are not in it. Null: it ended before it could be read. */
  readonly peakBytes: number | null;
}

export interface Program {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly watchMemory?: boolean;
}

/** Runs a program to its end and fails with its output unless it ended with 0. */
export async function runProgram({ argv, cwd, env = {}, watchMemory = false }: Program): Promise<Ran> {
  const [program, ...args] = argv;
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  const began = performance.now();
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk));
  const watching = new AbortController();
  const peak = watchMemory && child.pid !== undefined ? peakOf(child.pid, watching.signal) : Promise.resolve(null);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  const tookMs = performance.now() - began;
  watching.abort();
  const text = Buffer.concat(output).toString();
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}:\n${text.slice(-3_000)}`);
  return { exitCode, tookMs, output: text, peakBytes: await peak };
}

/** The kernel keeps the highest value itself, so only the last moments of a process can be missed. */
async function peakOf(pid: number, signal: AbortSignal): Promise<number | null> {
  let peak: number | null = null;
  while (!signal.aborted) {
    peak = readPeak(pid) ?? peak;
    await pause(SAMPLE_MS, undefined, { signal }).catch(() => undefined); // the process has ended
  }
  return peak;
}

function readPeak(pid: number): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
  } catch {
    return undefined; // it has just ended
  }
}
