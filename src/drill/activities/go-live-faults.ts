import type { FaultKind } from './fault-kinds.ts';

/** GF-…: each fails in its own way, so each has an entry of its own. */
export const GO_LIVE_FAULTS: Readonly<Record<string, FaultKind>> = {};
