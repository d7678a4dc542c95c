import { isCancel, note, select, text } from '@clack/prompts';
import { formatDuration, parseDuration } from '../../kernel/duration.ts';
import type { Caller, Choice, RollbackAnswer, RollbackCall } from '../../people/roster/decision.ts';
import { FIX_FORWARD } from '../../plan/schema/decision.ts';
import { sharedTerminal } from '../view/shared-terminal.ts';
import { stopper } from '../stopper.ts';
import { plainText } from '../view/text.ts';

/** First the facts, then who speaks, then what they choose and why. Runs alone at the terminal. */
export async function askDecision(call: RollbackCall, signal: AbortSignal): Promise<RollbackAnswer> {
  const where = { output: sharedTerminal.questions, signal };
  note(factLines(call), 'The decision. These facts are frozen', where);
  const caller = await choose(
    'Who decides?',
    call.callers.map((one) => ({ value: one, label: callerText(one), hint: one.right.sentence })),
    where,
  );
  const fixP90Ms = call.rule === null ? null : await askEstimate(where);
  const choice = await choose(
    [...ruleLines(call, fixP90Ms), `What do you decide, ${caller.name}?`].map(plainText).join('\n'),
    call.choices.map((one) => ({
      value: one,
      label: choiceText(one, call),
      hint: one.costs.map(plainText).join('; '),
    })),
    where,
  );
  const reason = await say({ message: 'Why? (it stands in the record)', validate: demandReason, ...where });
  return { by: caller.name, role: caller.role, how: 'person', choice: choice.name, reason, fixP90Ms };
}

interface Where {
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

function factLines({ facts, choices }: RollbackCall): string {
  const costs = choices.flatMap(({ name, costs: what }) => ['', `${name}:`, ...what.map((one) => `– ${one}`)]);
  return [...facts.map((fact) => `· ${fact}`), ...costs].flatMap((one) => one.split('\n').map(plainText)).join('\n');
}

/** Somebody who may not call it can still do so; the drill then says it. */
function callerText({ name, role, right }: Caller): string {
  const who = role === null || role === name ? name : `${name} (${role})`;
  return plainText(right.kind === 'may not' ? `${who} — may not call it` : who);
}

function choiceText({ name }: Choice, { rollback }: RollbackCall): string {
  if (name === FIX_FORWARD) return 'stay and repair (ends the drill)';
  return plainText(name === rollback ? `go back: ${name}` : `${name} (ends the drill: another way back)`);
}

function ruleLines({ rule }: RollbackCall, fixP90Ms: number | null): readonly string[] {
  const leftMs = rule?.leftMs ?? null;
  if (fixP90Ms === null || leftMs === null) return [];
  const times = `${formatDuration(fixP90Ms)} for a repair, ${formatDuration(leftMs)} left`;
  return [
    fixP90Ms > leftMs
      ? `The rule of the plan calls for going back: ${times}.`
      : `By the rule of the plan a repair fits: ${times}.`,
  ];
}

async function askEstimate(where: Where): Promise<number | null> {
  const given = await say({
    message: 'How long would a repair take, pessimistically? (such as 2h; empty: nobody knows)',
    validate: (value) =>
      value === undefined || value.trim() === '' || parseDuration(value.trim()) !== undefined
        ? undefined
        : 'Write a duration such as 45m or 2h.',
    ...where,
  });
  return parseDuration(given.trim()) ?? null;
}

async function choose<T>(
  message: string,
  options: readonly { readonly value: T; readonly label: string; readonly hint: string }[],
  where: Where,
): Promise<T> {
  const answer = await select({
    message,
    options: options.map(({ label, hint }, index) => ({ value: String(index), label, hint: plainText(hint) })),
    ...where,
  });
  const chosen = isCancel(answer) ? undefined : options[Number(answer)];
  if (chosen === undefined) throw stopper.endedAtTerminal();
  return chosen.value;
}

async function say(
  options: Where & {
    readonly message: string;
    readonly validate: (given: string | undefined) => string | undefined;
  },
): Promise<string> {
  const answer = await text(options);
  if (isCancel(answer)) throw stopper.endedAtTerminal();
  return answer ?? '';
}

/** It stands in the record, where somebody else has to understand it. */
export function demandReason(given: string | undefined): string | undefined {
  return given === undefined || given.trim() === '' ? 'Say why, in a few words: it stands in the record.' : undefined;
}
