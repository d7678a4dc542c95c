import { fitText, textWidth } from './text-width.ts';
import { createTimeScale, roundStepMs, type Fold, type TimeScale } from './time-scale.ts';
import type { LaneBar, TimelineModel } from './timeline-model.ts';
import { shortDuration } from './words.ts';

/** Where everything of a timeline stands, in pixels. Pure geometry, so that a test can hold it to account. */
export interface TimelineLayout {
  readonly width: number;
  readonly height: number;
  readonly gutter: number;
  readonly plotTop: number;
  readonly plotBottom: number;
  readonly lanes: readonly PlacedLane[];
  readonly bars: readonly PlacedBar[];
  readonly ticks: readonly PlacedTick[];
  readonly folds: readonly Fold[];
  readonly axis: readonly PlacedText[];
  readonly rta: { readonly x1: number; readonly x2: number; readonly y: number; readonly text: PlacedText; readonly isExceeded: boolean } | null;
  readonly limit: { readonly x: number; readonly text: PlacedText } | null;
}

export interface PlacedText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** `cause` follows `text` on the same line, in the colour of failure. */
export interface Label extends PlacedText {
  readonly cause: string;
  readonly hasSign: boolean;
}

export interface PlacedLane {
  readonly name: PlacedText;
  readonly summary: PlacedText;
  readonly top: number;
  readonly bottom: number;
}

export interface PlacedTick {
  readonly x: number;
  readonly label: PlacedText;
}

export interface PlacedBar {
  readonly bar: LaneBar;
  readonly lines: readonly Label[];
  /** Top of the bar itself. */
  readonly y: number;
  readonly readyX: number;
  readonly startX: number;
  readonly endX: number;
  readonly p50X: number | null;
  readonly p90X: number | null;
  readonly overX: number | null;
}

export interface LayoutOptions {
  readonly width: number;
  /** `lanes`: clocks beside the plot. `rows`: for narrow pages, the clock above its bars, one bar a row. */
  readonly form: 'lanes' | 'rows';
}

export const BAR_HEIGHT = 12;
const TEXT = 13;
const LINE = 18;
const ROW_HEIGHT = { lanes: 40, rows: 64 };
/** Room for the sign of a failed or unknown bar. */
export const SIGN = 16;
const LANE_PADDING = 8;
const MIN_BAR = 3;
/** Bold letters are that much wider. */
const BOLD = 1.1;
const GAP = 12;

export function layoutTimeline(model: TimelineModel, options: LayoutOptions): TimelineLayout {
  const gutter = options.form === 'lanes' ? 116 : 0;
  const scale = fittingScale(model, options, gutter);
  const ticks = placeTicks(model, scale, options);
  const plotTop = ticks.rows * LINE + 8;
  const placed = placeLanes(model, { ...options, gutter, scale, top: plotTop });
  const below = placed.bottom + LINE;
  const footer = placeFooter(model, { scale, width: options.width, top: below, gutter });
  return {
    width: options.width,
    height: footer.bottom,
    gutter,
    plotTop,
    plotBottom: placed.bottom,
    lanes: placed.lanes,
    bars: placed.bars,
    ticks: ticks.placed,
    folds: scale.folds,
    axis: placeAxis(model, scale, { y: placed.bottom + 14, width: options.width }),
    rta: footer.rta,
    limit: footer.limit,
  };
}

/** The labels of the last ticks need room at the right, which depends on the scale, which depends on that room. */
function fittingScale(model: TimelineModel, options: LayoutOptions, gutter: number): TimeScale {
  const widest = options.width - 2;
  const first = scaleUpTo(model, gutter, widest);
  const overflow = Math.max(0, ...model.ticks.map((tick) => first.x(tick.atMs) + 4 + textWidth(tickText(tick, options), TEXT) - widest));
  return overflow === 0 ? first : scaleUpTo(model, gutter, widest - overflow);
}

function scaleUpTo(model: TimelineModel, gutter: number, right: number): TimeScale {
  const steps = model.lanes.flatMap((lane) => lane.bars).filter((bar) => bar.isStep);
  return createTimeScale({
    fromMs: model.fromMs,
    toMs: model.toMs,
    busy: steps.map((bar) => ({ fromMs: bar.readyAtMs, toMs: bar.endMs })),
    anchors: [...model.ticks.map((tick) => tick.atMs), ...(model.limitAtMs === null ? [] : [model.limitAtMs])],
    left: gutter + 6,
    right,
    foldWidth: gutter === 0 ? 36 : 72,
  });
}

