import type { ChildProcess } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, Ended, ResourceJournal, RunningProcess } from '../../environment/host.ts';
import type { Clock } from '../../kernel/clock.ts';
import { invariant, RollproofError } from '../../kernel/errors.ts';
import { launch } from './launch.ts';
import type { LauncherSettings } from './launcher.ts';
import { type FoundProcess, familyOf, findProcesses, MARKER, type Membership, signal } from './membership.ts';
import { type MemoryController, type MemoryGroup, makeMemoryGroup, memoryGroupFolder } from './memory-limit.ts';
import type { Namespace } from './namespace.ts';
import { countMemoryKills, isAlive, type ProcessIdentity } from './proc.ts';
import { exists } from './removal.ts';
import { INSIDE_PATH } from './tools.ts';

/** What all processes of one environment share. */
export interface Workplace {
  readonly id: string;
  readonly marker: string;
  readonly folder: string;
  readonly clock: Clock;
  readonly namespace: Namespace;
  readonly membership: Membership;
  readonly settings: LauncherSettings;
  readonly resources: ResourceJournal;
  readonly memory: MemoryController | undefined;
  readonly running: Map<string, ManagedProcess>;
  /** Names in use, from before the start to the end. */
  readonly names: Set<string>;
  /** Into the journal and the lease, before it is made. */
  planMemoryGroup(folder: string, limitBytes: number): Promise<void>;
}

