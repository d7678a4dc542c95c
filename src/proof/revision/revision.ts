import type { PlanChange } from '../../plan/revision/change.ts';
import type { Plan } from '../../plan/schema.ts';
import type { DrillRecord } from '../record.ts';

/** What the plan should say from now on. */
export interface RevisionLesson {
  readonly statement: string;
  /** Null: a lesson that no line of the plan can take up. */
  readonly change: PlanChange | null;
}

/** The plan changed since the drill at a place that would be revised. */
export interface StalePlace {
  readonly procedure: string;
  readonly step: string;
  readonly why: string;
}

export interface Revision {
  readonly lessons: readonly RevisionLesson[];
  readonly stale: readonly StalePlace[];
}

export interface RevisionInput {
  /** As its file stands now. */
  readonly plan: Plan;
  /** Digests of its parts, named as in records. */
  readonly parts: Readonly<Record<string, string>>;
  /** The drill whose lessons are asked for. */
  readonly drill: DrillRecord;
  /** All drills of this plan, that one among them. */
  readonly records: readonly DrillRecord[];
}

export function isSamePart(input: RevisionInput, part: string): boolean {
  return input.drill.plan.parts[part] === input.parts[part];
}
