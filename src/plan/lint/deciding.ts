import { FIX_FORWARD } from '../schema/decision.ts';
import type { Decision, Plan } from '../schema.ts';
import type { LintHit, LintRule } from './rule.ts';

export const undecidable: LintRule = {
  id: 'PL-32',
  title: 'A decision that cannot be made as written',
  severity: 'warning',
  capsConfidence: true,
  *find({ plan }) {
    const { decision } = plan;
    if (decision === undefined) return;
    yield* samePerson(plan, decision);
    yield* missingChoices(plan, decision);
    yield* ruleWithoutTime(plan, decision);
  },
};

/** One person in both roles: when they are absent, nobody is left. */
function* samePerson({ team }: Plan, { by, deputy }: Decision): Generator<LintHit> {
  const person = team[by]?.person;
  if (deputy === undefined || person === undefined || team[deputy]?.person !== person) return;
  yield {
    path: ['decision', 'deputy'],
    message: `${person} is both \`${by}\` and \`${deputy}\`, so nobody may call the rollback in their place`,
    instead: 'name a role that somebody else has',
  };
}

function* missingChoices({ scenarios }: Plan, { choose }: Decision): Generator<LintHit> {
  if (choose === undefined) return;
  for (const [name, { rollback }] of Object.entries(scenarios)) {
    if (choose.includes(rollback)) continue;
    yield {
      path: ['decision', 'choose'],
      message: `the scenario \`${name}\` goes back by \`${rollback}\`, which nobody may choose`,
      instead: `add \`${rollback}\``,
    };
  }
  if (choose.length > 1 || choose[0] === undefined) return;
  yield {
    path: ['decision', 'choose'],
    message: `\`${choose[0]}\` is the only choice, so there is nothing to decide`,
    instead: choose[0] === FIX_FORWARD ? 'add the procedure that goes back' : `add \`${FIX_FORWARD}\``,
  };
}

function* ruleWithoutTime({ window }: Plan, { rule }: Decision): Generator<LintHit> {
  if (rule === undefined || window !== undefined) return;
  yield {
    path: ['decision', 'rule'],
    on: 'key',
    message: 'the rule compares with the time that is left, but the plan has no window',
    instead: 'add `window: { opens: …, backBy: … }`',
  };
}
