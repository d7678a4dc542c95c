import { fallbackOf } from '../../plan/fallback.ts';
import type { RestorePointSource } from '../../subject/restore-point.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { Manifest } from '../../subject/manifest.ts';
import { equalsOf, targetStates } from '../compose/scope.ts';
import type { World } from '../world.ts';
import { sourcesOf, startPointName } from './restore-points.ts';

/** What a store must equal after the way back. */
export interface Reference {
  readonly label: 'baseline' | 'restored';
  readonly manifest: Manifest;
  /** In words, for the record. */
  readonly called: string;
  /** From where its rows can be had again; null where nothing holds them. */
  readonly sources: readonly RestorePointSource[] | null;
}

/**
 * The sealed baseline: only a fallback may lead further back, to the restore point that the drill began with, as it was
 * read at the start.
 */
export function referenceOf(world: World, store: string): Reference {
  const point = equalsOf(world.targetState().systems[store]);
  const older = olderPointOf(world, store);
  if (older === null) {
    const sources = [...world.backups.values()].map((stores) => stores.get(store)).findLast((one) => one !== undefined);
    const called = point === undefined ? 'baseline' : `baseline (${point})`;
    return { label: 'baseline', manifest: world.reading(store, 'baseline'), called, sources: sources ?? null };
  }
  if (older !== startPointName(world, store))
    throw new RollproofError('could-not-read', `the drill never read what ${older} of ${store} holds`, {
      hint: `Let the scenario begin with it: restorePoint: ${older}.`,
    });
  const manifest = world.reading(store, 'restored');
  return { label: 'restored', manifest, called: `restore point ${older}`, sources: sourcesOf(world, store, older) };
}

/** The restore point from before the go-live that the fallback under way leads to; null where it is the sealed baseline. */
export function olderPointOf(world: World, store: string): string | null {
  if (world.wayBack === world.request.scenario.rollback) return null;
  return olderPoint(world, equalsOf(world.targetState().systems[store]));
}

/** Its first reading is kept for a fallback that may lead there. */
export function mayGoFurtherBack(world: World, store: string): boolean {
  if (fallbackOf(world.plan, world.request.scenario.rollback) === null) return false;
  return targetStates(world.request).some(({ systems }) => olderPoint(world, equalsOf(systems[store])) !== null);
}

function olderPoint({ plan }: World, point: string | undefined): string | null {
  const steps = Object.values(plan.procedures).flatMap((procedure) => procedure.steps);
  const isMadeByDrill = steps.some((step) => step.backup !== undefined && step.id === point);
  return point === undefined || isMadeByDrill ? null : point;
}
