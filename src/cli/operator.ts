import { confirm, isCancel, select, text } from '@clack/prompts';
import type { OperatorChoice } from '../journal/journal.ts';
import type { DrillOperator } from '../drill/world.ts';
import { RollproofError } from '../kernel/errors.ts';

/** Nobody is there: the policy calls every rollback at once, a failure stands, and a manual step cannot be done. */
export function unattendedOperator(): DrillOperator {
  return {
    decide: async () => ({ choice: 'abort', by: 'the unattended policy', reason: 'nobody is there to decide' }),
    confirm: async (step) => {
      throw new RollproofError('environment-not-ready', `step ${step.id} needs a person: ${step.text}`, {
        hint: 'Run the drill at a terminal, without --unattended.',
      });
    },
    callRollback: async () => ({ by: 'the unattended policy', how: 'unattended', choice: 'go-back' }),
  };
}

/** A person at the terminal. Waiting for them is waiting, not working. */
export function terminalOperator(role: string): DrillOperator {
  return {
    decide: async (node, why) => {
      const choice = await ask<OperatorChoice>(`${node.id}: ${why}. How does it go on?`, [
        { value: 'retry', label: 'try it again' },
        { value: 'skip', label: 'skip it, with a reason (the verdict is then at most inconclusive)' },
        { value: 'abort', label: 'end the drill and clean up' },
      ]);
      const reason = choice === 'skip' ? await askText('Why is it skipped?') : `chosen at the terminal`;
      return { choice, by: role, reason };
    },
    confirm: async (step) => {
      const done = await confirm({ message: `${step.text}\nDone?` });
      if (isCancel(done) || !done) throw new RollproofError('interrupted', `step ${step.id} was not confirmed`);
      const observation = step.observe === null ? '' : await askText(step.observe);
      return { by: role, observation };
    },
    callRollback: async (facts) => {
      const choice = await ask<'go-back' | 'fix-forward'>(`${facts.join('\n')}\nWhat do you decide, as ${role}?`, [
        { value: 'go-back', label: 'go back' },
        { value: 'fix-forward', label: 'stay and repair (ends the drill)' },
      ]);
      return { by: role, how: 'person', choice };
    },
  };
}

async function ask<T extends string>(
  message: string,
  options: readonly { readonly value: T; readonly label: string }[],
): Promise<T> {
  const answer = await select({
    message,
    options: options.map((option) => ({ value: option.value as string, label: option.label })),
  });
  if (isCancel(answer)) throw new RollproofError('interrupted', 'ended at the terminal');
  const chosen = options.find((option) => option.value === answer);
  if (chosen === undefined) throw new RollproofError('interrupted', 'ended at the terminal');
  return chosen.value;
}

async function askText(message: string): Promise<string> {
  const answer = await text({ message });
  if (isCancel(answer)) throw new RollproofError('interrupted', 'ended at the terminal');
  return answer ?? '';
}
