import { seededRandom } from '../kernel/random.ts';
import type { Plan, PlannedTwist, Scenario } from './schema.ts';

/** The role that is absent by this twist: named, or drawn by lot. Undefined where the plan has no team. */
export function absentRole(plan: Plan, { role, seed }: PlannedTwist): string | undefined {
  const roles = Object.keys(plan.team);
  return role ?? (roles.length === 0 ? undefined : seededRandom(seed).pick(roles));
}

export function absentByTwist(plan: Plan, scenario: Scenario): readonly string[] {
  return scenario.twists.flatMap((twist) => (twist.id === 'GF-13' ? (absentRole(plan, twist) ?? []) : []));
}
