import { nearestName } from '../../plan/nearest.ts';
import type { Plan } from '../../plan/schema.ts';
import type { DraftRules } from '../../people/night-log/written.ts';

/** Everything of a plan that something can be written down about. */
export function namesToRecord(plan: Plan): readonly string[] {
  const steps = Object.entries(plan.procedures).flatMap(([procedure, { steps: own }]) =>
    [...own.map((step) => step.id), 'verified'].map((step) => `${procedure}.${step}`),
  );
  return [...steps, 'decision', ...Object.keys(plan.triggers).map((trigger) => `triggers.${trigger}`)];
}

/** The whole name of what was written, if it can only be one; else the nearest valid one. */
export function resolveName(plan: Plan, written: string): ReturnType<DraftRules['resolve']> {
  const names = namesToRecord(plan);
  if (names.includes(written)) return { about: written };
  const fitting = names.filter((name) => lastPart(name) === written);
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) return { about: only };
  if (fitting.length > 1) return { problem: `\`${written}\` is in several procedures: write ${fitting.join(' or ')}` };
  const near = nearestName(written, names) ?? nearestByLastPart(written, names);
  if (written === '') return { problem: 'it does not say about what; write a step, decision or triggers.NAME' };
  return {
    problem: `the plan has no \`${written}\`${near === undefined ? `; it has ${names.join(', ')}` : `; did you mean ${near}?`}`,
  };
}

function nearestByLastPart(written: string, names: readonly string[]): string | undefined {
  const near = nearestName(lastPart(written), names.map(lastPart));
  return names.find((name) => lastPart(name) === near);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
