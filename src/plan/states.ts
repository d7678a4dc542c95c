import type { System, SystemState } from './schema.ts';

export type Since = 'baseline' | 'live' | 'stop';

/** Since when the store may be changed only by those who are declared; `untouched: true` means since the baseline. */
export function sinceOf(state: SystemState | undefined): Since | undefined {
  const untouched = typeof state === 'object' ? state.untouched : undefined;
  if (typeof untouched === 'object') return untouched.since;
  return untouched === true ? 'baseline' : undefined;
}

/** Does it come into being with the go-live? Then there is nothing to restore before it. */
export function beginsEmpty(system: System): boolean {
  return 'initial' in system && system.initial === 'empty';
}
