import { readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isAlive } from '../adapters/process/proc.ts';
import { invariant, RollproofError } from '../kernel/errors.ts';
import type { StateFolder } from './state.ts';

/**
 * The demo makes its example anew at one place of the state folder, so one process at a time may run it there. Returns
 * how to give it back. Throws `already-running` while another living process has it.
 */
export function claimDemo(state: StateFolder): () => void {
  const file = join(state.path, 'demo.lock');
  mkdirSync(state.path, { recursive: true, mode: 0o700 });
  const owner = ownerIn(file);
  if (owner !== undefined && isAlive(owner)) {
    throw new RollproofError('already-running', `process ${owner.pid} runs the demo in ${state.path}`, {
      hint: 'Wait for it, or name another folder with --state.',
    });
  }
  const own = identify(process.pid);
  invariant(own !== undefined, 'this process does not find itself');
  writeFileSync(file, JSON.stringify({ pid: own.pid, startTime: own.startTime }), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

function ownerIn(file: string): { readonly pid: number; readonly startTime: string } | undefined {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as { readonly pid: number; readonly startTime: string };
    return { pid: Number(read.pid), startTime: String(read.startTime) };
  } catch {
    return undefined; // nobody has it, or whoever wrote it died in the middle
  }
}
