import { formatDuration } from '../../kernel/duration.ts';
import { shortDuration } from '../../proof/report/words.ts';
import { type Expectations, type LiveClock, liveClocks, rtaMs } from './live-clocks.ts';
import type { ViewState } from './model.ts';
import type { Paint } from './paint.ts';
import { runningTime } from './step-line.ts';
import { columnsOf, fill, fit, plainText, spread } from './text.ts';

export interface Heading {
  readonly plan: string;
  readonly scenario: string;
  readonly kind: string;
  readonly expected: Expectations;
}

export interface Frame {
  readonly nowMs: number;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

/** What must be left for the names of plan and scenario. */
const MIN_TITLE_COLUMNS = 20;
/** Room for `◔ communicate`. */
const MIN_CLOCK_COLUMNS = 13;
const MAX_CLOCK_COLUMNS = 18;

/** What is drilled, how long it has taken, and the six clocks; the one that runs is marked. */
export function headerLines(heading: Heading, state: ViewState, frame: Frame): readonly string[] {
  return [titleLine(heading, state, frame), '', ...clockRows(liveClocks(state, frame.nowMs, heading.expected), frame)];
}

export function titleLine(heading: Heading, state: ViewState, { nowMs, width, paint }: Frame): string {
  const full = fullTitle(heading);
  const short = plainText(`${heading.plan} · ${heading.scenario}`);
  const { total, rta } = timeFigures(heading, state, nowMs);
  const right =
    rta !== '' && columnsOf(rta) + columnsOf(total) + MIN_TITLE_COLUMNS <= width ? `${rta} · ${total}` : total;
  const left = columnsOf(full) + 1 + columnsOf(right) <= width ? full : short;
  return paint('strong', fit(spread(left, right, width), width));
}

export function fullTitle({ plan, scenario, kind }: Heading): string {
  return plainText(`${plan} · ${scenario} · ${kind}`);
}

function timeFigures(
  heading: Heading,
  state: ViewState,
  nowMs: number,
): { readonly total: string; readonly rta: string } {
  const write = state.isOver ? formatDuration : runningTime;
  const total = `total ${write(state.openedAtMs === null ? 0 : nowMs - state.openedAtMs)}`;
  const ms = rtaMs(state, nowMs);
  if (ms === null) return { total, rta: '' };
  const { rtoMs } = heading.expected;
  const limit = rtoMs === null ? '' : ` ${ms > rtoMs ? 'beyond the limit of' : 'of'} ${shortDuration(rtoMs)}`;
  return { total, rta: `RTA ${write(ms)}${limit}` };
}

function clockRows(clocks: readonly LiveClock[], { width, paint }: Frame): readonly string[] {
  const perRow = Math.max(1, Math.min(clocks.length, Math.floor((width - 2) / MIN_CLOCK_COLUMNS)));
  const columns = Math.min(MAX_CLOCK_COLUMNS, Math.floor((width - 2) / perRow));
  const rows: string[] = [];
  for (let first = 0; first < clocks.length; first += perRow) {
    const row = clocks.slice(first, first + perRow);
    const line = (cell: (clock: LiveClock) => string): string => `  ${row.map(cell).join('')}`.trimEnd();
    rows.push(
      line((clock) => nameCell(clock, columns, paint)),
      line((clock) => valueCell(clock, columns, paint)),
      line((clock) =>
        paint('muted', fill(clock.expectedMs === null ? '' : `of ${shortDuration(clock.expectedMs)}`, columns)),
      ),
    );
  }
  return rows;
}

function nameCell({ name, isRunning, elapsedMs }: LiveClock, columns: number, paint: Paint): string {
  if (isRunning) return paint('running', fill(`◔ ${name}`, columns));
  return elapsedMs === null ? paint('muted', fill(name, columns)) : fill(name, columns);
}

function valueCell({ elapsedMs, expectedMs, isRunning }: LiveClock, columns: number, paint: Paint): string {
  if (elapsedMs === null) return paint('muted', fill('–', columns));
  const isOverdue = expectedMs !== null && elapsedMs > expectedMs;
  const shown = `${isRunning ? runningTime(elapsedMs) : formatDuration(elapsedMs)}${isOverdue ? ' late' : ''}`;
  const cell = fill(fit(shown, columns - 1), columns);
  return isOverdue ? paint('failed', cell) : isRunning ? paint('strong', cell) : cell;
}
