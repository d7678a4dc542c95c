import type { FlowProxy } from '../../../flow/proxy.ts';
import type { World } from '../../world.ts';

/** A flow gets only its proxy's address. Those that lead to a directory have nothing to stand between. */
export async function makeProxies(world: World): Promise<void> {
  const { environment } = world;
  const flows = Object.entries(world.plan.flows);
  if (flows.length === 0) return;
  world.nowhere = `http://127.0.0.1:${(await environment.route('nowhere')).port}`;
  const proxy = world.ports.makeFlowProxy(environment);
  for (const [name, { to }] of flows) {
    const program = world.endpoints.get(to) ?? world.services.get(to);
    if (program === undefined) continue;
    const address = await proxy.listen(name, { port: program.port, speaks: 'http' });
    const throughSocket = await environment.expose(`flow-${name}`, address.port);
    world.proxies.set(name, { ...address, proxy, throughSocket });
  }
  await hideTargets(world, proxy);
}

/**
 * Whatever else programs have to say to the target of a flow takes a lane of its own, without faults. So nobody knows the
 * target's port, and who connects to it all the same went round the flow's proxy.
 */
async function hideTargets(world: World, proxy: FlowProxy): Promise<void> {
  for (const to of new Set([...world.proxies.keys()].map((flow) => world.flow(flow).to))) {
    const lane = `itself.${world.flowTraces.itself.size + 1}`;
    const { port } = await proxy.listen(lane, { port: world.program(to).port, speaks: 'http' });
    world.flowTraces.itself.set(to, { lane, port });
  }
}
