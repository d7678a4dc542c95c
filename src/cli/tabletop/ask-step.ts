import { isCancel, note, select, text } from '@clack/prompts';
import { formatDuration } from '../../kernel/duration.ts';
import type { Card } from '../../plan/runbook/cards.ts';
import { plainText } from '../view/text.ts';

export interface StepAnswer {
  readonly by: string;
  readonly finding: string;
}

/** Undefined: they stop here and go on another time. */
export async function askStep(card: Card, people: readonly string[]): Promise<StepAnswer | undefined> {
  note(cardLines(card).map(plainText).join('\n'), plainText(`Card ${card.number}: ${card.id}`));
  const by = await pick('Who speaks for it?', [...people, OTHER]);
  if (by === undefined) return undefined;
  const name = by === OTHER ? await say('Who is it?') : by;
  if (name === undefined) return undefined;
  const said = await pick('Can it be done as written?', [CONFIRMED, FINDING, STOP]);
  if (said === undefined || said === STOP) return undefined;
  if (said === CONFIRMED) return { by: name, finding: '' };
  const finding = await say('What is wrong?');
  return finding === undefined ? undefined : { by: name, finding };
}

const OTHER = 'somebody else';
const CONFIRMED = 'yes, confirmed';
const FINDING = 'no: raise a finding';
const STOP = 'stop here, go on another time';

/** Owner, what, expected, what if it fails. */
export function cardLines(card: Card): readonly string[] {
  const owner =
    card.owner === null ? 'nobody is named' : `${card.owner.person ?? 'nobody is named'} (${card.owner.role})`;
  const expected =
    card.expected === null
      ? 'nobody knows how long'
      : `${formatDuration(card.expected.p50Ms)} to ${formatDuration(card.expected.p90Ms)}`;
  return [
    `owner: ${owner}${card.deputy === null ? ', no deputy' : `, deputy ${card.deputy.person}`}`,
    `do: ${card.night.text}`,
    ...(card.night.enter === null ? [] : card.night.enter.split('\n').map((line) => `› ${line}`)),
    `takes: ${expected}`,
    ...card.results.map((result) => `then: ${result}`),
    ...(card.observe === null ? [] : [`observe: ${card.observe}`]),
    ...(card.ifItFails.length === 0 ? ['fails: nothing is planned for that'] : []),
    ...card.ifItFails.map((what) => `fails: ${what}`),
  ];
}

async function pick(message: string, choices: readonly string[]): Promise<string | undefined> {
  const answer = await select({
    message,
    options: choices.map((choice) => ({ value: choice, label: plainText(choice) })),
  });
  return isCancel(answer) ? undefined : answer;
}

async function say(message: string): Promise<string | undefined> {
  const answer = await text({
    message,
    validate: (given) => (given === undefined || given.trim() === '' ? 'Write a few words.' : undefined),
  });
  return isCancel(answer) ? undefined : answer;
}
