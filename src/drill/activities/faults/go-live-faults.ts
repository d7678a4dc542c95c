import { accountsRevoked } from './accounts-revoked.ts';
import type { FaultKind } from './fault-kinds.ts';
import { permissionsWide } from './permissions-wide.ts';
import { slowStep } from './slow-step.ts';
import { storeFault } from './store-faults.ts';

/** GF-…: each fails in its own way, so each has an entry of its own. */
export const GO_LIVE_FAULTS: Readonly<Record<string, FaultKind>> = {
  'GF-01': slowStep,
  'GF-03': accountsRevoked,
  'GF-05': permissionsWide,
  'GF-08': storeFault,
  'GF-09': storeFault,
};
