import type { ClaimState, DrillRecord } from '../record.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { numberCell, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { formatWall, KIND_WORD, listOf, shortDuration, STATE_WORD } from './words.ts';
import { countOf } from '../../kernel/count.ts';

const STATES: readonly ClaimState[] = ['failed', 'inconclusive', 'not-examined', 'proven'];

/** One row for each scenario, before the records themselves. */
export function overview(records: readonly DrillRecord[], anchorOf: (index: number) => string): Markup {
  const rows = records.map((record, index) => [
    markup`<a href="#${anchorOf(index)}">${record.scenario.name}</a><br><small>${KIND_WORD[record.scenario.kind]}</small>`,
    lamp(record.verdict.whole),
    claimsByState(record),
    numberCell(record.clocks.rtaMs === null ? '–' : formatDuration(record.clocks.rtaMs)),
    numberCell(record.clocks.limitMs === null ? '–' : shortDuration(record.clocks.limitMs)),
    formatWall(record.drill.startedAt),
  ]);
  return markup`<article class="overview" id="overview"><header><p class="crumb"><b>${listOf(plansOf(records))}</b></p>
<h1>${sentenceOf(records)}</h1>${new Set(records.map((record) => record.plan.digest)).size > 1 && markup`<p class="notice">These drills ran different revisions of the plan: their digests differ.</p>`}</header>
${table({ caption: 'Scenarios', head: ['Scenario', 'Verdict', 'Claims', '#RTA', '#Limit', 'Drilled'], rows })}</article>
`;
}

export function plansOf(records: readonly DrillRecord[]): string[] {
  return [...new Set(records.map((record) => record.plan.name))];
}

function sentenceOf(records: readonly DrillRecord[]): string {
  const counts = STATES.map((state) => ({
    state,
    count: records.filter((record) => record.verdict.whole === state).length,
  }));
  const parts = counts.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${STATE_WORD[state]}`);
  return `${countOf(records.length, 'scenario')}: ${listOf(parts)}.`;
}

function claimsByState({ claims }: DrillRecord): Markup {
  const lines = STATES.flatMap((state) => {
    const names = claims.filter((claim) => claim.state === state).map((claim) => claim.name);
    return names.length === 0 ? [] : [markup`<div>${lamp(state)} ${names.join(', ')}</div>`];
  });
  return markup`${lines}`;
}
