import { isCancel, log, select, text } from '@clack/prompts';
import { RollproofError } from '../../kernel/errors.ts';
import { scheduleOf } from '../../plan/runbook/schedule.ts';
import type { Plan, Procedure } from '../../plan/schema.ts';
import type { WrittenLine } from '../../people/night-log/written.ts';
import { plainText } from '../view/text.ts';

/** Answers of a person at the keyboard; undefined: nothing more. */
export interface Questions {
  choose(message: string, choices: readonly string[]): Promise<string | undefined>;
  say(message: string, suggestion: string): Promise<string | undefined>;
  complain(problem: string): void;
}

const NOT_WRITTEN = 'nothing is written on this card';
const CHOICES = ['done', 'failed', 'left out', NOT_WRITTEN] as const;

/**
 * Card by card through one procedure. `write` keeps the lines at once, so that an interruption loses nothing that was
 * answered; it returns what is wrong with them, and then the same card is asked again.
 */
export async function askCards(
  plan: Plan,
  questions: Questions,
  write: (lines: readonly WrittenLine[]) => Promise<readonly string[]>,
): Promise<void> {
  const name = await questions.choose('Which cards are keyed in?', Object.keys(plan.procedures));
  const procedure = name === undefined ? undefined : plan.procedures[name];
  if (name === undefined || procedure === undefined) return;
  let lastTime = plan.window?.opens ?? '';
  for (const { id } of scheduleOf(procedure).steps) {
    const card = { about: `${name}.${id}`, suggested: ownerOf(plan, procedure, id), lastTime };
    const kept = await keepCard(questions, card, write);
    if (kept === undefined) return;
    lastTime = kept.at(-1)?.at ?? lastTime;
  }
}

function ownerOf(plan: Plan, procedure: Procedure, id: string): string {
  const owner = procedure.steps.find((step) => step.id === id)?.owner ?? '';
  return plan.team[owner]?.person ?? owner;
}

async function keepCard(
  questions: Questions,
  card: AskedCard,
  write: (lines: readonly WrittenLine[]) => Promise<readonly string[]>,
): Promise<readonly WrittenLine[] | undefined> {
  for (;;) {
    const answered = await askCard(questions, card);
    if (answered === undefined || answered.length === 0) return answered;
    const problems = await write(answered);
    if (problems.length === 0) return answered;
    for (const problem of problems) questions.complain(problem);
  }
}

interface AskedCard {
  readonly about: string;
  readonly suggested: string;
  readonly lastTime: string;
}

async function askCard(
  questions: Questions,
  { about, suggested, lastTime }: AskedCard,
): Promise<readonly WrittenLine[] | undefined> {
  const result = await questions.choose(about, CHOICES);
  if (result === undefined) return undefined;
  if (result === NOT_WRITTEN) return [];
  const by = await questions.say('Done by', suggested);
  const begun = await questions.say('Begun at (empty: not written)', lastTime);
  const ended = await questions.say('Ended at', begun === undefined || begun === '' ? lastTime : begun);
  const observation = await questions.say('What was seen (may be empty)', '');
  if (by === undefined || begun === undefined || ended === undefined || observation === undefined) return undefined;
  const line = { where: about, about, by, corrects: '' };
  const first = begun === '' ? [] : [{ ...line, what: 'begun', at: begun, observation: '' }];
  return [...first, { ...line, what: result, at: ended, observation }];
}

export function terminalQuestions(): Questions {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new RollproofError('usage-invalid', 'it is not said what is keyed in', {
      hint: 'Name a step, decision or triggers.NAME, or a file with --file. At a terminal it is asked card by card.',
    });
  const answer = (value: unknown): string | undefined =>
    isCancel(value) ? undefined : typeof value === 'string' ? value : '';
  return {
    choose: async (message, choices) =>
      answer(
        await select({
          message: plainText(message),
          options: choices.map((choice) => ({ value: choice, label: plainText(choice) })),
        }),
      ),
    say: async (message, suggestion) => answer(await text({ message: plainText(message), initialValue: suggestion })),
    complain: (problem) => log.error(plainText(problem)),
  };
}
