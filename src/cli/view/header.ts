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

/** Room for `◔ communicate`. */
const MIN_CLOCK_COLUMNS = 13;
const MAX_CLOCK_COLUMNS = 18;

/** What is drilled, how long it has taken, and the six clocks; the one that runs is marked. */
export function headerLines(heading: Heading, state: ViewState, frame: Frame): readonly string[] {
  return [titleLine(heading, state, frame), '', ...clockRows(liveClocks(state, frame.nowMs, heading.expected), frame)];
}

export function titleLine(heading: Heading, state: ViewState, { nowMs, width, paint }: Frame): string {
  const right = timeFigures(heading, state, nowMs);
  const room = width - columnsOf(right) - 1;
  const full = fullTitle(heading);
  const left = columnsOf(full) <= room ? full : plainText(`${heading.plan} · ${heading.scenario}`);
  return paint('strong', spread(left, right, width));
}

export function fullTitle({ plan, scenario, kind }: Heading): string {
  return plainText(`${plan} · ${scenario} · ${kind}`);
}

function timeFigures(heading: Heading, state: ViewState, nowMs: number): string {
  const totalMs = state.openedAtMs === null ? 0 : nowMs - state.openedAtMs;
  const write = state.isOver ? formatDuration : runningTime;
  const total = `total ${write(totalMs)}`;
  const rta = rtaMs(state, nowMs);
  if (rta === null) return total;
  const { rtoMs } = heading.expected;
  return `RTA ${write(rta)}${rtoMs === null ? '' : ` ${rta > rtoMs ? '> limit' : 'of'} ${shortDuration(rtoMs)}`} · ${total}`;
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
      line((clock) => paint('muted', fill(clock.expectedMs === null ? '' : `of ${shortDuration(clock.expectedMs)}`, columns))),
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
