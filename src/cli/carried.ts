import { readFindingLog } from '../adapters/finding-log/finding-log-folder.ts';
import type { Clock } from '../kernel/clock.ts';
import { carryFindings } from '../proof/carried/carry.ts';
import type { CarriedFinding, DrillRecord } from '../proof/record.ts';
import { drillsOfPlan, type UnreadableRecord } from './records.ts';
import type { StateFolder } from './state.ts';

export interface CarriedRead {
  readonly carried: readonly CarriedFinding[];
  /** Entries of the log that cannot be trusted. */
  readonly troubles: readonly string[];
  readonly unreadable: readonly UnreadableRecord[];
}

interface Asked {
  readonly plan: string;
  readonly clock: Clock;
  /** A drill that has ended and whose record is not yet in the state folder. */
  readonly justEnded?: DrillRecord;
}

/** The findings of all drills of a plan, with what people decided about them. */
export async function carriedOf(state: StateFolder, { plan, clock, justEnded }: Asked): Promise<CarriedRead> {
  const [{ results, unreadable }, { entries, troubles }] = await Promise.all([
    drillsOfPlan(state, plan),
    readFindingLog(state.findingLogOf(plan)),
  ]);
  const records = [...results.map(({ record }) => record), ...(justEnded === undefined ? [] : [justEnded])];
  const today = new Date(clock.wallMs()).toISOString().slice(0, 10);
  return { carried: carryFindings({ records, entries, today }), troubles, unreadable };
}
