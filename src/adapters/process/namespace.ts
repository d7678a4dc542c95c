import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { IsolationLevel } from '../../environment/host.ts';
import { messageOf } from '../../kernel/errors.ts';
import { type Account, accountSeenInside, accountToTurnInto, isRoot } from './account.ts';
import { MARKER } from './membership.ts';
import { identify, type ProcessIdentity, readNetworkNamespace } from './proc.ts';
import { INSIDE_PATH, type Tools } from './tools.ts';

/** Strongest first. */
export const LEVELS: readonly IsolationLevel[] = ['userns', 'netns', 'none'];

export function isAtLeast(level: IsolationLevel, demanded: IsolationLevel): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(demanded);
}

export interface Namespace {
  readonly level: IsolationLevel;
  /** `net:[…]`; undefined at level `none`. */
  readonly name: string | undefined;
  readonly account: Account;
  /** Whether what we write for processes inside must be given to another uid. */
  readonly needsHandOver: boolean;
  /** Sleeps inside and so keeps the namespace alive; undefined at level `none`. */
  readonly holder: ProcessIdentity | undefined;
  readonly hasOwnMounts: boolean;
  /** Words before a command that put it inside, without privileges. `root`: for our own gate, which must be able to end everybody. */
  enter(who: 'account' | 'root', diesWithUs: boolean): readonly string[];
  /** Lets us end without it. */
  unref(): void;
  close(): void;
}

export interface NamespaceRequest {
  readonly tools: Tools;
  readonly level: IsolationLevel;
  readonly marker: string;
  readonly diesWithUs: boolean;
}

/** A namespace of this level, or the reason why there cannot be one here. */
export async function openNamespace(request: NamespaceRequest): Promise<Namespace | string> {
  const account = request.level === 'userns' ? accountSeenInside() : accountToTurnInto();
  if (account === undefined) return 'no ordinary account in /etc/passwd that processes could run as';
  if (request.level === 'none') return withoutNamespace(request.tools, account);
  if (request.level === 'netns' && !isRoot()) return 'only root may make a network namespace without a user namespace';
  const { unshare, nsenter } = request.tools;
  if (unshare === undefined || nsenter === undefined) return 'unshare or nsenter is missing (package util-linux)';
  const kinds = ['--net', '--ipc', ...(request.level === 'userns' ? ['--user'] : [])];
  const program = [unshare, ...kinds, ...mapping(request.level, account)];
  const complete = await startHolder(request, [...program, '--mount']);
  const made = typeof complete === 'string' ? await startHolder(request, program) : complete;
  if (typeof made === 'string') return made;
  const hasOwnMounts = typeof complete !== 'string';
  return {
    ...namespaceOf({ tools: request.tools, level: request.level, account, holder: made.holder, hasOwnMounts }),
    name: made.name,
    unref: () => made.child.unref(),
    close: () => void made.child.kill('SIGKILL'),
  };
}

export interface ExistingNamespace {
  readonly tools: Tools;
  readonly level: IsolationLevel;
  readonly account: Account;
  readonly holder: ProcessIdentity | undefined;
  /** Shared memory of its own, so that nothing of it stays behind under /dev/shm. */
  readonly hasOwnMounts: boolean;
}

/** How to get into one that is there. */
export function namespaceOf({
  tools,
  level,
  account,
  holder,
  hasOwnMounts,
}: ExistingNamespace): Omit<Namespace, 'name' | 'unref' | 'close'> {
  const becomes = level !== 'userns' && isRoot() ? account : undefined;
  const mounts = hasOwnMounts ? ['--mount'] : [];
  const user = level === 'userns' ? ['--user', '--preserve-credentials'] : [];
  const join =
    holder === undefined
      ? []
      : [tools.nsenter ?? 'nsenter', '--target', String(holder.pid), '--net', '--ipc', ...mounts, ...user];
  return {
    level,
    account,
    needsHandOver: becomes !== undefined,
    holder,
    hasOwnMounts,
    enter: (who, diesWithUs) => [
      ...join,
      ...dropPrivileges({ tools, becomes: who === 'root' ? undefined : becomes, diesWithUs }),
    ],
  };
}

