import type { Bar, ClockName, Clocks } from '../record.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { CLOCKS, shortDuration } from './words.ts';

/** What the timeline shows, in milliseconds; where it stands on the page is the business of the layout. */
export interface TimelineModel {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lanes: readonly Lane[];
  readonly ticks: readonly Tick[];
  readonly rta: { readonly fromMs: number; readonly toMs: number; readonly isExceeded: boolean } | null;
  readonly limitAtMs: number | null;
  readonly limitText: string;
  readonly rtaText: string;
}

export interface Lane {
  readonly name: string;
  readonly summary: string;
  readonly bars: readonly LaneBar[];
}

export interface LaneBar {
  readonly name: string;
  /** What was measured: duration, attempt, outcome. */
  readonly measure: string;
  readonly readyAtMs: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Between start and end: nobody worked. */
  readonly waits: Bar['waits'];
  readonly p50AtMs: number | null;
  readonly p90AtMs: number | null;
  /** From here on it is longer than its p90, or the limit has passed. */
  readonly overFromMs: number | null;
  readonly cause: string;
  readonly style: 'measured' | 'assumed' | 'modelled' | 'skipped';
  readonly outcome: Bar['outcome'];
  readonly isCritical: boolean;
  /** A clock's own time between two instants, not a step: may be folded. */
  readonly isStep: boolean;
  readonly description: string;
}

export interface Tick {
  readonly atMs: number;
  readonly name: string;
  readonly meaning: string;
}

export function timelineModel(clocks: Clocks): TimelineModel {
  const limitAtMs = limitInstant(clocks);
  const lanes = CLOCKS.map((clock) => laneOf(clocks, clock, limitAtMs));
  const bars = lanes.flatMap((lane) => lane.bars);
  const ticks = ticksOf(clocks);
  const starts = [...bars.map((bar) => bar.readyAtMs), ...ticks.map((tick) => tick.atMs)];
  const ends = [
    ...bars.flatMap((bar) => [bar.endMs, bar.p90AtMs ?? 0]),
    ...ticks.map((tick) => tick.atMs),
    limitAtMs ?? 0,
  ];
  const rtaFrom = instantAt(clocks, 't2');
  const isExceeded = clocks.marginMs !== null && clocks.marginMs < 0;
  return {
    fromMs: starts.length === 0 ? 0 : Math.min(...starts),
    toMs: Math.max(...ends, 0),
    lanes,
    ticks,
    rta:
      rtaFrom === null || clocks.rtaMs === null ? null : { fromMs: rtaFrom, toMs: rtaFrom + clocks.rtaMs, isExceeded },
    limitAtMs,
    limitText: limitText(clocks),
    rtaText: clocks.rtaMs === null ? 'RTA: did not get there' : `RTA ${formatDuration(clocks.rtaMs)}`,
  };
}

function instantAt(clocks: Clocks, name: string): number | null {
  return clocks.instants.find((instant) => instant.name === name)?.atMs ?? null;
}

/** The limit runs from where the RTA starts. */
function limitInstant(clocks: Clocks): number | null {
  const from = instantAt(clocks, 't2');
  return from === null || clocks.limitMs === null ? null : from + clocks.limitMs;
}

function limitText(clocks: Clocks): string {
  if (clocks.limitMs === null) return '';
  const limit = `limit ${shortDuration(clocks.limitMs)}`;
  if (clocks.marginMs === null) return limit;
  return clocks.marginMs < 0
    ? `${limit}: ${formatDuration(-clocks.marginMs)} too long`
    : `${limit}: ${formatDuration(clocks.marginMs)} to spare`;
}

/** A label at a tick has little room; the full meaning stands in the table of instants. */
const SHORT_MEANING: Readonly<Record<string, string>> = {
  t0: 'first damage',
  t1: 'detected',
  t2: 'decided',
  t3: 'last writer out',
  t4: 'old version answers',
  t5: 'verified',
  t6: 'first user writes',
  t7: 'told it is open',
};

