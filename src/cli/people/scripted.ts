import type { DrillOperator } from '../../drill/world.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { Roster } from '../../people/roster/roster.ts';
import { choicesOf } from '../../plan/decision.ts';
import { listNames } from '../../plan/nearest.ts';
import type { Plan } from '../../plan/schema.ts';
import { personNamed } from './attendance.ts';

/** `--decide CHOICE --as ROLE`: an answer that was written before the question. */
export interface Script {
  readonly choice: string;
  readonly as: string;
  readonly because: string;
}

export function decidedBy(operator: DrillOperator, script: Script, roster: Roster): DrillOperator {
  const { by, role } = personNamed(roster, script.as);
  return {
    ...operator,
    callRollback: async () => ({
      by,
      role,
      how: 'script',
      choice: script.choice,
      reason: script.because,
      fixP90Ms: null,
    }),
  };
}

/** A choice that no scenario of this run offers would only show a typing error. */
export function demandChoice(plan: Plan, scenarios: readonly string[], { choice }: Script): void {
  const offered = scenarios.flatMap((name) => {
    const scenario = plan.scenarios[name];
    return scenario === undefined ? [] : choicesOf(plan, scenario);
  });
  if (offered.includes(choice)) return;
  throw new RollproofError('usage-invalid', `--decide ${choice}: nobody can choose that`, {
    hint: `Write ${listNames([...new Set(offered)])}.`,
  });
}
