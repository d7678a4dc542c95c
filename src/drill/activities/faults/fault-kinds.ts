import type { Truth } from '../../../fault/injector.ts';
import type { Presence } from '../../../fault/presence.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import type { PlannedFault } from '../../../plan/schema.ts';
import type { Context } from '../context.ts';
import { flowFault } from './flow-faults.ts';
import { GO_LIVE_FAULTS } from './go-live-faults.ts';
import { storeFault } from './store-faults.ts';

/** How one kind of fault is put into the systems, and how it is shown to be there. */
export interface FaultKind {
  /** Notes the injection; null where the fault has no place, which is noted as well. */
  takeEffect(context: Context, fault: PlannedFault): Promise<Truth | null>;
  /** Law 2: a look of our own, after the truth is sealed. */
  show(context: Context, injected: Injected): Promise<Presence>;
}

export interface Injected {
  readonly fault: PlannedFault;
  readonly truth: Truth;
}

const OF_FAMILY: Readonly<Record<string, FaultKind>> = { DC: storeFault, IF: flowFault };

export function faultKindOf(id: string): FaultKind {
  const kind = GO_LIVE_FAULTS[id] ?? OF_FAMILY[id.slice(0, 2)];
  if (kind === undefined) throw new RollproofError('plan-invalid', `${id} cannot be injected`);
  return kind;
}
