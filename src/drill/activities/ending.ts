import type { Truth } from '../../fault/injector.ts';
import { remainingDamage } from '../../fault/remaining.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { Difference } from '../../subject/difference.ts';
import type { World } from '../world.ts';
import { type Context, succeeded } from './context.ts';
import { releaseWitnesses } from './witness.ts';

/** Everything is removed, then looked for again. May run after anything has failed. */
export async function release(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  if (!world.hasEnvironment) return succeeded('nothing was made');
  // First, also where the rest is kept: nobody shall look into a system that is still being damaged.
  for (const end of world.flowTraces.planted) await quietly(end);
  const isolation = await world.environment.isolation();
  await context.note('isolation', {
    level: isolation.level,
    outsideReached: isolation.outsideReached,
    attempts: isolation.attempts,
    escaped: isolation.escaped,
  });
  if (world.request.keep) return keepEverything(context);
  const proof = await releaseEverything(world);
  await context.note('leak', { leaked: proof.leaked });
  return proof.leaked.length === 0
    ? succeeded('nothing is left')
    : { kind: 'failed', detail: `left behind: ${proof.leaked.join(', ')}`, blame: 'rollproof' };
}

async function keepEverything(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  await releaseWitnesses(world);
  await world.inbox?.close();
  await world.environment.hold(world.request.leaseMs);
  const stores = Object.fromEntries(
    [...world.stores].map(([name, store]) => [name, { kind: store.kind, address: store.address() }]),
  );
  const sockets = Object.fromEntries(
    [...world.services.keys(), ...world.routes.keys()].map((name) => [name, world.socketOf(name)]),
  );
  await context.note('kept', { environment: world.environment.id, stores, sockets });
  return succeeded('kept under its lease');
}

export async function releaseEverything(world: World): Promise<{ readonly leaked: readonly string[] }> {
  const stores = [...[...world.twins.values()].flatMap((twins) => [...twins.values()]), ...world.stores.values()];
  // Programs first: one that loses its store under it may take its whole grace to end.
  const programs = [...world.services.values(), ...world.endpoints.values()];
  await Promise.all(programs.map((program) => quietly(() => program.dispose())));
  await quietly(() => closeProxies(world));
  await quietly(async () => world.inbox?.close());
  await Promise.all(stores.map((store) => quietly(() => store.release())));
  return world.environment.release();
}

/** One proxy serves all flows. */
async function closeProxies(world: World): Promise<void> {
  const [first] = world.proxies.values();
  await first?.proxy.close();
}

/** What cannot be ended in order is ended by the environment, which looks for every process that is left. */
async function quietly(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch {
    // The environment's own release comes after this and proves that nothing is left.
  }
}

/** The truth is opened here and nowhere else. */
export async function evaluate(context: Context, sealedDigest: string | null): Promise<NodeOutcome> {
  const { world } = context;
  if (sealedDigest === null) return succeeded('no truth was sealed');
  const early = await world.ports.vault.opened();
  const truths = await world.ports.vault.open('evaluate', sealedDigest as `sha256:${string}`);
  await context.note('truth-opened', { digest: sealedDigest, earlyOpenings: early.length });
  for (const [store, comparison] of world.finalDifferences) {
    const own = truths.filter((truth) => truth.store === store && !isTwist(world, truth));
    for (const [index, { fault, keys, complete, sentence }] of remainingDamage(own, comparison).entries()) {
      const kept = keys.filter((key) => isDamaged(own[index], comparison, key));
      await context.note('remaining', { fault, store, keys: kept, complete, sentence });
    }
  }
  return succeeded(`${truths.length} truths opened`);
}

/** It damages no store: what became of it is told by what met it. */
function isTwist({ request }: World, truth: Truth): boolean {
  return request.scenario.twists.some((twist) => twist.id === truth.fault);
}

/** A row that is different in other columns than those damaged has been healed, and was changed afterwards. */
function isDamaged(truth: Truth | undefined, { parts }: Difference, key: string): boolean {
  const change = parts.find((one) => one.part === truth?.part)?.changes.find((one) => one.key === key);
  if (truth === undefined || change === undefined || change.operation !== 'update') return true;
  if (truth.operation !== 'update' || truth.columns.length === 0 || change.columns.length === 0) return true;
  return change.columns.some((column) => truth.columns.includes(column));
}
