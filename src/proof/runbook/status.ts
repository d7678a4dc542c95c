import { countOf, formatCount } from '../../kernel/count.ts';
import { formatSize } from '../../kernel/size.ts';
import type { ClaimState, DrillRecord } from '../record.ts';
import { type Markup, markup } from '../report/markup.ts';
import { verdictSentence } from '../report/opening.ts';
import { lamp } from '../report/shape.ts';
import { formatShare, formatWall, listOf, STATE_WORD } from '../report/words.ts';
import type { Drilled } from './drilled.ts';

/** One sentence that stands first, and must not mislead somebody who reads nothing else. */
export function statusSentence(drilled: Drilled): string {
  switch (drilled.kind) {
    case 'never':
      return 'This plan was not drilled. Nobody knows whether its way back works.';
    case 'changed':
      return `This is not the plan that was drilled: ${countOf(drilled.changes.length, 'part')} changed since ${dayOf(drilled.record)}.`;
    case 'drilled':
      return `Exactly this plan was drilled on ${dayOf(drilled.record)}. ${verdictSentence(drilled.record)}`;
  }
}

export function statusLamp(drilled: Drilled): Markup {
  switch (drilled.kind) {
    case 'never':
      return lamp('not-examined', 'not drilled');
    case 'changed':
      return lamp('inconclusive', 'changed since the drill');
    case 'drilled':
      return lamp(drilled.record.verdict.whole);
  }
}

/** At the foot of every page. Never “proven” without the claims and the size it was shown at. */
export function statusFoot(drilled: Drilled): string {
  switch (drilled.kind) {
    case 'never':
      return 'NOT DRILLED';
    case 'changed':
      return `NOT DRILLED AS PRINTED: ${countOf(drilled.changes.length, 'part')} changed since ${dayOf(drilled.record)}`;
    case 'drilled':
      return `drilled ${dayOf(drilled.record)}: ${verdictFoot(drilled.record)}`;
  }
}

function verdictFoot(record: DrillRecord): string {
  const { whole } = record.verdict;
  const names = claimsIn(record, whole).join(', ');
  if (whole === 'proven') return `proven for ${names} at ${sizeOf(record)}`;
  return `${STATE_WORD[whole].toUpperCase()}${names === '' ? '' : ` (${names})`}`;
}

export function claimsIn({ claims }: DrillRecord, state: ClaimState): readonly string[] {
  return claims.filter((claim) => claim.state === state).map((claim) => claim.name);
}

/** `91 % of production size`, or rows where the plan does not say how large production is. */
export function sizeOf({ volume }: DrillRecord): string {
  return volume.shareOfProduction === null
    ? `${formatCount(volume.rows)} rows, ${formatSize(volume.bytes)}`
    : `${formatShare(volume.shareOfProduction)} of production size`;
}

export function dayOf({ drill }: DrillRecord): string {
  return drill.startedAt.slice(0, 10);
}

/** Below the sentence: what the drill says, and how what is printed differs from it. */
export function statusDetails(drilled: Drilled): Markup {
  if (drilled.kind === 'never')
    return markup`<p>No record of a drill of this scenario was found. Drill it, then print again.</p>`;
  const { record } = drilled;
  const states: readonly ClaimState[] = ['failed', 'inconclusive', 'proven', 'not-examined'];
  const claims = states.flatMap((state) => {
    const names = claimsIn(record, state);
    return names.length === 0 ? [] : [markup`<li>${lamp(state)} <span>${listOf(names)}</span></li>`];
  });
  return markup`${drilled.kind === 'changed' && changesList(drilled)}
<p>${drilled.kind === 'changed' ? 'The drill of the other revision' : 'The drill'} ${record.drill.id} began ${formatWall(record.drill.startedAt)} and was shown at ${sizeOf(record)}. It claims:</p>
<ul class="claim-lines">${claims}</ul>`;
}

const SHOWN_CHANGES = 12;

function changesList({ changes }: Extract<Drilled, { kind: 'changed' }>): Markup {
  const shown = changes.slice(0, SHOWN_CHANGES).map(({ part, how }) => markup`<li><code>${part}</code> ${how}</li>`);
  const more = changes.length - shown.length;
  return markup`<p>What differs from the plan that was drilled:</p><ul class="changes">${shown}${more > 0 && markup`<li>and ${countOf(more, 'more part', 'more parts')}</li>`}</ul>`;
}
