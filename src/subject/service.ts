import type { Completion, Ended } from '../kernel/completion.ts';

/** A program of a drill: it knows nothing of Rollproof, gets addresses in its environment variables, and listens on a TCP port. */
export interface Service {
  readonly name: string;
  /** TCP port inside the environment. */
  readonly port: number;
  /** Unix socket on our side that leads to that port. */
  readonly socket: string;

  /** Puts the files of a release in place; does not start it. Throws `usage-invalid` while the program runs. */
  install(release: string): Promise<void>;
  installed(): string | null;

  /** Starts the installed release and waits until it is ready. `held`: its background jobs are held before it starts. */
  start(options: { readonly jobs: 'held' | 'running'; readonly signal?: AbortSignal }): Promise<void>;
  stop(): Promise<Ended | null>;
  /** `ended` tells how a program went that was not stopped by us, such as out of memory. */
  status(): { readonly running: boolean; readonly ended: Ended | null };

  /** Runs a command in the folder of the installed release, with the same variables as the program. */
  run(
    argv: readonly [string, ...string[]],
    options: {
      readonly name: string;
      readonly timeoutMs: number;
      readonly signal?: AbortSignal;
      /** Its standard input. */
      readonly input?: string;
    },
  ): Promise<Completion>;
  holdJobs(): Promise<void>;
  releaseJobs(): Promise<void>;

  /** The same release on other stores, for throw-away twins. The caller disposes of it. */
  twin(name: string, addresses: Readonly<Record<string, string>>): Promise<Service>;
  dispose(): Promise<void>;
}

/** Release of a program that has only one, such as the stand-in of an endpoint. */
export const ONLY_RELEASE = 'only';

export interface ServiceDefinition {
  /** Environment variable → name of the system whose address it gets. */
  readonly uses: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly portVariable: string;
  readonly ready: { readonly path: string; readonly withinMs: number };
  readonly jobs: {
    readonly hold: readonly [string, ...string[]];
    readonly release: readonly [string, ...string[]];
  } | null;
  readonly memoryLimitBytes: number | null;
  /** `from` is an absolute path of a folder or archive. */
  readonly releases: Readonly<Record<string, { readonly from: string; readonly run: readonly [string, ...string[]] }>>;
}
