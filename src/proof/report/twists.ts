import type { DrillRecord, FallbackRecord, TwistRecord } from '../record.ts';
import { bullets, facts } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';

/** What was made wrong around the rollback, and the other way back that was taken. */
export function twistBlocks({ twists, fallback }: DrillRecord): Markup {
  return markup`${twists.map(twistBlock)}${fallback !== null && fallbackBlock(fallback)}`;
}

function twistBlock({ twist, name, where, seed, description, presence }: TwistRecord): Markup {
  return markup`<h3>${twist} ${name}</h3><p>${description}</p>
${facts([
  ['Where', where],
  ['Seed', seed],
  ['Met', lamp(presence.shown ? 'proven' : 'inconclusive', presence.shown ? 'shown present' : 'nothing met it')],
])}${presence.evidence.length > 0 && bullets(presence.evidence)}`;
}

function fallbackBlock({ procedure, to, insteadOf, why, givenUp }: FallbackRecord): Markup {
  return markup`<h3>Another way back: ${procedure}</h3><p>${insteadOf} failed (${why}), so <b>${procedure}</b> was carried out. It leads to the state <b>${to}</b>, and that is what was verified.</p>
${givenUp.length > 0 && markup`<p>Given up by it:</p>${bullets(givenUp)}`}`;
}
