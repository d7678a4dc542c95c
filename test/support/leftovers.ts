import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MARKER } from '../../src/adapters/process/membership.ts';
import { listPids, readCommand } from '../../src/adapters/process/proc.ts';
import type { Recorded } from '../../src/journal/journal.ts';

/** What a drill that has ended left on the machine, looked for without asking the drill. */
export async function leftovers(of: {
  readonly drill: string;
  readonly events: readonly Recorded[];
  readonly state: string;
}): Promise<readonly string[]> {
  const processes = listPids()
    .filter((pid) => isOf(pid, of.drill))
    .map((pid) => `process ${pid}: ${readCommand(pid)}`);
  const folders = of.events.flatMap((event) =>
    event.kind === 'resource-planned' && event.resource.kind === 'folder' && existsSync(event.resource.name)
      ? [event.resource.name]
      : [],
  );
  const environments = await readdir(join(of.state, 'environments')).catch(() => []); // none was ever made
  return [...processes, ...folders, ...environments];
}

function isOf(pid: number, drill: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .some((setting) => setting.startsWith(`${MARKER}=${drill}-`));
  } catch {
    return false; // it ended meanwhile
  }
}
