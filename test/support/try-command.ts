import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listPids, readCommand } from '../../src/adapters/process/proc.ts';
import { type TrialRecord, trialRecordSchema } from '../../src/proof/trial-record.ts';

const ROLLPROOF = join(import.meta.dirname, '..', '..', 'bin', 'rollproof.js');

export interface TriedBackup {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Null when the trial wrote none. */
  readonly record: TrialRecord | null;
  readonly report: string;
  /** Names in the state folder afterwards. */
  readonly kept: readonly string[];
  /** Processes and folders of the trial that are still there. */
  readonly left: readonly string[];
}

export interface TryOptions {
  readonly args: readonly string[];
  /** Sends SIGINT once a whole line of output is as wanted. */
  readonly interruptAt?: (line: string) => boolean;
}

/** Runs `rollproof try` as somebody at a terminal would, in folders of its own that are gone afterwards. */
export async function tryCommand({ args, interruptAt }: TryOptions): Promise<TriedBackup> {
  const place = await mkdtemp(join(tmpdir(), 'rpt-'));
  const state = join(place, 'state');
  // Its own as well, so that a socket folder which stays is seen.
  const temporary = await mkdtemp(join(tmpdir(), 'rps-'));
  for (const folder of [place, temporary]) await chmod(folder, 0o755);
  try {
    const done = await run({ args: ['try', ...args, '--state', state], temporary, interruptAt });
    const folder = await trialFolder(state);
    const record =
      folder === null ? null : trialRecordSchema.parse(JSON.parse(await readFile(join(folder, 'trial.json'), 'utf8')));
    const report = folder === null ? '' : await readFile(join(folder, 'report.html'), 'utf8');
    return { ...done, record, report, kept: await namesIn(state), left: await leftBy({ state, temporary }) };
  } finally {
    for (const path of [place, temporary]) await rm(path, { recursive: true, force: true });
  }
}

interface Run {
  readonly args: readonly string[];
  readonly temporary: string;
  readonly interruptAt: TryOptions['interruptAt'];
}

function run({ args, temporary, interruptAt }: Run): Promise<Pick<TriedBackup, 'exitCode' | 'stdout' | 'stderr'>> {
  const child = spawn(process.execPath, [ROLLPROOF, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  let [stdout, stderr] = ['', ''];
  let isInterrupted = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (isInterrupted || interruptAt === undefined || !stdout.split('\n').slice(0, -1).some(interruptAt)) return;
    isInterrupted = true;
    child.kill('SIGINT');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

async function trialFolder(state: string): Promise<string | null> {
  const [name] = await namesIn(join(state, 'trials'));
  return name === undefined ? null : join(state, 'trials', name);
}

async function leftBy({
  state,
  temporary,
}: {
  readonly state: string;
  readonly temporary: string;
}): Promise<readonly string[]> {
  const processes = listPids()
    .filter((pid) => mentions(pid, [state, temporary]))
    .map((pid) => `process ${pid}: ${readCommand(pid)}`);
  return [...processes, ...(await namesIn(join(state, 'environments'))), ...(await namesIn(temporary))];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []); // it was never made
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

function mentions(pid: number, paths: readonly string[]): boolean {
  if (pid === process.pid) return false;
  try {
    const about = ['environ', 'cmdline'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')).join('\0');
    return paths.some((path) => about.includes(path));
  } catch {
    return false; // it ended meanwhile
  }
}
