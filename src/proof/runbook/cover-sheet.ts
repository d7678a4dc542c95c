import { formatDuration } from '../../kernel/duration.ts';
import { type Markup, markup, type MarkupValue } from '../report/markup.ts';
import { KIND_WORD } from '../report/words.ts';
import { WAY } from './plan-sheet.ts';
import { statusDetails, statusLamp, statusSentence } from './status.ts';
import { momentText, plainMoment, rangeText, type RunbookView } from './view.ts';

/** What must be known before anything else is read: whether this was drilled, and by when somebody must have decided. */
export function coverSheet(view: RunbookView): Markup {
  const { plan, scenario, window } = view.runbook;
  return markup`<p class="crumb"><b>${plan.name}</b> · ${scenario.name} · ${KIND_WORD[scenario.kind]}</p>
<h1>${statusSentence(view.drilled)}</h1>
<p class="verdict">${statusLamp(view.drilled)}</p>
${plan.description !== null && markup`<p>${plan.description}</p>`}
${numbers(view)}${tooShort(view)}
<p class="muted">${window !== null ? `The window opens ${plainMoment(view, window.opensMs)} and closes ${plainMoment(view, window.backByMs)}. Times are printed with their distance from UTC${view.zone.includes('/') ? `, by the clocks of ${view.zone}` : ''}.` : 'The plan names no window, so the runbook has no clock times.'}${clocksChange(view) && ' The plan writes its window with two distances from UTC, so clocks change in between: name the zone to print what the clock on the wall shows.'}</p>
<section><h2>Was it drilled</h2>${statusDetails(view.drilled)}</section>
<section><h2>In this pack</h2>${pack(view)}</section>
<section><h2>Revision</h2><p>This pack carries the digest of the plan. What is drilled with the same digest is the same plan.</p><p><code class="digest">${plan.digest}</code></p></section>`;
}

function clocksChange({ runbook, zone }: RunbookView): boolean {
  const { window } = runbook;
  return window !== null && !zone.includes('/') && window.offsets.length > 1;
}

/** What does not fit is said before anybody relies on it. */
function tooShort({ runbook: { procedures, window, limitMs } }: RunbookView): Markup {
  const goLive = procedures.find(({ use }) => use === 'go-live');
  const back = procedures.find(({ use }) => use === 'rollback');
  const latestMs = goLive?.latestStartMs ?? null;
  const isLate = window !== null && latestMs !== null && latestMs < window.opensMs;
  const isSlow = limitMs !== null && back !== undefined && back.total.p90Ms > limitMs;
  return markup`${isLate && markup`<p class="notice">The window is too short: the go-live, the decision and the way back do not fit into it.</p>`}${isSlow && limitMs !== null && markup`<p class="notice">The way back takes longer than the plan allows (${rangeText({ p50Ms: limitMs, p90Ms: limitMs })}).</p>`}`;
}

function numbers(view: RunbookView): Markup {
  const { runbook, drilled } = view;
  const back = runbook.procedures.find(({ use }) => use === 'rollback');
  const rtaMs = drilled.kind === 'never' ? null : drilled.record.clocks.rtaMs;
  const moment = (ms: number | null): MarkupValue => (ms === null ? '–' : momentText(view, ms));
  const cells: ReadonlyArray<readonly [string, MarkupValue]> = [
    ['the window opens', moment(runbook.window?.opensMs ?? null)],
    ['call the way back by', moment(back?.latestStartMs ?? null)],
    ['back by', moment(runbook.window?.backByMs ?? null)],
    ['the way back takes', back === undefined || back.total.p90Ms === 0 ? 'not said' : rangeText(back.total)],
    ['drilled', rtaMs === null ? '–' : formatDuration(rtaMs)],
  ];
  return markup`<dl class="times is-large">${cells.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function pack({ runbook }: RunbookView): Markup {
  const cardLines = runbook.procedures.map(({ use, name, cards }) => {
    const [first, last] = [cards[0]?.number, cards.at(-1)?.number];
    return markup`<li>cards ${first} to ${last}: ${WAY[use].slice(0, 1).toLowerCase()}${WAY[use].slice(1)} <b>${name}</b>, one step a sheet, to whoever owns it</li>`;
  });
  return markup`<ul><li><a href="#plan-1">plan</a>: every step with owner and clock time, on the wall</li><li><a href="#decision">decision card</a>: to whoever decides, and to the deputy</li><li><a href="#triggers">trigger card</a>: to whoever watches</li><li><a href="#contacts">contact sheet</a>: to everybody</li>${cardLines}</ul>`;
}
