import { listNames } from '../nearest.ts';
import type { Step } from '../schema.ts';
import type { LintHit, LintRule, LintView, NamedProcedure } from './rule.ts';

/** One finding for each procedure, not for each step: a plan that is just begun must stay readable. */
function* stepsWithout(
  procedures: readonly NamedProcedure[],
  what: string,
  isMissing: (step: Step) => boolean,
): Generator<LintHit> {
  for (const { name, procedure } of procedures) {
    const missing = procedure.steps.filter(isMissing).map((step) => step.id);
    if (missing.length === 0) continue;
    const message = `${missing.length} of ${procedure.steps.length} steps of \`${name}\` ${missing.length === 1 ? 'has' : 'have'} no ${what}: ${listNames(missing).replace(/ or (?=[^,]*$)/, ' and ')}`;
    yield {
      path: ['procedures', name],
      on: 'key',
      message,
      instead: `add \`${what === 'expected duration' ? 'expected: { p50: …, p90: … }' : `${what}: <role>`}\` to them`,
    };
  }
}

export const noOwner: LintRule = {
  id: 'PL-11',
  title: 'Nobody is named',
  severity: 'note',
  capsConfidence: true,
  *find({ plan, procedures }: LintView) {
    yield* stepsWithout(procedures, 'owner', (step) => step.owner === undefined);
    if (plan.decision === undefined) {
      yield {
        path: [],
        message: 'nobody is named who may call the rollback',
        instead: 'add `decision: { by: <role>, deputy: <role>, within: 15m }`',
      };
    } else if (plan.team[plan.decision.by]?.person === undefined) {
      yield {
        path: ['decision', 'by'],
        message: `\`${plan.decision.by}\` may call the rollback, but nobody is named who that is`,
        instead: `write \`team: { ${plan.decision.by}: { person: … } }\``,
      };
    }
  },
};

export const noDeputy: LintRule = {
  id: 'PL-12',
  title: 'Nobody stands in',
  severity: 'note',
  capsConfidence: true,
  *find({ plan, procedures }: LintView) {
    const hasDeputy = (role: string | undefined): boolean =>
      role !== undefined && plan.team[role]?.deputy !== undefined;
    // Without an owner, the missing owner is the finding.
    yield* stepsWithout(
      procedures,
      'deputy',
      (step) => step.owner !== undefined && step.deputy === undefined && !hasDeputy(step.owner),
    );
    const { decision } = plan;
    if (decision !== undefined && decision.deputy === undefined && !hasDeputy(decision.by)) {
      yield {
        path: ['decision'],
        on: 'key',
        message: `nobody may call the rollback when \`${decision.by}\` cannot be reached`,
        instead: 'add `deputy: <role>`',
      };
    }
  },
};

export const noExpectation: LintRule = {
  id: 'PL-13',
  title: 'No expected duration',
  severity: 'note',
  capsConfidence: true,
  *find({ rollbacks }: LintView) {
    yield* stepsWithout(
      rollbacks,
      'expected duration',
      (step) => step.expected === undefined && step.when === undefined,
    );
  },
};
