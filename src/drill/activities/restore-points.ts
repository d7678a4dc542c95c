import { RollproofError } from '../../kernel/errors.ts';
import type { PostgresSystem } from '../../plan/schema.ts';
import type { RestorePointSource } from '../../subject/restore-point.ts';
import type { World } from '../world.ts';

export type PlannedSource = NonNullable<PostgresSystem['restorePoints']>[string][number];

/** Restore points that the plan names for a store, by name. */
export function plannedPoints(world: World, store: string): Readonly<Record<string, readonly PlannedSource[]>> {
  const system = world.plan.systems[store];
  return system?.kind === 'postgres' || system?.kind === 'directory' ? (system.restorePoints ?? {}) : {};
}

/** The restore point that the environment is built from: the scenario's, else the first of the store. */
export function startPointName(world: World, store: string): string | undefined {
  return world.request.scenario.restorePoint ?? Object.keys(plannedPoints(world, store))[0];
}

/** Its forms: of the drill's own backup, else as the plan names them. */
export function sourcesOf(world: World, store: string, point: string): readonly RestorePointSource[] {
  const own = world.backups.get(point)?.get(store);
  if (own !== undefined) return own;
  const planned = plannedPoints(world, store)[point];
  if (planned === undefined)
    throw new RollproofError('restore-point-bad', `there is no restore point ${point} of ${store}`);
  return planned.map((source) => ({ format: source.format, ...resolvePaths(world, source) }));
}

export function resolvePaths(
  world: World,
  source: { readonly path: string; readonly wal?: string | undefined; readonly globals?: string | undefined },
): Omit<RestorePointSource, 'format'> {
  const { resolve } = world.ports;
  return {
    path: resolve(source.path),
    ...(source.wal === undefined ? {} : { wal: resolve(source.wal) }),
    ...(source.globals === undefined ? {} : { globals: resolve(source.globals) }),
  };
}
