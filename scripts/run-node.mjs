// Runs one of our tools in a child of the same Node, with a limit, and leaves nothing of it behind.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';

export const root = dirname(import.meta.dirname);

/** Between asking a tool to end and making it. */
const GRACE_MS = 10_000;

/**
 * @param {string[]} args script and its arguments
 * @param {{ capture?: boolean, limitMs?: number, env?: Record<string, string> }} options with `capture` nothing is printed
 * @returns {Promise<{ code: number, output: string, seconds: number, timedOut: boolean }>}
 */
export function runNode(args, { capture = false, limitMs, env = {} }) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
      env: { ...process.env, ...env },
      // A group of its own, so that a limit also ends the tool's workers.
      detached: limitMs !== undefined,
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    const limit = limitMs === undefined ? undefined : endAfter(child, limitMs);
    const endWithUs = () => child.kill('SIGTERM');
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, endWithUs);
    child.on('error', reject);
    child.on('close', (code) => {
      limit?.stop();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeListener(signal, endWithUs);
      const seconds = (performance.now() - started) / 1_000;
      resolve({
        code: code ?? 1,
        output: Buffer.concat(output).toString(),
        seconds,
        timedOut: limit?.isOver() ?? false,
      });
    });
  });
}

function endAfter(child, limitMs) {
  let isOver = false;
  let force;
  const ask = setTimeout(() => {
    isOver = true;
    signalGroup(child, 'SIGTERM');
    force = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  }, limitMs);
  return {
    isOver: () => isOver,
    stop: () => {
      clearTimeout(ask);
      clearTimeout(force);
    },
  };
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is already gone, which is all we want.
  }
}
