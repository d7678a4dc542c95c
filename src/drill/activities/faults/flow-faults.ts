import { findCatalogueEntry } from '../../../catalogue/catalogue.ts';
import { parseRate, type Truth, truthWithoutRows } from '../../../fault/injector.ts';
import { type FlowFault, type FlowFaultId, FLOW_FAULT_IDS, flowFaultOf } from '../../../flow/flow-fault.ts';
import { type FaultShown, showFlowFault } from '../../../flow/show-flow-fault.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import type { PlannedFault } from '../../../plan/schema.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import type { FaultKind } from './fault-kinds.ts';
import { bothOn, type DamageRequest, type FlowDamage, lostWatermark } from './flow-damage.ts';
import { sendCanary } from '../flows/flows.ts';
import { halfCommit, zombie } from './principal-damage.ts';

/** Faults that no proxy can make. */
const BESIDE_THE_PROXY: Readonly<Record<string, (request: DamageRequest) => Promise<FlowDamage>>> = {
  'IF-16': bothOn,
  'IF-17': zombie,
  'IF-18': halfCommit,
  'IF-19': lostWatermark,
};

/** Can a fault with this catalogue id be made on a flow? */
export function isFlowFault(id: string): boolean {
  return Object.hasOwn(BESIDE_THE_PROXY, id) || FLOW_FAULT_IDS.some((one) => one === id);
}

/** IF-…: most sit on the flow's own proxy. */
export const flowFault: FaultKind = {
  takeEffect: injectIntoFlow,
  show: (context, { fault }) => showInFlow(context, fault),
};

async function injectIntoFlow(context: Context, fault: PlannedFault): Promise<Truth | null> {
  const { world } = context;
  const flow = fault.flow ?? '';
  const damage = BESIDE_THE_PROXY[fault.id] ?? atProxy;
  const { where, description, show } = await damage({ context, fault, name: flow, flow: world.flow(flow) });
  if (show !== null) world.flowTraces.faults.set(fault, show);
  await context.note('injection', {
    fault: fault.id,
    name: nameOf(fault),
    store: flow,
    where,
    seed: fault.seed,
    rows: 0,
    description,
    applicable: show !== null,
  });
  if (show === null) return null;
  return truthWithoutRows({ fault: fault.id, store: flow, seed: fault.seed, description });
}

async function showInFlow({ world }: Context, fault: PlannedFault): Promise<FaultShown> {
  const show = world.flowTraces.faults.get(fault);
  return show === undefined ? { shown: false, evidence: 'it was not injected' } : show();
}

function nameOf({ id }: PlannedFault): string {
  return findCatalogueEntry(id)?.name ?? id;
}

/** The fault sits on the flow's own proxy: whatever replaces the flow has another one and is not hit. */
async function atProxy({ context, fault, name }: DamageRequest): Promise<FlowDamage> {
  await proxiedFlow(context.world, name).proxy.inject(name, asProxied(fault));
  return {
    where: `the proxy of ${name}`,
    description: `${nameOf(fault)} on ${name}`,
    show: () => showAtProxy(context, fault),
  };
}

/** Our own probe, the same request through the proxy and past it; for faults of messages the flow's own canaries are sent. */
async function showAtProxy(context: Context, fault: PlannedFault): Promise<FaultShown> {
  const { world } = context;
  const flow = fault.flow ?? '';
  const { proxy, directSocket, throughSocket } = proxiedFlow(world, flow);
  const { to } = world.flow(flow);
  const system = world.plan.systems[to];
  const path = system?.kind === 'endpoint' || system?.kind === 'service' ? system.ready.http : '/';
  const show = {
    fault: asProxied(fault),
    flow,
    proxy,
    clock: world.ports.clock,
    through: world.ports.httpClient(throughSocket),
    direct: world.ports.httpClient(directSocket),
    request: { method: 'GET', path, timeoutMs: PROBE_TIMEOUT_MS } as const,
  };
  for (let sent = 0; ; sent += 1) {
    const shown = await showFlowFault(show);
    if (shown.shown || sent >= MOST_CANARIES || world.flow(flow).canary === undefined) return shown;
    // Whether it arrives is the fault's affair; that it was sent is what the proxy's log must show.
    await sendCanary(context, flow);
  }
}

const PROBE_TIMEOUT_MS = 15_000;
const MOST_CANARIES = 5;

function asProxied(fault: PlannedFault): FlowFault {
  const id = FLOW_FAULT_IDS.find((one): one is FlowFaultId => one === fault.id);
  if (id === undefined) throw new RollproofError('plan-invalid', `${fault.id} is not a fault of a flow's proxy`);
  return flowFaultOf(id, { seed: fault.seed, rate: fault.rate === undefined ? undefined : parseRate(fault.rate) });
}

function proxiedFlow(world: World, flow: string): NonNullable<ReturnType<World['proxied']>> {
  const proxied = world.proxied(flow);
  if (proxied === null)
    throw new RollproofError(
      'plan-invalid',
      `${flow} has no proxy: it leads to ${world.flow(flow).to}, which is no program`,
    );
  return proxied;
}
