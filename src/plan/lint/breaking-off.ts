import { brokenOffAt, upTo } from '../departure-point.ts';
import type { Plan, Scenario } from '../schema.ts';
import type { LintHit, LintRule } from './rule.ts';

export const brokenOffBeforeBackup: LintRule = {
  id: 'PL-33',
  title: 'A go-live broken off before its backup',
  severity: 'error',
  capsConfidence: true,
  *find({ plan }) {
    for (const [name, scenario] of Object.entries(plan.scenarios)) {
      const missing = backupsMissing(plan, scenario);
      if (missing.length > 0) yield hit(name, scenario, missing);
    }
  },
};

interface Missing {
  readonly backup: string;
  readonly wantedBy: string;
}

/** Restore points that the way back needs, and that the go-live would have made only later. */
function backupsMissing(plan: Plan, scenario: Scenario): readonly Missing[] {
  const broken = brokenOffAt(scenario);
  const goLive = plan.procedures[broken?.during ?? ''];
  const back = plan.procedures[scenario.rollback];
  if (broken === null || goLive === undefined || back === undefined) return [];
  const done = new Set(upTo(goLive, broken.step).steps.map(({ id }) => id));
  const later = goLive.steps.filter((step) => step.backup !== undefined && !done.has(step.id)).map(({ id }) => id);
  const restored = back.steps.flatMap(({ id, restore, from }) =>
    restore === undefined || from === undefined ? [] : [{ backup: from, wantedBy: `\`${scenario.rollback}.${id}\`` }],
  );
  const equalled = Object.entries(plan.states[back.to]?.systems ?? {}).flatMap(([system, wanted]) =>
    typeof wanted === 'object' && wanted.equals !== undefined
      ? [{ backup: wanted.equals, wantedBy: `\`${system}\` in the state \`${back.to}\`` }]
      : [],
  );
  return [...restored, ...equalled].filter(({ backup }) => later.includes(backup));
}

function hit(name: string, scenario: Scenario, missing: readonly Missing[]): LintHit {
  const [first] = missing;
  const step = brokenOffAt(scenario)?.step ?? '';
  return {
    path: ['scenarios', name, 'at', 'step'],
    message: `the go-live is broken off at \`${step}\`, before \`${first?.backup ?? ''}\` is made, which ${first?.wantedBy ?? ''} needs`,
    instead: `break it off at \`${first?.backup ?? ''}\` or later`,
  };
}
