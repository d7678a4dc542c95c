/** Keys of a fault that say where it sits. */
export type PlaceKey = 'in' | 'flow' | 'table' | 'column';

export interface FaultPlace {
  /** For messages: a fault of … */
  readonly of: string;
  readonly needs: readonly PlaceKey[];
  readonly forbids: readonly PlaceKey[];
}

const OF_FAMILY: Readonly<Record<string, FaultPlace>> = {
  DC: { of: 'data', needs: ['in'], forbids: ['flow'] },
  IF: { of: 'a flow', needs: ['flow'], forbids: ['in'] },
};

/** Failures of a go-live that a scenario can name: each sits somewhere else. */
const OF_GO_LIVE: Readonly<Record<string, FaultPlace>> = {};

/** Undefined for what a scenario cannot name. */
export function faultPlaceOf(id: string): FaultPlace | undefined {
  return OF_GO_LIVE[id] ?? OF_FAMILY[id.slice(0, 2)];
}
