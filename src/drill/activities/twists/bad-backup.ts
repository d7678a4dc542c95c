import { findCatalogueEntry } from '../../../catalogue/catalogue.ts';
import type { PlannedTwist } from '../../../plan/schema.ts';
import type { RestorePointSource } from '../../../subject/restore-point.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import { sourcesOf } from '../restore-points.ts';
import type { ArmedTwist } from './twists.ts';

export interface ServedPoint {
  readonly twist: string;
  readonly where: string;
  /** What is wrong with it, in a few words. */
  readonly what: string;
  readonly sources: readonly RestorePointSource[];
}

/** The restore point that the rollback is going to use is damaged as a copy of ours, and from then on that is served. */
export async function armBadBackup({ world }: Context, twist: PlannedTwist): Promise<ArmedTwist> {
  const store = twist.in ?? '';
  const defect = twist.defect ?? '';
  const restoring = world.stepsBack().find((step) => step.restore?.includes(store) === true);
  const point = restoring?.from;
  if (point === undefined) return { where: store, armed: false, what: `no step of ${world.wayBack} restores ${store}` };
  const where = `restore point ${point} of ${store}`;
  const sources = sourcesOf(world, store, point);
  const used = await firstUsable(world, store, sources);
  const { environment } = world;
  const damaged =
    used === undefined ? null : await world.ports.damageBackup({ environment, source: used, defect, seed: twist.seed });
  if (damaged === null)
    return { where, armed: false, what: `${defect} has no place in ${used?.format ?? 'its forms'}` };
  const what = `${defect} ${findCatalogueEntry(defect)?.name ?? ''}: ${damaged.what}`;
  const served = sources.map((source) => (source === used ? damaged.source : source));
  world.twisted.served.set(keyOf(store, point), { twist: twist.id, where, what, sources: served });
  return { where, armed: true, what };
}

async function firstUsable(
  world: World,
  store: string,
  sources: readonly RestorePointSource[],
): Promise<RestorePointSource | undefined> {
  for (const source of sources) if ((await world.store(store).obstacleTo(source)) === null) return source;
  return undefined;
}

/** What a step finds under the name of a restore point; that it found a damaged one is written down. */
export async function servedSources(
  context: Context,
  wanted: { readonly store: string; readonly point: string; readonly step: string },
): Promise<readonly RestorePointSource[]> {
  const { world } = context;
  const { store, point, step } = wanted;
  const served = world.twisted.served.get(keyOf(store, point));
  if (served === undefined) return sourcesOf(world, store, point);
  const evidence = `${step} was served ${point} of ${store} with ${served.what}`;
  await context.note('twist-shown', { twist: served.twist, where: served.where, shown: true, evidence });
  return served.sources;
}

function keyOf(store: string, point: string): string {
  return `${store} ${point}`;
}