function ticksOf(clocks: Clocks): Tick[] {
  const ticks: Tick[] = [];
  for (const { name, meaning: fullMeaning, atMs, assumed } of clocks.instants) {
    if (atMs === null) continue;
    const meaning = `${SHORT_MEANING[name] ?? fullMeaning}${assumed ? ' (assumed)' : ''}`;
    const last = ticks.at(-1);
    if (last?.atMs === atMs)
      ticks[ticks.length - 1] = { atMs, name: `${last.name}, ${name}`, meaning: `${last.meaning}, ${meaning}` };
    else ticks.push({ atMs, name, meaning });
  }
  return ticks.sort((a, b) => a.atMs - b.atMs);
}

function laneOf(clocks: Clocks, clock: ClockName, limitAtMs: number | null): Lane {
  const steps = clocks.bars.filter((bar) => bar.clock === clock).sort((a, b) => a.readyAtMs - b.readyAtMs);
  const span = clocks.spans.find((each) => each.clock === clock);
  const isMeasured = span !== undefined && span.state !== 'none';
  const own = steps.length === 0 && isMeasured ? betweenInstants(clocks, clock) : null;
  const reading = clock === 'communicate' && isMeasured ? betweenInstants(clocks, clock) : null;
  const acknowledging = reading === null ? [] : [reading];
  return {
    name: clock,
    summary: isMeasured ? formatDuration(span.actualMs) : 'not measured',
    bars: own === null ? [...steps.map((bar) => inSpan(stepBar(bar, limitAtMs), span)), ...acknowledging] : [own],
  };
}

/** Time that nobody really spent is drawn and named as such, also where a step of ours stands for it. */
function inSpan(bar: LaneBar, span: Clocks['spans'][number] | undefined): LaneBar {
  // Sending is measured; only the reading of people is assumed, and that is the bar after opening.
  if (
    bar.style !== 'measured' ||
    span?.clock === 'communicate' ||
    (span?.state !== 'assumed' && span?.state !== 'modelled')
  )
    return bar;
  return {
    ...bar,
    style: span.state,
    measure: `${bar.measure}, ${span.state}`,
    description: `${bar.description} ${span.state}.`,
  };
}

const BETWEEN: Readonly<Partial<Record<ClockName, readonly [from: string, to: string]>>> = {
  detect: ['t0', 't1'],
  decide: ['t1', 't2'],
  communicate: ['t6', 't7'],
};

/** Detection and decision are no steps of the plan, nor is reading: their time is what lies between two instants. */
function betweenInstants(clocks: Clocks, clock: ClockName): LaneBar | null {
  const [from, to] = BETWEEN[clock] ?? ['', ''];
  const startMs = instantAt(clocks, from);
  const endMs = instantAt(clocks, to);
  const span = clocks.spans.find((each) => each.clock === clock);
  if (startMs === null || endMs === null || span === undefined) return null;
  const style = span.state === 'assumed' || span.state === 'modelled' ? span.state : 'measured';
  const word = style === 'measured' ? '' : `, ${style}`;
  const bar = {
    measure: `${formatDuration(endMs - startMs)}${word}`,
    readyAtMs: startMs,
    endMs,
    overFromMs: null,
    cause: '',
    style,
    outcome: 'succeeded',
    isStep: false,
  } as const;
  const part = clock === 'communicate' ? readingPart(startMs, bar.measure) : callPart(bar, span);
  return { ...bar, ...part, waits: [] };
}

type OwnPart = Pick<LaneBar, 'name' | 'startMs' | 'p50AtMs' | 'p90AtMs' | 'isCritical' | 'description'>;

/** After opening: beside the way back, and without an expectation of its own. */
function readingPart(startMs: number, measure: string): OwnPart {
  const name = 'until “open again” is acknowledged';
  return { name, startMs, p50AtMs: null, p90AtMs: null, isCritical: false, description: `${name}: ${measure}` };
}

