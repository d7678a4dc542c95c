import { compareManifests } from '../../subject/compare.ts';
import type { Store } from '../../subject/store.ts';
import type { World } from '../world.ts';
import type { Context } from './context.ts';
import type { Reference } from './reference.ts';

/** The earlier state, restored beside from what holds it, and believed only where it equals the reading of it. */
export async function witnessOf(
  context: Context,
  storeName: string,
  { label, manifest, sources }: Reference,
): Promise<Store | null> {
  const { world } = context;
  const key = `${storeName}-${label}`;
  const known = world.twins.get('witness')?.get(key);
  if (known !== undefined || world.withoutWitness.has(key)) return known ?? null;
  const system = world.plan.systems[storeName];
  if (sources === null || system === undefined) return null;
  const name = label === 'baseline' ? `${storeName}-witness` : `${storeName}-older`;
  const witness = await world.ports.makeStore({ name, system, environment: world.environment });
  for (const source of sources) {
    if ((await witness.obstacleTo(source)) !== null) continue;
    await witness.restore(source, 'empty', context.signal);
    const trusted = compareManifests(manifest, await witness.read({ like: manifest })).parts.length === 0;
    if (!trusted) {
      world.withoutWitness.add(key);
      await witness.release();
      return null;
    }
    world.twins.set('witness', new Map([...(world.twins.get('witness') ?? []), [key, witness]]));
    return witness;
  }
  return null;
}

export async function releaseWitnesses(world: World): Promise<void> {
  for (const witness of world.twins.get('witness')?.values() ?? []) await witness.release();
  world.twins.delete('witness');
}
