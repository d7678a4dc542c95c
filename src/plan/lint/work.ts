import type { Plan, Scenario, Workload } from '../schema.ts';
import { type LintHit, type LintRule, wantedState } from './rule.ts';

export const lostWork: LintRule = {
  id: 'PL-28',
  title: 'Work that the way back loses and nobody signs for',
  severity: 'warning',
  capsConfidence: false,
  *find({ plan }) {
    const told = new Set<string>();
    for (const scenario of Object.values(plan.scenarios)) {
      for (const name of scenario.workload) {
        const workload = plan.workload[name];
        if (workload === undefined || told.has(name)) continue;
        const hit = lossIn(plan, scenario, { name, workload });
        if (hit === null) continue;
        told.add(name);
        yield hit;
      }
    }
  },
};

/** A store that must equal a point from before the work cannot hold the work, unless it is carried back into it. */
function lossIn(
  plan: Plan,
  scenario: Scenario,
  { name, workload }: { readonly name: string; readonly workload: Workload },
): LintHit | null {
  const stores = Object.values(workload.operations).flatMap(({ found, back }) => back?.in ?? found?.in ?? []);
  const emptied = [...new Set(stores)].flatMap((store) => {
    const point = pointBefore(plan, scenario, store);
    return point === undefined ? [] : [`\`${store}\` equals \`${point}\``];
  });
  const carries = plan.procedures[scenario.rollback]?.steps.some((step) => step.replay !== undefined) === true;
  if (emptied.length === 0 || carries) return null;
  const signed = workload.waive?.upTo ?? 0;
  if (signed >= workload.writes) return null;
  const back = `after \`${scenario.rollback}\` ${emptied.join(' and ')}, from before the users of \`${name}\` work`;
  return workload.waive === undefined
    ? {
        path: ['workload', name],
        on: 'key',
        message: `${back}: all that they write will be lost, and nobody signs for it`,
        instead: `add \`waive: { by: <role>, why: …, upTo: ${workload.writes} }\`, or carry it over in the rollback`,
      }
    : {
        path: ['workload', name, 'waive', 'upTo'],
        message: `${back}: up to ${workload.writes} writes will be lost, and ${signed} are signed for`,
        instead: `write \`upTo: ${workload.writes}\`, or carry them over in the rollback`,
      };
}

/** Undefined also for a point that the rollback itself makes. */
function pointBefore(plan: Plan, scenario: Scenario, store: string): string | undefined {
  const rollback = plan.procedures[scenario.rollback];
  if (rollback === undefined) return undefined;
  const wanted = wantedState(plan, rollback.to, store);
  const point = typeof wanted === 'object' ? wanted.equals : undefined;
  return rollback.steps.some((step) => step.id === point && step.backup !== undefined) ? undefined : point;
}
