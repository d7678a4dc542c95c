import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where groups with a memory limit can be made. */
export interface MemoryController {
  readonly version: 1 | 2;
  readonly folder: string;
}

export interface MemoryGroup {
  readonly folder: string;
  /** To be called before the program runs: memory used earlier is not moved. */
  add(pid: number): Promise<void>;
  /** Whether the kernel ended somebody in it for lack of memory. */
  ranOut(): Promise<boolean>;
  remove(): Promise<void>;
}

/** Undefined where limits cannot be enforced: no controller, or no right to make groups. */
export function findMemoryController(): MemoryController | undefined {
  return [legacyController(), unifiedController()].find((found) => found !== undefined && isWritable(found.folder));
}

function legacyController(): MemoryController | undefined {
  const own = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(readOwnGroups())?.[1];
  const root = '/sys/fs/cgroup/memory';
  if (own === undefined || !existsSync(join(root, 'memory.limit_in_bytes'))) return undefined;
  const folder = join(root, own);
  // In a container the path may be the host's, while the mount shows only our part.
  return { version: 1, folder: existsSync(folder) ? folder : root };
}

/** At the top, because a group that holds processes itself may not divide its memory among children. */
function unifiedController(): MemoryController | undefined {
  const root = '/sys/fs/cgroup';
  const control = join(root, 'cgroup.subtree_control');
  if (!existsSync(control)) return undefined;
  return readFileSync(control, 'utf8').split(/\s/).includes('memory') ? { version: 2, folder: root } : undefined;
}

function readOwnGroups(): string {
  return existsSync('/proc/self/cgroup') ? readFileSync('/proc/self/cgroup', 'utf8') : '';
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // an ordinary user, or mounted read-only: reported as not enforced
  }
}

export function memoryGroupFolder(controller: MemoryController, name: string): string {
  return join(controller.folder, `rollproof-${name}`);
}

/** A group of this name may still be there, with children of the last process in it; then it is used again. */
export async function makeMemoryGroup(
  controller: MemoryController,
  folder: string,
  limitBytes: number,
): Promise<MemoryGroup> {
  await mkdir(folder, { recursive: true });
  const put = (file: string, value: number): Promise<void> => writeFile(join(folder, file), String(value));
  if (controller.version === 1) {
    await put('memory.limit_in_bytes', limitBytes);
    // Absent where swap is not accounted; then swapping is slow but not wrong.
    await put('memory.memsw.limit_in_bytes', limitBytes).catch(() => undefined);
  } else {
    await put('memory.max', limitBytes);
    await put('memory.swap.max', 0).catch(() => undefined); // as above
  }
  const counter = join(folder, controller.version === 1 ? 'memory.oom_control' : 'memory.events');
  const before = await countKills(counter);
  return {
    folder,
    add: (pid) => put('cgroup.procs', pid),
    ranOut: async () => (await countKills(counter)) > before,
    remove: () => removeMemoryGroup(folder),
  };
}

async function countKills(counter: string): Promise<number> {
  return Number(/^oom_kill (\d+)$/m.exec(await readFile(counter, 'utf8'))?.[1] ?? 0);
}

/** Succeeds when it is gone already; fails while processes are in it. */
export async function removeMemoryGroup(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
