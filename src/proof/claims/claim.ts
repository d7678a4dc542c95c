import type { Claim, ClaimState } from '../record.ts';

/** What one judge says; the claim's name and whether it is required come from the scenario. */
export interface JudgedClaim {
  readonly state: ClaimState;
  readonly sentence: string;
  readonly because: readonly string[];
  readonly parts?: Claim['parts'];
  /** Milliseconds since the first event from which on nothing could change it any more. Left out: the end of the drill. */
  readonly settledAtMs?: number;
}

/** Failed beats inconclusive beats not examined beats proven; nothing at all is not examined. */
export function worst(states: readonly ClaimState[]): ClaimState {
  for (const state of ['failed', 'inconclusive', 'not-examined'] as const) if (states.includes(state)) return state;
  return states.length === 0 ? 'not-examined' : 'proven';
}
