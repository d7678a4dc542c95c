import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment, IsolationLevel, ProvisionRequest, Resource } from '../../environment/host.ts';
import type { Clock } from '../../kernel/clock.ts';
import { invariant, RollproofError } from '../../kernel/errors.ts';
import { createEnvironment, keepLease, type LeaseKeeper } from './environment.ts';
import { gateArgv, openGateClient } from './gate-client.ts';
import { handOverFolders } from './hand-over.ts';
import { OUTSIDE, readAttempts } from './isolation-log.ts';
import { type Launched, launch } from './launch.ts';
import { LAUNCHER_SCRIPT, type LauncherSettings, launcherArgv } from './launcher.ts';
import { claimFolder, environmentsFolder, type Lease } from './lease.ts';
import { findMemoryController } from './memory-limit.ts';
import { isAtLeast, type Namespace, openNamespace } from './namespace.ts';
import { type OutwardListener, openOutwardListener } from './outward-listener.ts';
import { identify, readBootId } from './proc.ts';
import { removeEnvironment, socketFolderName } from './removal.ts';
import { environmentOf, type Workplace } from './running-process.ts';
import { locateTools, type Tools } from './tools.ts';

const ID = /^[a-z0-9][a-z0-9-]{0,47}$/;
const GATE = 'rollproof-gate';

export interface HostParts {
  readonly stateFolder: string;
  readonly clock: Clock;
  readonly levels: readonly IsolationLevel[];
  /** Environments of this very process: never reaped by it. */
  readonly owned: Set<string>;
}

/** What has been made so far, so that a failure half-way removes exactly that. */
interface Building {
  readonly host: HostParts;
  readonly request: ProvisionRequest;
  readonly tools: Tools;
  readonly folder: string;
  readonly lease: LeaseKeeper;
  readonly listener: OutwardListener;
  readonly made: Resource[];
  namespace: Namespace | undefined;
}

export async function provision(host: HostParts, request: ProvisionRequest): Promise<Environment> {
  invariant(ID.test(request.id), `${JSON.stringify(request.id)} cannot be the id of an environment`);
  const tools = locateTools();
  const made: Resource[] = [];
  const lease = firstLease(host, request);
  await plan(request, made, {
    kind: 'folder',
    name: join(environmentsFolder(host.stateFolder), request.id),
    facts: {},
  });
  const folder = await claimFolder(host.stateFolder, lease).catch(async (error: unknown) => {
    for (const resource of made) await request.resources.released(resource);
    throw error;
  });
  host.owned.add(request.id);
  const listener = await openOutwardListener();
  const building: Building = {
    host,
    request,
    tools,
    folder,
    lease: keepLease(folder, lease),
    listener,
    made,
    namespace: undefined,
  };
  try {
    return await build(building);
  } catch (error) {
    await tearDown(building);
    throw error;
  }
}

async function plan(request: ProvisionRequest, made: Resource[], resource: Resource): Promise<void> {
  await request.resources.planned(resource);
  made.push(resource);
}

function firstLease({ clock }: HostParts, request: ProvisionRequest): Lease {
  const owner = identify(process.pid);
  const word = randomBytes(4).toString('hex');
  invariant(owner !== undefined, 'our own process cannot be read in /proc');
  return {
    version: 1,
    id: request.id,
    marker: `${request.id}-${word}`,
    owner,
    bootId: readBootId(),
    leaseUntil: new Date(clock.wallMs() + request.leaseMs).toISOString(),
    held: false,
    level: null,
    namespace: null,
    holder: null,
    hasOwnMounts: false,
    account: null,
    socketFolder: socketFolderName(word),
    memoryGroups: [],
  };
}

async function tearDown({ host, folder, lease, listener, request, namespace, made }: Building): Promise<void> {
  const { leaked } = await removeEnvironment({ folder, lease: lease.current, clock: host.clock });
  namespace?.close();
  await listener.close();
  host.owned.delete(request.id);
  if (leaked.length === 0) for (const resource of made.reverse()) await request.resources.released(resource);
}

async function build(building: Building): Promise<Environment> {
  const { folder, request, host, lease, listener, made } = building;
  await makeFolders(building);
  // Both to their end, whatever the other does: a failure must not leave one of them at work behind the clean-up.
  const [control, chosen] = await Promise.allSettled([tryFromOutside(building), chooseNamespace(building)]);
  const targets = valueOf(control);
  const namespace = valueOf(chosen);
  await handOverFolders({
    stateFolder: host.stateFolder,
    folder,
    socketFolder: lease.current.socketFolder,
    tools: building.tools,
    namespace,
  });
  const place: Workplace = {
    id: request.id,
    marker: lease.current.marker,
    folder,
    clock: host.clock,
    namespace,
    membership: { marker: lease.current.marker, namespace: namespace.name, folder },
    settings: launcherSettings(building, targets, namespace.name),
    resources: request.resources,
    memory: findMemoryController(),
    running: new Map(),
    names: new Set([GATE]),
    planMemoryGroup: async (group, bytes) => {
      await plan(request, made, { kind: 'memory-limit', name: group, facts: { environment: request.id, bytes } });
      await lease.change({ memoryGroups: [...new Set([...lease.current.memoryGroups, group])] });
    },
  };
  const launched = await startGate(building, place);
  const gate = openGateClient(launched.child);
  const own = [launched.identity, ...(namespace.holder === undefined ? [] : [namespace.holder])];
  const onReleased = (): void => void host.owned.delete(request.id);
  return createEnvironment({
    place,
    lease,
    listener,
    gate,
    gateChild: launched.child,
    own,
    made,
    keep: request.keep === true,
    onReleased,
  });
}

function valueOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

async function makeFolders({ request, folder, lease, made }: Building): Promise<void> {
  const { socketFolder } = lease.current;
  await plan(request, made, { kind: 'folder', name: socketFolder, facts: { environment: request.id } });
  await mkdir(socketFolder, { mode: 0o700 });
  await Promise.all(['logs', 'home', 'tmp'].map((name) => mkdir(join(folder, name), { mode: 0o700 })));
  await writeFile(join(folder, 'launcher.bash'), LAUNCHER_SCRIPT, { mode: 0o500 });
  await writeFile(join(folder, 'isolation.log'), '', { mode: 0o600 });
}

function launcherSettings(
  { tools, folder, listener, request }: Building,
  targets: readonly string[],
  namespace: string | undefined,
): LauncherSettings {
  return {
    tools,
    scriptFile: join(folder, 'launcher.bash'),
    logFile: join(folder, 'isolation.log'),
    namespace,
    nonce: listener.nonce,
    targets,
    diesWithUs: request.keep !== true,
  };
}

/** The positive control: what cannot be reached even from here would prove nothing when it cannot be reached from inside. */
async function tryFromOutside(building: Building): Promise<readonly string[]> {
  const settings = launcherSettings(building, building.listener.targets, undefined);
  const argv = launcherArgv(settings, {
    name: OUTSIDE,
    channel: 'now',
    argv: ['true'],
    cwd: building.folder,
    variables: [],
  });
  const [program, ...options] = argv;
  await promisify(execFile)(program, options, { cwd: building.folder, env: {} });
  const reached = (await readAttempts(settings.logFile))
    .filter((attempt) => attempt.name === OUTSIDE)
    .flatMap((attempt) => attempt.reached);
  if (reached.length === 0) {
    throw new RollproofError(
      'environment-not-ready',
      'isolation cannot be shown here: our own listener is out of reach even from outside',
      {
        hint: 'A firewall on the loopback interface may be the cause.',
        details: { targets: building.listener.targets },
      },
    );
  }
  return reached;
}

async function chooseNamespace(building: Building): Promise<Namespace> {
  const { request, tools, host, made, lease } = building;
  const reasons: string[] = [];
  await plan(request, made, { kind: 'namespace', name: request.id, facts: {} });
  for (const level of host.levels.filter((each) => isAtLeast(each, request.atLeast))) {
    const opened = await openNamespace({
      tools,
      level,
      marker: lease.current.marker,
      diesWithUs: request.keep !== true,
    });
    if (typeof opened === 'string') {
      reasons.push(`${level}: ${opened}`);
      continue;
    }
    building.namespace = opened;
    await lease.change({
      level,
      namespace: opened.name ?? null,
      holder: opened.holder ?? null,
      hasOwnMounts: opened.hasOwnMounts,
      account: opened.account,
    });
    return opened;
  }
  throw new RollproofError(
    'environment-not-ready',
    `no environment of isolation level ${request.atLeast} or stronger can be made here`,
    {
      hint: reasons.length > 0 ? reasons.join('; ') : 'The stronger levels were not to be tried.',
      details: { atLeast: request.atLeast, reasons },
    },
  );
}

async function startGate({ request, folder, lease, listener, made }: Building, place: Workplace): Promise<Launched> {
  const log = await open(join(folder, 'logs', `${GATE}.log`), 'a', 0o600);
  try {
    return await launch({
      settings: place.settings,
      // Not tied to our death: it is who ends everybody else when we die.
      enter: place.namespace.enter('root', false),
      name: GATE,
      argv: gateArgv({
        marker: place.marker,
        namespace: place.namespace.name ?? null,
        folder,
        reserved: listener.targets.map((target) => Number(target.split(':')[1])),
      }),
      cwd: lease.current.socketFolder,
      env: environmentOf(place, { env: {} }),
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: log.fd,
      beforeStart: ({ pid, startTime }) =>
        plan(request, made, { kind: 'process', name: GATE, facts: { environment: request.id, pid, startTime } }),
    });
  } finally {
    await log.close();
  }
}
