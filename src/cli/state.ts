import { RollproofError } from '../kernel/errors.ts';
import { join, resolve } from 'node:path';

/** The one folder that everything of ours is in, besides the short socket folder. */
export interface StateFolder {
  readonly path: string;
  readonly journal: string;
  /** Row values, sealed truths: 0700, until `clean`. */
  privateOf(drill: string): string;
  resultsOf(drill: string): string;
  readonly drills: string;
  readonly trials: string;
  readonly tabletops: string;
  readonly demo: string;
  /** What was keyed in from paper; nothing of ours ever removes it. */
  nightLogOf(plan: string): string;
  /** What people decided about findings; nothing of ours ever removes it. */
  findingLogOf(plan: string): string;
}

export function stateFolder(path: string): StateFolder {
  const root = resolve(path);
  return {
    path: root,
    journal: join(root, 'journal.sqlite'),
    privateOf: (drill) => join(root, 'private', drill),
    resultsOf: (drill) => join(root, 'drills', drill),
    drills: join(root, 'drills'),
    trials: join(root, 'trials'),
    tabletops: join(root, 'tabletops'),
    demo: join(root, 'demo'),
    nightLogOf: (plan) => join(root, 'night-log', plan),
    findingLogOf: (plan) => join(root, 'findings', plan),
  };
}

/** `--state`, ROLLPROOF_STATE, else `.rollproof` in the current folder. */
export function chosenState(option: string | undefined): StateFolder {
  const state = stateFolder(option ?? process.env['ROLLPROOF_STATE'] ?? '.rollproof');
  // Trap: Node's recursive mkdir never returns below /proc, where no folder can be made.
  if (/^\/(proc|sys)(\/|$)/.test(state.path)) {
    throw new RollproofError('usage-invalid', `nothing can be kept below ${state.path}`, {
      hint: 'Name a folder on a disk with --state.',
    });
  }
  return state;
}
