import { besideTheFlow, cameBack, deliveredAgain } from '../../../flow/passages.ts';
import type { Passage, WentRound } from '../../../flow/proxy.ts';
import type { NodeOutcome } from '../../../journal/journal.ts';
import type { ProxiedFlow, World } from '../../world.ts';
import { type Context, succeeded } from '../context.ts';

const MOST_NAMED = 20;
/** Of a command line: the rest may hold what is nobody's business. */
const WORDS_SHOWN = 2;

/** At t3: what a flow delivers from here on, it must not have delivered before. */
export async function markTraffic(world: World): Promise<void> {
  for (const [name, { proxy }] of world.proxies)
    world.flowTraces.trafficAt.set(name, (await proxy.traffic(name, Number.MAX_SAFE_INTEGER)).lastSeq);
}

/** When all is quiet: what every flow that the target state names carried in this drill, and what went round it. */
export async function lookAtTraffic(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  const passages = new Map<string, readonly Passage[]>();
  for (const [name, { proxy }] of world.proxies) passages.set(name, (await proxy.traffic(name)).passages);
  for (const [flow, wanted] of Object.entries(world.targetState().flows)) {
    const proxied = world.proxied(flow);
    const own = passages.get(flow);
    if (proxied === null || own === undefined) continue;
    const again = wanted === 'running' ? deliveredAgain(own, world.flowTraces.trafficAt.get(flow) ?? 0) : [];
    const echoed = [...new Set(opposite(world, flow).flatMap((other) => cameBack(passages.get(other) ?? [], own)))];
    await context.note('flow-traffic', {
      flow,
      again: again.slice(0, MOST_NAMED),
      againMessages: again.length,
      echoed: echoed.slice(0, MOST_NAMED),
      echoedMessages: echoed.length,
      round: [...(await wentRound(world, { flow, own, proxied }))].slice(0, MOST_NAMED),
    });
  }
  return succeeded('looked at');
}

/** Flows that lead from where this one leads to, back to where it comes from. */
function opposite(world: World, flow: string): readonly string[] {
  const { from, to } = world.flow(flow);
  return Object.entries(world.plan.flows).flatMap(([name, other]) =>
    other.from === to && other.to === from ? [name] : [],
  );
}

interface Carried {
  readonly flow: string;
  readonly own: readonly Passage[];
  readonly proxied: ProxiedFlow;
}

async function wentRound(world: World, { flow, own, proxied }: Carried): Promise<readonly string[]> {
  const { to } = world.flow(flow);
  const itself = world.flowTraces.itself.get(to);
  const beside = itself === undefined ? [] : (await proxied.proxy.traffic(itself.lane)).passages;
  return [
    ...strangers(await proxied.proxy.wentRound(flow), to),
    ...besideTheFlow(own, beside).map((kind) => `${kind} by the address of ${to} that is not the flow's`),
  ];
}

/** Who was gone before it could be named may have been the target's own command: nobody is blamed for that. */
function strangers({ byPrograms }: WentRound, to: string): readonly string[] {
  const who = byPrograms.map(({ process }) =>
    (process?.command ?? '')
      .split(/[\s\0]+/)
      .slice(0, WORDS_SHOWN)
      .join(' '),
  );
  return [...new Set(who)].map((one) => `${one} connected to ${to} past the proxy`);
}
