import { inject } from 'vitest';

/** About 3 000 rows and a dozen documents: enough for every fault, small enough to be copied for each test. */
export const EXAMPLE_SCALE = 0.05;

export interface PreparedExample {
  /** Holds rollproof.yaml, the releases and Friday's backup; tests write their variants of the plan beside it. */
  readonly folder: string;
  /** Empty clusters and links that drills may share. */
  readonly cache: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly example: PreparedExample;
  }
}

export function preparedExample(): PreparedExample {
  return inject('example');
}
