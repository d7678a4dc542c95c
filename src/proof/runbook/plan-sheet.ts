import { formatDuration } from '../../kernel/duration.ts';
import type { BranchMark } from '../../plan/runbook/branches.ts';
import type { Card } from '../../plan/runbook/cards.ts';
import type { ProcedureUse, RunbookProcedure } from '../../plan/runbook/runbook.ts';
import { type Markup, markup } from '../report/markup.ts';
import { listOf } from '../report/words.ts';
import { measuredOf } from './drilled.ts';
import { pen, penRow } from './pen.ts';
import { sizeOf } from './status.ts';
import { afterTheCall, isFine, momentText, rangeText, type RunbookView, spanOfMoments } from './view.ts';

export const WAY: Readonly<Record<ProcedureUse, string>> = {
  'go-live': 'The go-live',
  'rollback': 'The way back',
  'fallback': 'Another way back, only when a card says so',
};

/** All steps of a procedure on one table: order, branches, owners, clock times. The cards say how. */
export function planSheet(view: RunbookView, procedure: RunbookProcedure): Markup {
  const isBack = procedure.use !== 'go-live';
  return markup`<h2>${WAY[procedure.use]}: ${procedure.name}</h2>
<p>From ${listOf(procedure.from)} to ${procedure.to}. ${totalLine(procedure)}</p>
${isBack && penRow(pen('Called at', 'wide'), pen('Called by', 'wide'))}
<table class="plan"><thead><tr><th scope="col" class="branch"><span class="unseen">Branches</span></th><th scope="col">Step</th><th scope="col">Owner</th><th scope="col">${isBack ? 'After the call' : 'Begins'}</th><th scope="col">Takes</th><th scope="col">Begin at the latest</th><th scope="col" class="write">Begun</th><th scope="col" class="write">Ended</th></tr></thead><tbody>
${procedure.cards.map((card) => planRow(view, procedure, card))}</tbody></table>
${legend(view, procedure)}`;
}

function totalLine({ total, unknown }: RunbookProcedure): string {
  const all = total.p90Ms === 0 ? 'Nobody knows how long it takes.' : `It takes ${rangeText(total)}`;
  if (total.p90Ms === 0) return all;
  return unknown.length === 0
    ? `${all}.`
    : `${all}, and the time of ${listOf(unknown)}, which nobody knows: times behind them carry ≥.`;
}

function planRow(view: RunbookView, procedure: RunbookProcedure, card: Card): Markup {
  const { schedule } = card;
  const fine = isFine(procedure);
  const begins =
    card.plannedStart === null
      ? afterTheCall(schedule.start, schedule.startsAtLeast)
      : spanOfMoments(view, card.plannedStart, { fine, atLeast: schedule.startsAtLeast });
  return markup`<tr class="${card.onlyIfFailed !== null && 'is-fallback'}"><td class="branch">${schedule.branches.map((mark) => rail(mark, schedule.isCritical))}</td>
<th scope="row"><a href="#card-${card.number}"><b>${card.number}</b> ${card.step}</a>${notes(card)}</th>
<td data-head="Owner">${ownerCell(card)}</td>
<td data-head="${card.plannedStart === null ? 'After the call' : 'Begins'}">${card.onlyIfFailed === null ? begins : `only if ${card.onlyIfFailed} fails`}</td>
<td data-head="Takes">${rangeText(card.expected)}${drilledCell(view, card)}</td>
<td data-head="Begin at the latest">${card.latestStartMs === null ? '–' : momentText(view, card.latestStartMs, fine)}</td>
<td class="write"></td><td class="write"></td></tr>
`;
}

function rail(mark: BranchMark, isCritical: boolean): Markup {
  return markup`<span class="rail is-${mark}${isCritical && ' is-critical'}"></span>`;
}

function notes(card: Card): Markup {
  return markup`${card.waitsFor.length > 1 && markup`<small>waits for ${listOf(card.waitsFor.map(String))}</small>`}${card.pointOfNoReturn !== null && markup`<strong class="no-return">point of no return</strong>`}${card.always && markup`<small>also after a failure</small>`}`;
}

function ownerCell(card: Card): Markup | string {
  if (card.step === 'verified') return 'whoever decides';
  if (card.owner === null) return markup`<span class="line-to-fill"></span>`;
  return markup`${card.owner.person ?? ''}<small>${card.owner.role}</small>`;
}

function drilledCell({ drilled }: RunbookView, card: Card): Markup | null {
  const measuredMs = drilled.kind === 'never' ? null : measuredOf(drilled.record, card.id);
  return measuredMs === null ? null : markup`<small>drilled ${formatDuration(measuredMs)}</small>`;
}

function legend({ drilled, runbook }: RunbookView, procedure: RunbookProcedure): Markup {
  const isBack = procedure.use !== 'go-live';
  const latest = isBack
    ? 'Whoever begins a step later than its latest moment is not back when the window closes, by the p90 of what follows.'
    : 'Whoever begins a step later than its latest moment has no time left to decide and to come all the way back before the window closes, by p90. Time to notice damage is not counted.';
  const measured =
    drilled.kind !== 'never' &&
    `Drilled times were measured at ${sizeOf(drilled.record)}${drilled.kind === 'changed' ? ', with another revision of this plan' : ''}.`;
  return markup`<p class="key"><span class="dot is-critical"></span> on the slowest way <span class="dot"></span> beside it. Steps in two columns go on at the same time. Two times are by p50 and by p90 of the plan; a step without them, or slower in the drill, counts with what the drill measured. ${runbook.window !== null && latest} ${measured}</p>`;
}
