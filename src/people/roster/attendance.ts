import { peopleOf, type Roster } from './roster.ts';

/** One drill as far as people are concerned. */
export interface AttendedDrill {
  readonly drill: string;
  readonly plan: string;
  readonly scenario: string;
  readonly at: string;
  readonly roster: Roster;
  /** The person who called the rollback; null where no person did. */
  readonly decidedBy: string | null;
}

export interface PersonalAttendance {
  readonly person: string;
  /** Oldest first. */
  readonly drills: readonly {
    readonly drill: string;
    readonly plan: string;
    readonly scenario: string;
    readonly at: string;
    readonly roles: readonly string[];
    readonly decided: boolean;
  }[];
}

/** Competence from attendance: only who was said to be there, or decided in person, took part. */
export function attendanceIn(drills: readonly AttendedDrill[]): readonly PersonalAttendance[] {
  const byPerson = new Map<string, PersonalAttendance['drills'][number][]>();
  for (const { roster, decidedBy, ...about } of drills) {
    for (const { name, presence, roles, standsInFor } of peopleOf(roster)) {
      if (presence !== 'present' && name !== decidedBy) continue;
      const acted = roster.roles.filter(({ actedBy }) => actedBy === name).map(({ role }) => role);
      const took = acted.length > 0 ? acted : [...roles, ...standsInFor];
      byPerson.set(name, [...(byPerson.get(name) ?? []), { ...about, roles: took, decided: name === decidedBy }]);
    }
  }
  return [...byPerson].map(([person, attended]) => ({ person, drills: attended }));
}