function tickText(tick: TimelineModel['ticks'][number], options: LayoutOptions): string {
  const text = options.form === 'rows' ? tick.name : `${tick.name} ${tick.meaning}`;
  return fitText(text, TEXT, options.form === 'rows' ? 90 : options.width * 0.3);
}

/**
 * A label stands right of its tick. Read from the right, each label goes one row above all labels whose ticks lie under
 * it, so neither labels nor the lines down to the axis cross a label.
 */
function placeTicks(model: TimelineModel, scale: TimeScale, options: LayoutOptions): { rows: number; placed: PlacedTick[] } {
  const stacked: Array<{ x: number; end: number; row: number; text: string }> = [];
  for (const tick of [...model.ticks].reverse()) {
    const x = scale.x(tick.atMs);
    const text = tickText(tick, options);
    const end = x + 4 + textWidth(text, TEXT) + GAP / 2;
    const row = Math.max(0, ...stacked.filter((other) => other.x < end).map((other) => other.row + 1));
    stacked.push({ x, end, row, text });
  }
  const rows = Math.max(0, ...stacked.map((each) => each.row + 1));
  const placed = stacked.reverse().map(({ x, row, text }) => ({ x, label: { x: x + 4, y: (rows - row) * LINE - 4, text } }));
  return { rows, placed };
}

interface LaneContext extends LayoutOptions {
  readonly gutter: number;
  readonly scale: TimeScale;
  readonly top: number;
}

function placeLanes(model: TimelineModel, context: LaneContext): { lanes: PlacedLane[]; bars: PlacedBar[]; bottom: number } {
  const lanes: PlacedLane[] = [];
  const bars: PlacedBar[] = [];
  let top = context.top;
  for (const lane of model.lanes) {
    const heading = context.form === 'rows' ? 28 : 0;
    const drafts = lane.bars.map((bar) => draftBar(bar, context));
    const rows = context.form === 'rows' ? drafts.map((_, index) => index) : packRows(drafts);
    const rowCount = Math.max(context.form === 'rows' ? 0 : 1, ...rows.map((row) => row + 1));
    drafts.forEach((draft, index) => bars.push(dropTo(draft, top + heading + LANE_PADDING + (rows[index] ?? 0) * ROW_HEIGHT[context.form])));
    const bottom = top + heading + rowCount * ROW_HEIGHT[context.form] + (context.form === 'rows' ? 4 : 2 * LANE_PADDING);
    const summaryX = context.form === 'rows' ? textWidth(lane.name, 15) + 12 : 0;
    lanes.push({
      name: { x: 0, y: top + 22, text: lane.name },
      summary: { x: summaryX, y: top + (context.form === 'rows' ? 22 : 40), text: lane.summary },
      top,
      bottom,
    });
    top = bottom;
  }
  return { lanes, bars, bottom: top };
}

interface Extent {
  readonly left: number;
  readonly right: number;
}

interface Draft extends PlacedBar {
  readonly labelExtent: Extent;
  readonly barExtent: Extent;
}

function draftBar(bar: LaneBar, context: LaneContext): Draft {
  const { scale } = context;
  const startX = scale.x(bar.startMs);
  const readyX = scale.x(bar.readyAtMs);
  const endX = Math.max(scale.x(bar.endMs), startX + MIN_BAR);
  const p90X = bar.p90AtMs === null ? null : scale.x(bar.p90AtMs);
  const { lines, left, right } = placeLabel(bar, readyX, context);
  return {
    bar,
    lines,
    y: lines.length * LINE + 4,
    readyX,
    startX,
    endX,
    p50X: bar.p50AtMs === null ? null : scale.x(bar.p50AtMs),
    p90X,
    overX: bar.overFromMs === null ? null : scale.x(bar.overFromMs),
    labelExtent: { left, right: right + GAP },
    barExtent: { left: readyX + 1, right: Math.max(endX, p90X ?? 0) },
  };
}

