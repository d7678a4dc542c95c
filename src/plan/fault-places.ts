/** Keys of a fault that say where it sits. */
export type PlaceKey = 'in' | 'flow' | 'table' | 'column';

export interface FaultPlace {
  /** For messages: a fault of … */
  readonly of: string;
  readonly needs: readonly PlaceKey[];
  readonly forbids: readonly PlaceKey[];
  /** It sits on the running step at which the go-live is broken off, not on what the step leaves behind. */
  readonly onRunningStep?: true;
}

const OF_FAMILY: Readonly<Record<string, FaultPlace>> = {
  DC: { of: 'data', needs: ['in'], forbids: ['flow'] },
  IF: { of: 'a flow', needs: ['flow'], forbids: ['in'] },
};

/** Failures of a go-live that a scenario can name: each sits somewhere else. */
const OF_GO_LIVE: Readonly<Record<string, FaultPlace>> = {
  'GF-01': { of: 'a running step', needs: [], forbids: ['in', 'flow', 'table', 'column'], onRunningStep: true },
  'GF-03': { of: 'accounts', needs: ['in', 'table', 'column'], forbids: ['flow'] },
  'GF-05': { of: 'permissions', needs: ['in', 'table', 'column'], forbids: ['flow'] },
  'GF-08': { of: 'an extract', needs: ['in', 'table', 'column'], forbids: ['flow'] },
  'GF-09': { of: 'the account of a program', needs: ['in'], forbids: ['flow', 'table', 'column'] },
};

/** Undefined for what a scenario cannot name. */
export function faultPlaceOf(id: string): FaultPlace | undefined {
  return OF_GO_LIVE[id] ?? OF_FAMILY[id.slice(0, 2)];
}
