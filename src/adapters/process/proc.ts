import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process for good: a pid alone may have been given to another one meanwhile. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since the boot. */
  readonly startTime: string;
}

export interface ProcessStat extends ProcessIdentity {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

/** Every reader answers undefined for a process that is gone or not ours to look at. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process ended between listing and reading, or belongs to somebody else
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // as in readText
  }
}

export function hasProc(): boolean {
  return readLink('/proc/self') !== undefined;
}

export function listPids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

export function readStat(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** The command name (field 2) may hold blanks and brackets, so counting starts behind the last bracket. */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  return { pid: Number.parseInt(text, 10), state, parent: Number(parent), group: Number(group), startTime };
}

export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTime: stat.startTime };
}

/** A zombie has ended: only its parent has not looked yet. */
export function isAlive(process: ProcessIdentity): boolean {
  const stat = readStat(process.pid);
  return stat !== undefined && stat.startTime === process.startTime && stat.state !== 'Z' && stat.state !== 'X';
}

/** `net:[4026532178]`. The number is used again once the namespace is gone. */
export function readNetworkNamespace(pid: number | 'self'): string | undefined {
  return readLink(`/proc/${pid}/ns/net`);
}

/** Whether the environment that the process was started with holds this `NAME=value`. */
export function startedWith(pid: number, setting: string): boolean {
  return readText(`/proc/${pid}/environ`)?.split('\0').includes(setting) ?? false;
}

/** Whether it stands in this folder, or its output goes there. */
export function hasOpen(pid: number, folder: string): boolean {
  return ['cwd', 'fd/1', 'fd/2'].some((what) => {
    const path = readLink(`/proc/${pid}/${what}`);
    return path === folder || path?.startsWith(`${folder}/`) === true;
  });
}

/** For people and leak lists; kernel threads and processes that wiped it show their short name. */
export function readCommand(pid: number): string {
  const line = readText(`/proc/${pid}/cmdline`)?.split('\0').join(' ').trim();
  return line === undefined || line === '' ? (readText(`/proc/${pid}/comm`)?.trim() ?? '') : line.slice(0, 300);
}

export function readBootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** How many processes the kernel has killed for lack of memory since the boot. */
export function countMemoryKills(): number {
  return Number(/^oom_kill (\d+)$/m.exec(readText('/proc/vmstat') ?? '')?.[1] ?? 0);
}
