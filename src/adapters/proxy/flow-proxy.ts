import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment, RunningProcess } from '../../environment/host.ts';
import { TCP_KINDS } from '../../flow/flow-fault.ts';
import type { FlowAddress, FlowProxy, FlowTarget, Traffic } from '../../flow/proxy.ts';
import type { Clock } from '../../kernel/clock.ts';
import { invariant, RollproofError } from '../../kernel/errors.ts';
import { type ControlLine, openControlLine } from './control-line.ts';
import { type RoundWatch, watchRound } from './round-watch.ts';

export interface FlowProxyParts {
  readonly environment: Environment;
  readonly clock: Clock;
}

const NAME = 'flow-proxy';
const READY_WITHIN_MS = 20_000;
const STOP_GRACE_MS = 2_000;
const REASON_WITHIN_MS = 5_000;
const FLOW_NAME = /^[a-z0-9][a-z0-9._-]{0,30}$/;
/** One source address per flow. */
const MAX_FLOWS = 250;

interface Flow {
  readonly target: FlowTarget;
  readonly watch: RoundWatch;
}

interface Running {
  readonly process: RunningProcess;
  readonly line: ControlLine;
}

/** The proxy's process starts with the first flow. */
export function createFlowProxy(parts: FlowProxyParts): FlowProxy {
  const flows = new Map<string, Flow>();
  let started: Promise<Running> | undefined;
  const running = (): Promise<Running> => {
    started ??= start(parts);
    return started;
  };
  const find = (name: string): Flow => {
    const flow = flows.get(name);
    invariant(flow !== undefined, `there is no flow ${name} at the fault proxy`);
    return flow;
  };
  return {
    listen: async (name, target) => {
      invariant(FLOW_NAME.test(name), `${JSON.stringify(name)} cannot be the name of a flow`);
      invariant(!flows.has(name), `the flow ${name} has its proxy already`);
      invariant(flows.size < MAX_FLOWS, `more than ${MAX_FLOWS} flows`);
      const { process, line } = await running();
      const watch = watchRound({ ...parts, inside: process.pid, port: target.port });
      flows.set(name, { target, watch });
      return listen({ parts, line, name, target, number: flows.size });
    },
    inject: async (name, fault) => {
      const { target } = find(name);
      if (target.speaks === 'tcp' && !TCP_KINDS.includes(fault.kind))
        throw new RollproofError('plan-invalid', `${fault.id} needs a flow that speaks http, ${name} speaks tcp`);
      await (await running()).line.ask({ do: 'inject', flow: name, fault });
    },
    heal: async (name) => {
      find(name);
      await (await running()).line.ask({ do: 'heal', flow: name });
    },
    traffic: async (name, sinceSeq = 0) => {
      find(name);
      return demand(await (await running()).line.ask({ do: 'traffic', flow: name, since: sinceSeq }));
    },
    wentRound: async (name) => find(name).watch.seen(),
    close: async () => {
      for (const { watch } of flows.values()) watch.stop();
      const { process, line } = (await started?.catch(() => undefined)) ?? {};
      line?.close();
      await process?.stop(STOP_GRACE_MS);
    },
  };
}

function demand(traffic: Traffic | null): Traffic {
  invariant(traffic !== null, 'the fault proxy answered without figures');
  return traffic;
}

async function start({ environment, clock }: FlowProxyParts): Promise<Running> {
  const socket = join(environment.socketFolder, `${NAME}.sock`);
  const child = await environment.start({
    name: NAME,
    argv: [process.execPath, programFile(), socket],
    cwd: environment.folder,
    env: {},
  });
  let hasEnded = false;
  const end = child.ended.then(
    ({ signal, exitCode }) => {
      hasEnded = true;
      return ` (${signal ?? `exit code ${exitCode}`})`;
    },
    () => '', // its end could not be written down; the line tells that it is gone
  );
  // The line may be cut a moment before the process is known to have ended.
  const why = (): Promise<string> => Promise.race([end, clock.wait(REASON_WITHIN_MS).then(() => '')]);
  const deadline = clock.monotonicMs() + READY_WITHIN_MS;
  while (!hasEnded && clock.monotonicMs() < deadline) {
    const line = await openControlLine(socket, why);
    if (line !== undefined) return { process: child, line };
    await clock.wait(10);
  }
  await child.stop(0);
  throw new RollproofError('environment-not-ready', `the fault proxy did not start${await why()}`, {
    hint: `Look into ${child.logFile}.`,
  });
}

/** In the bundle it lies beside this file as a program of its own. */
function programFile(): string {
  const name = import.meta.url.endsWith('.ts') ? './program.ts' : './proxy.js';
  return fileURLToPath(new URL(name, import.meta.url));
}

async function listen(request: {
  readonly parts: FlowProxyParts;
  readonly line: ControlLine;
  readonly name: string;
  readonly target: FlowTarget;
  readonly number: number;
}): Promise<FlowAddress> {
  const { parts, line, name, target, number } = request;
  const port = await parts.environment.freePort();
  const directSocket = join(parts.environment.socketFolder, `${name}.direct.sock`);
  await line.ask({
    do: 'listen',
    flow: name,
    port,
    target: target.port,
    speaks: target.speaks,
    source: `127.77.0.${number}`,
    directSource: `127.77.1.${number}`,
    directSocket,
  });
  return { port, directSocket };
}
