import type { Headroom } from '../../proof/headroom.ts';
import { triggerLimit } from '../../plan/runbook/wording.ts';
import { type Standing, standingOf, type WatchedTrigger } from './watched.ts';

/** One change of state: what somebody must be told, once. */
export interface News {
  readonly about: string;
  readonly state: string;
  readonly sentence: string;
}

/** What was told last of each thing. */
export interface Told {
  readonly standings: ReadonlyMap<string, Standing>;
  readonly headroom: Headroom['colour'];
}

export const NOTHING_TOLD: Told = { standings: new Map(), headroom: 'green' };

export interface Situation {
  readonly triggers: readonly WatchedTrigger[];
  readonly headroom: Headroom | null;
}

const WORSE: readonly Headroom['colour'][] = ['green', 'amber', 'red'];

/** Each change once. Headroom is told only when it is worse than ever, because records that come and go make it waver. */
export function newsOf(told: Told, situation: Situation): { readonly news: readonly News[]; readonly told: Told } {
  const news: News[] = [];
  const standings = new Map(told.standings);
  for (const watched of situation.triggers) {
    const standing = standingOf(watched);
    const before = standings.get(watched.name) ?? 'quiet';
    if (standing === 'waiting' || standing === before) continue;
    standings.set(watched.name, standing);
    news.push({ about: watched.name, state: standing, sentence: sentenceOf(watched, standing) });
  }
  const { headroom } = situation;
  const isWorse = headroom !== null && WORSE.indexOf(headroom.colour) > WORSE.indexOf(told.headroom);
  if (isWorse)
    news.push({
      about: 'headroom',
      state: headroom.colour,
      sentence: `Headroom is ${headroom.colour}: the time left is ${headroom.ratio.toFixed(1)} times what a rollback takes.`,
    });
  return { news, told: { standings, headroom: isWorse ? headroom.colour : told.headroom } };
}

function sentenceOf({ name, trigger, latest }: WatchedTrigger, standing: Exclude<Standing, 'waiting'>): string {
  const id = trigger.catalogue === undefined ? '' : ` (${trigger.catalogue})`;
  const value = latest?.value ?? '';
  switch (standing) {
    case 'red':
      return `${name}${id} is red: ${value}, limit ${triggerLimit(trigger)}. ${CALLS[trigger.class]}`;
    case 'unreadable':
      return `${name}${id} cannot be read: ${value}.`;
    case 'quiet':
      return `${name}${id} is clear again: ${value}.`;
  }
}

const CALLS: Readonly<Record<WatchedTrigger['trigger']['class'], string>> = {
  mandatory: 'Mandatory: go back.',
  decide: 'Whoever decides must decide now.',
  watch: 'To be watched more often.',
};
