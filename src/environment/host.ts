import type { Completion, Ended } from '../kernel/completion.ts';
import type { Random } from '../kernel/random.ts';

export type { Completion, Ended };

/** Where drills happen. One environment is one isolated place: every process in it shares one network namespace. */
export interface Host {
  readonly kind: 'process';
  /** The strongest level that works here, tried for real, with the reason why not a stronger one. */
  probe(): Promise<HostProbe>;
  /** Journals every resource through `resources` before making it. */
  provision(request: ProvisionRequest): Promise<Environment>;
  /** Removes what dead owners left behind: only environments whose lease names a dead owner or has run out. */
  reap(): Promise<readonly Reaped[]>;
  /** Environments that exist on this machine under the state folder, with their lease. */
  list(): Promise<readonly EnvironmentSummary[]>;
  /** Removes one by id, whoever owns it. Returns what was removed. */
  remove(id: string): Promise<Reaped>;
  /** For a person who wants to look inside one. `close` when the command has ended. */
  enter(id: string, argv: readonly [string, ...string[]]): Promise<Entry>;
}

/** To be spawned as it stands, on the caller's terminal; it makes the outward attempt first, like every process. */
export interface Entry {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * `userns`: user and network namespace. `netns`: network namespace, made as root, another uid.
 * `none`: no namespace can be made here; outward connections are not denied.
 */
export type IsolationLevel = 'userns' | 'netns' | 'none';

export interface HostProbe {
  readonly level: IsolationLevel;
  readonly reasons: readonly string[];
}

export interface ProvisionRequest {
  readonly id: string;
  readonly leaseMs: number;
  /** The weakest level the plan accepts. */
  readonly atLeast: IsolationLevel;
  readonly resources: ResourceJournal;
  /** True: it may outlive us (see `hold`), so its processes do not die with us. Then only the lease ends it. */
  readonly keep?: boolean;
}

/** Journal before create: `planned` must be durable when it resolves. */
export interface ResourceJournal {
  planned(resource: Resource): Promise<void>;
  released(resource: Resource): Promise<void>;
}

export interface Resource {
  readonly kind: 'folder' | 'process' | 'namespace' | 'memory-limit' | 'database';
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface Environment {
  readonly id: string;
  /** Private folder (0700) for everything large: data directories, backups, releases. */
  readonly folder: string;
  /** Short private folder for unix sockets (their paths may not exceed 107 bytes). */
  readonly socketFolder: string;
  readonly level: IsolationLevel;
  /** Name of the account that processes inside see themselves as. */
  readonly account: string;
  /** Whether `memoryLimitBytes` has an effect. Needs root and a memory controller. */
  readonly memoryLimits: 'enforced' | 'not-enforced';

  /** Starts a process that stays. It is inside the namespace, makes the outward attempt first, and dies with us. */
  start(command: Command): Promise<RunningProcess>;
  /** Runs a command to its end. Never throws for a non-zero exit: the caller judges. */
  run(
    command: Command & { readonly timeoutMs: number; readonly signal?: AbortSignal; readonly input?: string },
  ): Promise<Completion>;

  /** Slows a running process down, with all its descendants; null when none of that name runs. */
  throttle(name: string, request: ThrottleRequest): Throttle | null;

  /** A unix socket on our side that reaches a TCP port inside. */
  expose(name: string, port: number): Promise<string>;
  /** An address inside that can be pointed at one of several ports, or at nothing (connections are refused). */
  route(name: string): Promise<Route>;
  /** A TCP port inside that nothing uses. */
  freePort(): Promise<number>;

  /** What the outward attempts of all processes so far showed. */
  isolation(): Promise<IsolationProof>;
  /** Every live process of the environment, however it was started. */
  processes(): Promise<readonly { readonly pid: number; readonly command: string }[]>;
  /** Gives a file or a folder with everything in it, written by us, to the account that processes inside run as. */
  handOver(path: string): Promise<void>;
  renewLease(leaseMs: number): Promise<void>;
  /** Lets it outlive us for so long. Only for one provisioned with `keep`. */
  hold(leaseMs: number): Promise<void>;
  /** Ends all processes, removes all folders, then looks again. May be called twice. */
  release(): Promise<ReleaseProof>;
}

export interface Command {
  /** Unique among the running processes of the environment. */
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment of the process besides PATH, HOME, LANG, TMPDIR and our marker: nothing of ours leaks in. */
  readonly env: Readonly<Record<string, string>>;
  /** Signal that ends it in order. Default SIGTERM. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT' | 'SIGQUIT';
  /** Reported, not refused, where it cannot be enforced: see `Environment.memoryLimits`. */
  readonly memoryLimitBytes?: number;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: with the pid it names a process for good. */
  readonly startTime: string;
  /** Resolves when it ended, however. */
  readonly ended: Promise<Ended>;
  readonly logFile: string;
  /** Asks, then kills after `graceMs`. May be called twice. */
  stop(graceMs: number): Promise<Ended>;
}

export interface ThrottleRequest {
  /** Of the time in which they are stopped, between 0 and 1. */
  readonly share: number;
  readonly random: Random;
}

export interface Throttle {
  /** The processes as the kernel shows them now, whatever was sent to them. */
  look(): { readonly processes: number; readonly stopped: number };
  /** Lets them go on. May be called twice, and after their end. */
  heal(): Promise<void>;
}

export interface Route {
  readonly name: string;
  /** TCP port inside and unix socket outside that lead to the current target. */
  readonly port: number;
  readonly socket: string;
  /** Closes connections to the old target. Null, as at first: refuse; nobody listens then and the socket is absent. */
  switchTo(port: number | null): Promise<void>;
}

export interface IsolationProof {
  readonly level: IsolationLevel;
  /** The same attempt made from outside must succeed, else the attempts inside prove nothing. */
  readonly outsideReached: boolean;
  readonly attempts: number;
  /** Attempts from inside that got out, with the process that made them. Must be empty unless the level is `none`. */
  readonly escaped: readonly string[];
  /** Connections to other machines that were noticed, with the process. Only looked for at level `none`, now and then. */
  readonly outward: readonly string[];
  readonly namespace: string;
}

export interface ReleaseProof {
  readonly leaked: readonly string[];
}

export interface Reaped {
  readonly id: string;
  readonly removed: readonly string[];
  readonly leaked: readonly string[];
}

export interface EnvironmentSummary {
  readonly id: string;
  readonly folder: string;
  readonly owner: { readonly pid: number; readonly alive: boolean };
  /** ISO 8601 */
  readonly leaseUntil: string;
  readonly held: boolean;
  readonly processes: number;
}
