import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const USERS_PROGRAM = fileURLToPath(new URL('../../src/cli/simulated-users.ts', import.meta.url));

/** The simulated users that this process started: found as anybody finds a process, because nobody hands out their pid. */
export function usersAtWork(): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => isOurs(pid));
}

function isOurs(pid: number): boolean {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const isChild = Number(fields.split(' ')[1]) === process.pid;
    return isChild && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('simulated-users');
  } catch {
    return false; // ended meanwhile
  }
}
