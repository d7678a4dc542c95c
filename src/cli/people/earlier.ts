import { type AttendedDrill, attendanceIn } from '../../people/roster/attendance.ts';
import type { DrillRecord, RosterRecord } from '../../proof/record.ts';
import { listDrills } from '../records.ts';
import type { StateFolder } from '../state.ts';

/** A projection of the records in the state folder: nothing is kept beside them. */
export async function earlierAttendance(state: StateFolder): Promise<RosterRecord['earlier']> {
  const { results } = await listDrills(state);
  return attendanceOf(results.map(({ record }) => record));
}

export function attendanceOf(records: readonly DrillRecord[]): RosterRecord['earlier'] {
  return attendanceIn(records.flatMap(attendedIn)).map(({ person, drills }) => ({
    person,
    drills: drills.map((one) => ({ ...one, roles: [...one.roles] })),
  }));
}

function attendedIn({ drill, plan, scenario, roster, decision }: DrillRecord): readonly AttendedDrill[] {
  if (roster === null) return [];
  return [
    {
      drill: drill.id,
      plan: plan.name,
      scenario: scenario.name,
      at: drill.startedAt,
      roster,
      decidedBy: decision?.how === 'person' ? decision.by : null,
    },
  ];
}
