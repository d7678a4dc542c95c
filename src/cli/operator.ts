import { confirm, isCancel, select, text } from '@clack/prompts';
import type { OperatorChoice } from '../journal/journal.ts';
import type { DrillOperator } from '../drill/world.ts';
import { RollproofError } from '../kernel/errors.ts';
import { askDecision, demandReason } from './people/ask-decision.ts';
import { stopper } from './stopper.ts';
import { plainText } from './view/text.ts';
import { sharedTerminal } from './view/shared-terminal.ts';

/** Nobody is there: the policy calls every rollback at once, a failure stands, and a manual step cannot be done. */
export function unattendedOperator(): DrillOperator {
  return {
    decide: async () => ({ choice: 'abort', by: 'the unattended policy', reason: 'nobody is there to decide' }),
    confirm: async (step) => {
      throw new RollproofError('environment-not-ready', `step ${step.id} needs a person: ${step.text}`, {
        hint: 'Run the drill at a terminal, without --unattended.',
      });
    },
    callRollback: async ({ rollback }) => ({
      by: 'the unattended policy',
      role: null,
      how: 'unattended',
      choice: rollback,
      reason: '',
      fixP90Ms: null,
    }),
  };
}

/** A person at the terminal. Waiting for them is waiting, not working; nothing is drawn over a question meanwhile. */
export function terminalOperator(role: string): DrillOperator {
  return {
    decide: (node, why, signal) =>
      sharedTerminal.ask(async () => {
        const choice = await ask<OperatorChoice>(`${node.id}: ${why}\nHow does it go on?`, signal, [
          { value: 'retry', label: 'try it again' },
          { value: 'skip', label: 'skip it, with a reason (the verdict is then at most inconclusive)' },
          { value: 'abort', label: 'end the drill and clean up' },
        ]);
        const reason =
          choice === 'skip' ? await askText('Why is it skipped?', signal, demandReason) : 'chosen at the terminal';
        return { choice, by: role, reason };
      }),
    confirm: (step, signal) =>
      sharedTerminal.ask(async () => {
        const who = step.actor ?? role;
        const done = await confirm({ message: `${lines([`${who}: ${step.text}`])}\nDone?`, ...where(signal) });
        if (isCancel(done)) throw stopper.endedAtTerminal();
        // Not done, or not as written: nobody knows how far it got, so it is neither a success nor a failure.
        if (!done) throw new RollproofError('step-outcome-unknown', `${who} did not confirm step ${step.id}`);
        const observation = step.observe === null ? '' : await askText(step.observe, signal);
        return { by: who, observation };
      }),
    callRollback: (call, signal) => sharedTerminal.ask(async () => askDecision(call, signal)),
  };
}

/** A withdrawn question, because the drill is being ended, closes by itself. */
function where(signal: AbortSignal): { readonly output: NodeJS.WriteStream; readonly signal: AbortSignal } {
  return { output: sharedTerminal.questions, signal };
}

/** What is shown comes from plans and databases; it must not move the cursor. */
function lines(texts: readonly string[]): string {
  return texts.flatMap((each) => each.split('\n').map(plainText)).join('\n');
}

async function ask<T extends string>(
  message: string,
  signal: AbortSignal,
  options: readonly { readonly value: T; readonly label: string }[],
): Promise<T> {
  const answer = await select({
    message: lines([message]),
    options: options.map((option) => ({ value: option.value as string, label: option.label })),
    ...where(signal),
  });
  if (isCancel(answer)) throw stopper.endedAtTerminal();
  const chosen = options.find((option) => option.value === answer);
  if (chosen === undefined) throw stopper.endedAtTerminal();
  return chosen.value;
}

async function askText(
  message: string,
  signal: AbortSignal,
  validate?: (given: string | undefined) => string | undefined,
): Promise<string> {
  const answer = await text({
    message: lines([message]),
    ...(validate === undefined ? {} : { validate }),
    ...where(signal),
  });
  if (isCancel(answer)) throw stopper.endedAtTerminal();
  return answer ?? '';
}
