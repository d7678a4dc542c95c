import { mkdir, rename, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Completion, Ended } from '../../kernel/completion.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { Environment, RunningProcess } from '../../environment/host.ts';
import type { Service, ServiceDefinition } from '../../subject/service.ts';

export interface ServiceRequest {
  readonly name: string;
  readonly definition: ServiceDefinition;
  readonly environment: Environment;
  readonly addressOf: (system: string) => string;
  /** Puts the files of a release, from a folder or an archive, into an empty folder. */
  readonly unpack: (from: string, folder: string) => Promise<void>;
}

const READY_POLL_MS = 10;
const STOP_GRACE_MS = 10_000;
const JOBS_TIMEOUT_MS = 60_000;

/** A program as a process of its own; it finds its stores in its environment variables and listens on a port of ours. */
export async function createService(made: ServiceRequest): Promise<Service> {
  const port = await made.environment.freePort();
  const socket = await made.environment.expose(made.name, port);
  const folder = join(made.environment.folder, 'services', made.name);
  await mkdir(join(folder, 'run'), { recursive: true, mode: 0o700 });
  await made.environment.handOver(folder);
  return new Program({ ...made, port, socket, folder });
}

interface Parts extends ServiceRequest {
  readonly port: number;
  readonly socket: string;
  readonly folder: string;
}

class Program implements Service {
  readonly name: string;
  readonly port: number;
  readonly socket: string;
  private readonly parts: Parts;
  private release: string | null = null;
  private process: RunningProcess | null = null;
  private lastEnd: Ended | null = null;
  private starts = 0;

  constructor(parts: Parts) {
    this.parts = parts;
    this.name = parts.name;
    this.port = parts.port;
    this.socket = parts.socket;
  }

  async install(release: string): Promise<void> {
    const definition = this.parts.definition.releases[release];
    if (definition === undefined) throw new RollproofError('plan-invalid', `${this.name} has no release ${release}`);
    if (this.process !== null) {
      throw new RollproofError('usage-invalid', `${this.name} still runs, so its release cannot be swapped`, {
        hint: `Stop ${this.name} in a step before.`,
      });
    }
    const fresh = `${this.codeFolder()}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true, mode: 0o700 });
    await this.parts.unpack(definition.from, fresh);
    await rm(this.codeFolder(), { recursive: true, force: true });
    await rename(fresh, this.codeFolder());
    await this.parts.environment.handOver(this.codeFolder());
    this.release = release;
  }

  installed(): string | null {
    return this.release;
  }

  async start(options: { readonly jobs: 'held' | 'running'; readonly signal?: AbortSignal }): Promise<void> {
    if (this.process !== null) throw new RollproofError('usage-invalid', `${this.name} runs already`);
    const { run } = this.installedRelease();
    if (options.jobs === 'held') await this.holdJobs();
    this.starts += 1;
    const { memoryLimitBytes } = this.parts.definition;
    this.process = await this.parts.environment.start({
      name: this.starts === 1 ? this.name : `${this.name}-${this.starts}`,
      argv: run,
      cwd: this.codeFolder(),
      env: this.variables(),
      ...(memoryLimitBytes === null ? {} : { memoryLimitBytes }),
    });
    this.lastEnd = null;
    void this.remember(this.process);
    await this.untilReady(this.process, options.signal);
  }

  private async remember(process: RunningProcess): Promise<void> {
    const ended = await process.ended;
    if (this.process === process) {
      this.process = null;
      this.lastEnd = ended;
    }
  }

  private async untilReady(process: RunningProcess, signal: AbortSignal | undefined): Promise<void> {
    const { path, withinMs } = this.parts.definition.ready;
    const until = performance.now() + withinMs;
    for (;;) {
      signal?.throwIfAborted();
      const answer = await statusOf(this.socket, path);
      if (answer !== null && answer >= 200 && answer < 300) return;
      if (this.process !== process) throw this.notReady(`it ended at once (${howItEnded(this.lastEnd)})`, process);
      if (performance.now() > until)
        throw this.notReady(`${path} answered ${answer ?? 'nothing'} for ${withinMs} ms`, process);
      await delay(READY_POLL_MS);
    }
  }

  private notReady(why: string, process: RunningProcess): RollproofError {
    const code = this.lastEnd?.outOfMemory === true ? 'environment-not-ready' : 'could-not-read';
    return new RollproofError(code, `${this.name} ${this.release ?? ''} is not ready: ${why}`, {
      hint: `Read what it says in ${process.logFile}.`,
    });
  }

  async stop(): Promise<Ended | null> {
    const { process } = this;
    if (process === null) return null;
    this.process = null;
    this.lastEnd = null;
    return process.stop(STOP_GRACE_MS);
  }

  status(): { readonly running: boolean; readonly ended: Ended | null } {
    return { running: this.process !== null, ended: this.lastEnd };
  }

  async run(
    argv: readonly [string, ...string[]],
    options: {
      readonly name: string;
      readonly timeoutMs: number;
      readonly signal?: AbortSignal;
      readonly input?: string;
    },
  ): Promise<Completion> {
    return this.parts.environment.run({ ...options, argv, cwd: this.codeFolder(), env: this.variables() });
  }

  async holdJobs(): Promise<void> {
    await this.jobsCommand('hold');
  }

  async releaseJobs(): Promise<void> {
    await this.jobsCommand('release');
  }

  private async jobsCommand(which: 'hold' | 'release'): Promise<void> {
    const argv = this.parts.definition.jobs?.[which];
    if (argv === undefined) return;
    const done = await this.run(argv, { name: `${this.name}-jobs-${which}`, timeoutMs: JOBS_TIMEOUT_MS });
    if (done.exitCode !== 0) {
      throw new RollproofError(
        'could-not-read',
        `the jobs of ${this.name} could not be ${which === 'hold' ? 'held' : 'released'}: exit code ${done.exitCode}: ${done.stderr.trim().slice(0, 300)}`,
      );
    }
  }

  async twin(name: string, addresses: Readonly<Record<string, string>>): Promise<Service> {
    return createService({
      ...this.parts,
      name,
      addressOf: (system) => addresses[system] ?? this.parts.addressOf(system),
    });
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.parts.folder, { recursive: true, force: true });
  }

  private codeFolder(): string {
    return join(this.parts.folder, 'release');
  }

  private installedRelease(): ServiceDefinition['releases'][string] {
    const definition = this.release === null ? undefined : this.parts.definition.releases[this.release];
    if (definition === undefined)
      throw new RollproofError('plan-invalid', `no release of ${this.name} is installed`, {
        hint: 'Install one with a `release` step before it is started.',
      });
    return definition;
  }

  /** `{run}` in a value is a folder of this program that survives a swap of the release. */
  private variables(): Readonly<Record<string, string>> {
    const { definition, addressOf, folder } = this.parts;
    const own = Object.entries(definition.env).map(
      ([variable, value]) => [variable, value.replaceAll('{run}', join(folder, 'run'))] as const,
    );
    const used = Object.entries(definition.uses).map(([variable, system]) => [variable, addressOf(system)] as const);
    return { ...Object.fromEntries([...own, ...used]), [definition.portVariable]: String(this.port) };
  }
}

function howItEnded(ended: Ended | null): string {
  if (ended === null) return 'nobody saw how';
  if (ended.outOfMemory) return 'out of memory';
  return ended.exitCode === null ? `signal ${ended.signal ?? 'unknown'}` : `exit code ${ended.exitCode}`;
}

/** Null when nobody answers yet. */
function statusOf(socketPath: string, path: string): Promise<number | null> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, timeout: 5_000, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? null);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(null));
    asked.end();
  });
}
