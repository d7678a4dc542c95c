import { type ClockTime, clockTime } from '../../plan/runbook/clock-time.ts';
import type { Expectation } from '../../plan/runbook/schedule.ts';
import type { Runbook, RunbookProcedure } from '../../plan/runbook/runbook.ts';
import { type Markup, markup } from '../report/markup.ts';
import { shortDuration } from '../report/words.ts';
import type { Drilled } from './drilled.ts';

/** All that a printed runbook is made from; nothing else decides what stands on it. */
export interface RunbookView {
  readonly runbook: Runbook;
  readonly drilled: Drilled;
  /** In which clock times are printed: an offset such as `+01:00`, or a name such as `Europe/Berlin`. */
  readonly zone: string;
}

/** A procedure of a few minutes is planned in seconds. */
const FINE_MS = 10 * 60_000;

export function isFine({ total }: RunbookProcedure): boolean {
  return total.p90Ms < FINE_MS;
}

/** `Fri 18:00` and its offset from UTC, because on one night in autumn 02:30 comes twice. */
export function momentText(view: Pick<RunbookView, 'zone'>, ms: number, fine = false): Markup {
  const at = clockTime(ms, view.zone);
  return markup`<span class="moment">${at.day} <b>${fine ? at.seconds : at.time}</b> <small>${at.offset}</small></span>`;
}

export function plainMoment(view: Pick<RunbookView, 'zone'>, ms: number): string {
  const at = clockTime(ms, view.zone);
  return `${at.day} ${at.date} ${at.time} ${at.offset}`;
}

/** From p50 to p90; one time where both are the same on paper. */
export function spanOfMoments(
  view: Pick<RunbookView, 'zone'>,
  start: Expectation,
  { fine, atLeast }: { readonly fine: boolean; readonly atLeast: boolean },
): Markup {
  const [early, late] = [clockTime(start.p50Ms, view.zone), clockTime(start.p90Ms, view.zone)];
  const shown = (at: ClockTime): string => (fine ? at.seconds : at.time);
  const isOne = early.date === late.date && shown(early) === shown(late);
  const until = isOne
    ? null
    : markup` <span class="until">to ${early.day !== late.day && `${late.day} `}<b>${shown(late)}</b></span>`;
  return markup`<span class="moment">${atLeast && '≥ '}${early.day} <b>${shown(early)}</b>${until} <small>${late.offset}</small></span>`;
}

export function afterTheCall(start: Expectation, atLeast: boolean): string {
  if (start.p90Ms === 0) return atLeast ? 'later' : 'at once';
  return `${atLeast ? '≥\u00a0' : ''}${fromTo(start)}`;
}

export function rangeText(range: Expectation | null): string {
  return range === null ? 'not said' : fromTo(range);
}

function fromTo({ p50Ms, p90Ms }: Expectation): string {
  return p50Ms === p90Ms ? unbroken(p90Ms) : `${unbroken(p50Ms)} to ${unbroken(p90Ms)}`;
}

/** A number and its unit stay on one line. */
function unbroken(ms: number): string {
  return shortDuration(ms).replace(/(\d) /g, '$1\u00a0');
}
