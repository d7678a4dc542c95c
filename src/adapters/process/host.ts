import { join } from 'node:path';
import type { Entry, EnvironmentSummary, Host, HostProbe, IsolationLevel, Reaped } from '../../environment/host.ts';
import type { Clock } from '../../kernel/clock.ts';
import { RollproofError } from '../../kernel/errors.ts';
import { launcherArgv } from './launcher.ts';
import { environmentsFolder, hasLiveOwner, hasRunOut, type LeasedFolder, listLeases, removeUnborn } from './lease.ts';
import { findProcesses } from './membership.ts';
import { LEVELS, namespaceOf, openNamespace } from './namespace.ts';
import { openOutwardListener } from './outward-listener.ts';
import { isAlive } from './proc.ts';
import { provision } from './provision.ts';
import { membershipOf, removeEnvironment } from './removal.ts';
import { environmentOf } from './running-process.ts';
import { locateTools } from './tools.ts';

export interface ProcessHostOptions {
  readonly stateFolder: string;
  readonly clock: Clock;
  /** Levels that may be tried, strongest first. Default all. */
  readonly levels?: readonly IsolationLevel[];
}

/** Environments made of processes of this machine, in a network namespace of their own where the system allows it. */
export function createProcessHost(options: ProcessHostOptions): Host {
  const { stateFolder, clock } = options;
  const levels = options.levels ?? LEVELS;
  const owned = new Set<string>();
  return {
    kind: 'process',
    probe: () => probe(levels),
    provision: (request) => provision({ stateFolder, clock, levels, owned }, request),
    reap: async () => {
      const reaped: Reaped[] = [];
      for (const leased of await listLeases(stateFolder)) {
        if (!owned.has(leased.lease.id) && isAbandoned(leased, clock))
          reaped.push(await removeEnvironment({ ...leased, clock }));
      }
      await removeUnborn(stateFolder, clock.wallMs());
      return reaped;
    },
    list: async () => (await listLeases(stateFolder)).map(summarize),
    remove: async (id) => removeEnvironment({ ...(await find(stateFolder, id)), clock }),
    enter: async (id, argv) => enter(await find(stateFolder, id), argv),
  };
}

async function probe(levels: readonly IsolationLevel[]): Promise<HostProbe> {
  const tools = locateTools();
  const reasons: string[] = [];
  for (const level of levels) {
    const opened = await openNamespace({ tools, level, marker: 'probe', diesWithUs: true });
    if (typeof opened !== 'string') {
      opened.close();
      return { level, reasons };
    }
    reasons.push(`${level}: ${opened}`);
  }
  throw new RollproofError('environment-not-ready', `no environment can be made here: ${reasons.join('; ')}`);
}

/** A kept environment outlives its owner, but nothing outlives its lease. */
function isAbandoned({ lease }: LeasedFolder, clock: Clock): boolean {
  return hasRunOut(lease, clock.wallMs()) || (!lease.held && !hasLiveOwner(lease));
}

function summarize({ folder, lease }: LeasedFolder): EnvironmentSummary {
  const membership = membershipOf({ folder, lease });
  return {
    id: lease.id,
    folder,
    owner: { pid: lease.owner.pid, alive: hasLiveOwner(lease) },
    leaseUntil: lease.leaseUntil,
    held: lease.held,
    processes: membership === undefined ? 0 : findProcesses(membership).length,
  };
}

async function find(stateFolder: string, id: string): Promise<LeasedFolder> {
  const found = (await listLeases(stateFolder)).find((leased) => leased.lease.id === id);
  if (found === undefined) {
    throw new RollproofError(
      'usage-invalid',
      `there is no environment ${id} under ${environmentsFolder(stateFolder)}`,
      {
        hint: 'rollproof env list shows those that exist.',
      },
    );
  }
  return found;
}

async function enter({ folder, lease }: LeasedFolder, argv: readonly [string, ...string[]]): Promise<Entry> {
  const { level, account } = lease;
  const isUp = level === 'none' || (lease.holder !== null && isAlive(lease.holder));
  if (level === null || account === null || !isUp) {
    throw new RollproofError('environment-not-ready', `environment ${lease.id} is not up any more`, {
      hint: 'rollproof clean removes it.',
    });
  }
  const tools = locateTools();
  const listener = await openOutwardListener();
  const env = environmentOf({ marker: lease.marker, folder }, { env: { TERM: process.env['TERM'] ?? 'dumb' } });
  const launcher = launcherArgv(
    {
      tools,
      scriptFile: join(folder, 'launcher.bash'),
      logFile: join(folder, 'isolation.log'),
      namespace: lease.namespace ?? undefined,
      nonce: listener.nonce,
      targets: listener.targets,
      diesWithUs: false,
    },
    { name: 'visitor', channel: 'now', argv, cwd: folder, variables: [...Object.keys(env), 'PWD', 'SHLVL', '_'] },
  );
  const inside = namespaceOf({
    tools,
    level,
    account,
    holder: lease.holder ?? undefined,
    hasOwnMounts: lease.hasOwnMounts,
  });
  const [program = '', ...rest] = [...inside.enter('account', false), ...launcher];
  return { argv: [program, ...rest], cwd: folder, env, close: () => listener.close() };
}