function callPart(bar: Pick<LaneBar, 'readyAtMs' | 'endMs' | 'measure'>, span: Clocks['spans'][number]): OwnPart {
  const { clock, waitingMs, expected, note } = span;
  return {
    name: clock,
    startMs: Math.min(bar.endMs, bar.readyAtMs + waitingMs),
    p50AtMs: expected === null ? null : bar.readyAtMs + expected.p50Ms,
    p90AtMs: expected === null ? null : bar.readyAtMs + expected.p90Ms,
    isCritical: true,
    description: `${clock}: ${bar.measure}. ${note}`,
  };
}

function stepBar(bar: Bar, limitAtMs: number | null): LaneBar {
  const p90AtMs = bar.expected === null ? null : bar.startMs + bar.expected.p90Ms;
  const limits = [p90AtMs, bar.clock === 'communicate' ? null : limitAtMs].filter(
    (ms) => ms !== null && ms < bar.endMs,
  );
  const overFromMs = limits.length === 0 ? null : Math.max(bar.startMs, Math.min(...limits.map(Number)));
  return {
    name: bar.title,
    measure: measureOf(bar),
    readyAtMs: bar.readyAtMs,
    startMs: bar.startMs,
    endMs: bar.endMs,
    waits: bar.waits,
    p50AtMs: bar.expected === null ? null : bar.startMs + bar.expected.p50Ms,
    p90AtMs,
    overFromMs,
    cause: causeOf(bar, p90AtMs, overFromMs),
    style: bar.outcome === 'skipped' ? 'skipped' : 'measured',
    outcome: bar.outcome,
    isCritical: bar.critical && bar.outcome !== 'skipped',
    isStep: true,
    description: describeBar(bar),
  };
}

function measureOf(bar: Bar): string {
  const attempt = bar.attempt > 1 ? `, attempt ${bar.attempt}` : '';
  if (bar.outcome === 'skipped') return `skipped${attempt}`;
  const outcome = bar.outcome === 'failed' ? ', failed' : bar.outcome === 'unknown' ? ', outcome unknown' : '';
  const waited = bar.waits.length === 0 ? '' : ` and ${formatDuration(waitedIn(bar))} waiting`;
  return `${formatDuration(workedIn(bar))}${waited}${attempt}${outcome}`;
}

/** After its start. */
function waitedIn({ waits }: Bar): number {
  return waits.reduce((total, { fromMs, toMs }) => total + toMs - fromMs, 0);
}

export function workedIn(bar: Bar): number {
  return bar.endMs - bar.startMs - waitedIn(bar);
}

/** From ready to its end: nobody had started, or a person was waited for. */
export function waitingOf(bar: Bar): number {
  return bar.startMs - bar.readyAtMs + waitedIn(bar);
}

function causeOf(bar: Bar, p90AtMs: number | null, overFromMs: number | null): string {
  const detail = bar.detail === '' ? '' : `: ${bar.detail}`;
  if (overFromMs === null) return bar.outcome === 'succeeded' || bar.detail === '' ? '' : bar.detail;
  if (p90AtMs !== null && p90AtMs < bar.endMs) return `${formatDuration(bar.endMs - p90AtMs)} over p90${detail}`;
  return `${formatDuration(bar.endMs - overFromMs)} past the limit${detail}`;
}

/** The text alternative of a bar: all that the picture says about it. */
function describeBar(bar: Bar): string {
  const parts = [
    `${bar.title}: ${bar.outcome} after ${formatDuration(workedIn(bar))}`,
    waitingOf(bar) > 0 ? `waited ${formatDuration(waitingOf(bar))}` : '',
    bar.expected === null
      ? ''
      : `expected ${formatDuration(bar.expected.p50Ms)}, at most ${formatDuration(bar.expected.p90Ms)}`,
    bar.critical ? 'on the critical path' : 'beside the critical path',
    bar.attempt > 1 ? `attempt ${bar.attempt}` : '',
    bar.detail,
  ];
  return `${parts.filter((part) => part !== '').join('; ')}.`;
}