function withoutNamespace(tools: Tools, account: Account): Namespace {
  return {
    ...namespaceOf({ tools, level: 'none', account, holder: undefined, hasOwnMounts: false }),
    name: undefined,
    unref: () => undefined,
    close: () => undefined,
  };
}

/** `--keep-caps`: the holder has to bring loopback up before it gives its privileges away. */
function mapping(level: IsolationLevel, account: Account): readonly string[] {
  return level === 'userns' ? [`--map-user=${account.uid}`, `--map-group=${account.gid}`, '--keep-caps'] : [];
}

interface Drop {
  readonly tools: Tools;
  readonly becomes: Account | undefined;
  readonly diesWithUs: boolean;
}

function dropPrivileges({ tools, becomes, diesWithUs }: Drop): readonly string[] {
  const identity = becomes === undefined ? [] : [`--reuid=${becomes.uid}`, `--regid=${becomes.gid}`, '--clear-groups'];
  const death = diesWithUs ? ['--pdeathsig', 'KILL'] : [];
  // No way back up by a program with the set-uid bit: such a one would also lose the death signal.
  return [tools.setpriv, ...identity, '--nnp', '--inh-caps=-all', ...ambientDrop(becomes), ...death, '--'];
}

/** Changing the uid empties the ambient set by itself; the option fails on some kernels afterwards. */
function ambientDrop(becomes: Account | undefined): readonly string[] {
  return becomes === undefined ? ['--ambient-caps=-all'] : [];
}

/**
 * Loopback by whichever tool there is: `ip`, or the ioctl (SIOCSIFFLAGS) that it stands for. Shared memory in a file
 * system of its own: a killed PostgreSQL leaves its segments there, and they go with the namespace.
 */
const HOLDER_SCRIPT = `
if [[ -n $1 ]]; then "$1" link set lo up
elif [[ -n $2 ]]; then "$2" -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 0) or die $!; my $up = pack("a16 s x22", "lo", 1 | 64); ioctl(S, 0x8914, $up) or die $!'
else echo "neither ip (package iproute2) nor perl is here to bring loopback up" >&2; false
fi || exit 1
if [[ -n $3 ]]; then "$4" -t tmpfs -o mode=1777 rollproof /dev/shm || exit 1; fi
echo ready
shift 4
exec "$@"
`;

interface Holder {
  readonly child: ChildProcess;
  readonly holder: ProcessIdentity;
  readonly name: string;
}

async function startHolder(request: NamespaceRequest, unshare: readonly string[]): Promise<Holder | string> {
  const { tools } = request;
  const stays = [
    ...dropPrivileges({ tools, becomes: undefined, diesWithUs: request.diesWithUs }),
    tools.sleep,
    'infinity',
  ];
  const mounts = unshare.includes('--mount') ? 'mounts' : '';
  const argv = [
    '--',
    tools.bash,
    '-p',
    '-c',
    HOLDER_SCRIPT,
    'holder',
    tools.ip ?? '',
    tools.perl ?? '',
    mounts,
    tools.mount ?? 'mount',
    ...stays,
  ];
  const [program = '', ...options] = unshare;
  const child = spawn(program, [...options, ...argv], {
    cwd: '/',
    env: { PATH: INSIDE_PATH, [MARKER]: request.marker },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const trouble = await untilReady(child);
  const found = trouble === undefined ? identifyHolder(child) : undefined;
  if (found === undefined) child.kill('SIGKILL');
  return found ?? trouble ?? 'the namespace could not be identified';
}

function identifyHolder(child: ChildProcess): Holder | undefined {
  const holder = child.pid === undefined ? undefined : identify(child.pid);
  const name = holder === undefined ? undefined : readNetworkNamespace(holder.pid);
  if (holder === undefined || name === undefined || name === readNetworkNamespace('self')) return undefined;
  return { child, holder, name };
}

/** Undefined when ready; else what went wrong. */
function untilReady(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    const complaints: string[] = [];
    child.stderr?.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('close', (code) => resolve(complaints.join('').trim() || `unshare ended with exit code ${code}`));
    if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', () => resolve(undefined));
  }).then((trouble) => {
    child.stdout?.destroy();
    child.stderr?.destroy();
    return trouble as string | undefined;
  });
}