export interface ManagedProcess extends RunningProcess {
  readonly child: ChildProcess;
  readonly errorLogFile: string;
  /** With all its descendants. */
  stopFamily(graceMs: number): Promise<Ended>;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
/** What the kernel cannot kill within these rounds is found by the leak check. */
const KILL_ROUNDS = 1_000;

export interface StartOptions {
  readonly stdin: 'ignore' | 'pipe';
  /** `apart`: errors have a log of their own. */
  readonly logs: 'together' | 'apart';
}

export async function startProcess(place: Workplace, command: Command, options: StartOptions): Promise<ManagedProcess> {
  invariant(NAME.test(command.name), `${JSON.stringify(command.name)} cannot be the name of a process`);
  invariant(!place.names.has(command.name), `a process named ${command.name} is running already`);
  place.names.add(command.name);
  try {
    return await startNamed(place, command, options);
  } catch (error) {
    place.names.delete(command.name);
    throw error;
  }
}

async function startNamed(place: Workplace, command: Command, options: StartOptions): Promise<ManagedProcess> {
  if (!(await exists(command.cwd))) {
    throw new RollproofError(
      'environment-not-ready',
      `${command.name} cannot start in ${command.cwd}: there is no such folder`,
    );
  }
  const logFile = join(place.folder, 'logs', `${command.name}.log`);
  const errorLogFile = options.logs === 'apart' ? join(place.folder, 'logs', `${command.name}.err.log`) : logFile;
  const [out, err] = await Promise.all([openLog(place, logFile), openLog(place, errorLogFile)]);
  const memoryKillsBefore = countMemoryKills();
  let group: MemoryGroup | undefined;
  try {
    group = await limitMemory(place, command);
    const limited = group;
    const { child, identity, ended } = await launch({
      settings: place.settings,
      enter: place.namespace.enter('account', place.settings.diesWithUs),
      name: command.name,
      argv: command.argv,
      cwd: command.cwd,
      env: environmentOf(place, command),
      stdin: options.stdin,
      stdout: out.fd,
      stderr: err.fd,
      beforeStart: async (process) => {
        await limited?.add(process.pid);
        await place.resources.planned(resourceOf(place, command, process));
      },
    });
    const managed = manage(place, command, {
      child,
      identity,
      exit: ended,
      group,
      memoryKillsBefore,
      logFile,
      errorLogFile,
    });
    place.running.set(command.name, managed);
    return managed;
  } catch (error) {
    await group?.remove().catch(() => undefined); // the launcher may not be gone yet; the lease names the group
    throw error;
  } finally {
    await Promise.all([out.close(), err.close()]);
  }
}

function resourceOf(
  place: Workplace,
  command: Command,
  process: ProcessIdentity,
): Parameters<ResourceJournal['planned']>[0] {
  return {
    kind: 'process',
    name: command.name,
    facts: { environment: place.id, pid: process.pid, startTime: process.startTime, program: command.argv[0] },
  };
}

export function environmentOf(
  place: Pick<Workplace, 'marker' | 'folder'>,
  command: Pick<Command, 'env'>,
): Record<string, string> {
  return {
    PATH: INSIDE_PATH,
    HOME: join(place.folder, 'home'),
    LANG: 'C.UTF-8',
    TMPDIR: join(place.folder, 'tmp'),
    ...command.env,
    [MARKER]: place.marker,
  };
}

async function openLog(place: Workplace, file: string): Promise<FileHandle> {
  const handle = await open(file, 'a', 0o600);
  if (place.namespace.needsHandOver) await handle.chown(place.namespace.account.uid, place.namespace.account.gid);
  return handle;
}

async function limitMemory(place: Workplace, command: Command): Promise<MemoryGroup | undefined> {
  const { memoryLimitBytes } = command;
  if (memoryLimitBytes === undefined || place.memory === undefined) return undefined;
  const folder = memoryGroupFolder(place.memory, `${place.marker}-${command.name}`);
  await place.planMemoryGroup(folder, memoryLimitBytes);
  return makeMemoryGroup(place.memory, folder, memoryLimitBytes);
}

interface Started {
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
  readonly exit: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
  readonly group: MemoryGroup | undefined;
  readonly memoryKillsBefore: number;
  readonly logFile: string;
  readonly errorLogFile: string;
}

function manage(place: Workplace, command: Command, started: Started): ManagedProcess {
  const { identity } = started;
  let byUs = false;
  const ended = started.exit.then(async ({ exitCode, signal: by }) => {
    place.running.delete(command.name);
    place.names.delete(command.name);
    const outOfMemory = await ranOutOfMemory(started, by === 'SIGKILL' && !byUs);
    await place.resources.released(resourceOf(place, command, identity));
    return { exitCode, signal: by, outOfMemory, byUs };
  });
  ended.catch(() => undefined); // whoever awaits it hears of it
  // Also those that turn away from the family meanwhile, when the one between dies.
  const known = new Map<number, FoundProcess>();
  const family = (): readonly FoundProcess[] => {
    for (const member of familyOf(identity.pid, findProcesses(place.membership))) known.set(member.pid, member);
    return [...known.values()].filter(isAlive);
  };
  const kill = async (): Promise<void> => {
    // Until none is left: a child may be born between look and kill.
    for (let round = 0, left = family(); left.length > 0 && round < KILL_ROUNDS; round += 1, left = family()) {
      for (const member of left) signal(member, 'SIGKILL');
      await place.clock.wait(2);
    }
  };
  const end = async (ask: (members: readonly FoundProcess[]) => boolean, graceMs: number): Promise<Ended> => {
    byUs = ask(family()) || byUs;
    await settlesWithin(ended, graceMs, place.clock);
    await kill();
    return ended;
  };
  const by = command.stopSignal ?? 'SIGTERM';
  return {
    name: command.name,
    pid: identity.pid,
    startTime: identity.startTime,
    child: started.child,
    logFile: started.logFile,
    errorLogFile: started.errorLogFile,
    ended,
    stop: (graceMs) => end(() => signal(identity, by), graceMs),
    stopFamily: (graceMs) => end((members) => members.map((member) => signal(member, by)).includes(true), graceMs),
  };
}

/** Without a group of its own: the kernel's counter for the whole machine rose while it lived, and nobody else killed it. */
async function ranOutOfMemory(started: Started, killedByOther: boolean): Promise<boolean> {
  if (started.group === undefined) return killedByOther && countMemoryKills() > started.memoryKillsBefore;
  const ranOut = await started.group.ranOut();
  await started.group.remove().catch(() => undefined); // children that outlive it keep the group; release removes it
  return ranOut;
}

async function settlesWithin(promise: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const stop = new AbortController();
  const late = clock.wait(ms, stop.signal).then(
    () => false,
    () => true, // called off below
  );
  const settled = await Promise.race([promise.then(() => true), late]);
  stop.abort();
  return settled;
}
