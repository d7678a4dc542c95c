import {
  hasOpen,
  isAlive,
  listPids,
  type ProcessIdentity,
  readCommand,
  readNetworkNamespace,
  readStat,
  startedWith,
} from './proc.ts';

/** Set in every process that we start, so that it is found even where no namespace can be made. */
export const MARKER = 'ROLLPROOF_ENVIRONMENT';

export interface Membership {
  /** Value of the marker. */
  readonly marker: string;
  /** Undefined at level `none`: then only the marker tells. */
  readonly namespace: string | undefined;
  readonly folder: string;
}

export interface FoundProcess extends ProcessIdentity {
  readonly group: number;
  readonly parent: number;
  readonly command: string;
}

/**
 * Every live process of an environment, however it was started, ourselves excepted.
 *
 * The number of a namespace is given out again after its end, so being in a namespace of that number is believed only
 * while some process in it carries the marker (the holder does) or has our folder open; otherwise a stranger's container
 * could be hit.
 */
export function findProcesses(membership: Membership): readonly FoundProcess[] {
  const setting = `${MARKER}=${membership.marker}`;
  const { namespace } = membership;
  const candidates = listPids()
    .filter((pid) => pid !== process.pid)
    .map((pid) => ({
      pid,
      isInside: namespace !== undefined && readNetworkNamespace(pid) === namespace,
      isMarked: startedWith(pid, setting),
    }));
  const isProven = candidates.some(
    ({ pid, isInside, isMarked }) => isInside && (isMarked || hasOpen(pid, membership.folder)),
  );
  return candidates
    .filter((candidate) => candidate.isMarked || (candidate.isInside && isProven))
    .map((candidate) => describe(candidate.pid))
    .filter((found) => found !== undefined);
}

function describe(pid: number): FoundProcess | undefined {
  const stat = readStat(pid);
  if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return undefined;
  return { pid, startTime: stat.startTime, group: stat.group, parent: stat.parent, command: readCommand(pid) };
}

/** Those of `all` that descend from `root`, itself included. */
export function familyOf(root: number, all: readonly FoundProcess[]): readonly FoundProcess[] {
  const members = new Set([root]);
  let before = 0;
  while (members.size > before) {
    before = members.size;
    for (const found of all) if (members.has(found.parent) || found.group === root) members.add(found.pid);
  }
  return all.filter((found) => members.has(found.pid));
}

/** False when it had ended before. */
export function signal(target: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false;
  try {
    process.kill(target.pid, name);
    return true;
  } catch {
    return false; // ended between the look and the signal; one we may not signal shows up in the leak check
  }
}
