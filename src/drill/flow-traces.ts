import type { FaultShown } from '../flow/show-flow-fault.ts';
import type { PlannedFault } from '../plan/schema.ts';
import type { ListedChanges } from './activities/flows/flow-changes.ts';

/** What a drill remembers of its flows from one activity to the next. */
export class FlowTraces {
  /** Where targets of flows are reached for everything but the flow. */
  readonly itself = new Map<string, { readonly lane: string; readonly port: number }>();
  /** How the presence of a fault is shown. */
  readonly faults = new Map<PlannedFault, () => Promise<FaultShown>>();
  /** What was planted and is to be ended with the drill. */
  readonly planted: (() => Promise<void>)[] = [];
  /** What ends when the flows are stopped: a sender that dies again and again dies no more. */
  readonly healedAtStop: (() => Promise<void>)[] = [];
  /** Last passages at t3. */
  readonly trafficAt = new Map<string, number>();
  /** What the stopped ones had changed. */
  readonly changes = new Map<string, ListedChanges>();
  /** What the stopped ones said of their own work when that was last looked at. */
  readonly marks = new Map<string, ReadonlyMap<string, string>>();
}
