import type { Presence } from '../../../fault/presence.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import type { FaultKind, Injected } from './fault-kinds.ts';
import { storeFault } from './store-faults.ts';

/** GF-05: shown by the readings, and where the program runs by what it tells a stranger, before and after. */
export const permissionsWide: FaultKind = {
  takeEffect: async (context, fault) => {
    const asked = await askAsStranger(context.world, fault.in ?? '');
    const shut = asked.filter(({ status }) => status >= 400).map(({ path }) => path);
    context.world.seenBefore.set(fault.id, shut);
    return storeFault.takeEffect(context, fault);
  },
  show,
};

async function show(context: Context, injected: Injected): Promise<Presence> {
  const { world } = context;
  const { shown, evidence } = await storeFault.show(context, injected);
  const shut = world.seenBefore.get(injected.fault.id) ?? [];
  if (shut.length === 0) return { shown, evidence: `${evidence}; no running program was asked without a login` };
  const asked = await askAsStranger(world, injected.truth.store);
  const open = asked.filter(({ path, status }) => shut.includes(path) && status >= 200 && status < 300);
  const seen = open.length === 0 ? 'nothing more than before' : open.map(({ path }) => path).join(', ');
  return { shown, evidence: `${evidence}; a stranger now sees ${seen}` };
}

interface Asked {
  readonly path: string;
  /** 0: no answer, which is neither open nor shut. */
  readonly status: number;
}

const PROBE_MS = 10_000;

/** Of every running program whose users are listed in the store. */
async function askAsStranger(world: World, store: string): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const { list, login, anonymous } of Object.values(world.plan.users)) {
    if (list.in !== store || world.services.get(login.in)?.status().running !== true) continue;
    const client = world.ports.httpClient(world.socketOf(login.in));
    for (const path of anonymous) {
      const status = await client.send({ method: 'GET', path, timeoutMs: PROBE_MS }).then(
        (answer) => answer.status,
        () => 0,
      );
      asked.push({ path, status });
    }
  }
  return asked;
}