/** One line above the bar, moved left where the page ends; on narrow pages two lines at the left edge. */
function placeLabel(bar: LaneBar, x: number, { form, gutter, width }: LaneContext): { lines: Label[]; left: number; right: number } {
  const hasSign = bar.outcome === 'failed' || bar.outcome === 'unknown';
  const mark = hasSign ? SIGN : 0;
  const room = width - gutter - 4 - mark;
  if (form === 'rows') {
    const cause = fitText(bar.cause, TEXT, room + mark - textWidth(`${bar.measure} `, TEXT));
    const lines = [
      { x: mark, y: 12, text: fitText(bar.name, TEXT, room), cause: '', hasSign },
      { x: 0, y: 12 + LINE, text: bar.measure, cause, hasSign: false },
    ];
    return { lines, left: 0, right: width };
  }
  const text = fitText(`${bar.name} ${bar.measure}`, TEXT, room);
  const textSize = textWidth(`${text} `, TEXT);
  const cause = bar.cause === '' || room - textSize < 60 ? '' : fitText(bar.cause, TEXT, room - textSize);
  const size = mark + textSize + textWidth(cause, TEXT);
  const left = Math.max(gutter + 2, Math.min(x + 3, width - size - 2));
  return { lines: [{ x: left + mark, y: 12, text, cause, hasSign }], left, right: left + size };
}

/** First row in which neither label nor bar with its expected outline meets another one. Steps that follow each other may touch. */
function packRows(drafts: readonly Draft[]): number[] {
  const rows: Draft[][] = [];
  return drafts.map((draft) => {
    const free = rows.findIndex((row) => row.every((other) => isApart(draft.labelExtent, other.labelExtent) && isApart(draft.barExtent, other.barExtent)));
    const index = free === -1 ? rows.length : free;
    rows[index] = [...(rows[index] ?? []), draft];
    return index;
  });
}

function isApart(one: Extent, other: Extent): boolean {
  return one.left > other.right || one.right < other.left;
}

function dropTo({ labelExtent: _label, barExtent: _bar, ...draft }: Draft, top: number): PlacedBar {
  return { ...draft, y: draft.y + top, lines: draft.lines.map((line) => ({ ...line, y: line.y + top })) };
}

/** Elapsed time since the left edge. Folds are labelled first: a scale that jumps must say so. */
function placeAxis(model: TimelineModel, scale: TimeScale, { y, width }: { y: number; width: number }): PlacedText[] {
  const placed: PlacedText[] = [];
  const add = (x: number, text: string): void => {
    const size = textWidth(text, TEXT);
    const left = Math.max(0, Math.min(x, width - size));
    const isFree = placed.every((other) => left > other.x + textWidth(other.text, TEXT) + GAP || left + size + GAP < other.x);
    if (isFree) placed.push({ x: left, y, text });
  };
  for (const fold of scale.folds) {
    const text = shortDuration(fold.toMs - fold.fromMs);
    add(fold.x + (fold.width - textWidth(text, TEXT)) / 2, text);
  }
  const linearMs = scale.linear.reduce((sum, each) => sum + each.toMs - each.fromMs, 0);
  const stepMs = roundStepMs(linearMs, Math.max(2, Math.floor(width / 130)));
  for (const piece of scale.linear) {
    const firstMs = Math.ceil((piece.fromMs - model.fromMs) / stepMs) * stepMs;
    for (let ms = firstMs; ms <= piece.toMs - model.fromMs; ms += stepMs) add(scale.x(model.fromMs + ms), shortDuration(ms));
  }
  return placed;
}

interface FooterContext {
  readonly scale: TimeScale;
  readonly width: number;
  readonly top: number;
  readonly gutter: number;
}

function placeFooter(model: TimelineModel, context: FooterContext): Pick<TimelineLayout, 'rta' | 'limit'> & { bottom: number } {
  const { scale, width, top, gutter } = context;
  const placeText = (x: number, y: number, text: string): PlacedText => {
    const fitted = fitText(text, TEXT, (width - 8) / BOLD);
    return { x: Math.max(gutter + 2, Math.min(x, width - textWidth(fitted, TEXT) * BOLD - 2)), y, text: fitted };
  };
  let y = top + 10;
  let rta: TimelineLayout['rta'] = null;
  if (model.rta !== null) {
    const x1 = scale.x(model.rta.fromMs);
    rta = { x1, x2: scale.x(model.rta.toMs), y, text: placeText(x1, y + LINE, model.rtaText), isExceeded: model.rta.isExceeded };
    y += LINE;
  }
  if (model.limitAtMs === null) return { rta, limit: null, bottom: y + 8 };
  const x = scale.x(model.limitAtMs);
  const size = textWidth(model.limitText, TEXT) * BOLD;
  const limitX = x - size - 6 > gutter ? x - size - 6 : x + 6;
  return { rta, limit: { x, text: placeText(limitX, y + LINE, model.limitText) }, bottom: y + LINE + 8 };
}
