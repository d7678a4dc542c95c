import { fitText, textWidth } from './text-width.ts';
import type { TimeScale } from './time-scale.ts';
import {
  GAP,
  type Label,
  type LayoutOptions,
  LANE_PADDING,
  LINE,
  MIN_BAR,
  type PlacedBar,
  type PlacedLane,
  ROW_HEIGHT,
  SIGN,
  TEXT,
} from './timeline-geometry.ts';
import type { LaneBar, TimelineModel } from './timeline-model.ts';

export interface LaneContext extends LayoutOptions {
  readonly gutter: number;
  readonly scale: TimeScale;
  readonly top: number;
}

export function placeLanes(
  model: TimelineModel,
  context: LaneContext,
): { lanes: PlacedLane[]; bars: PlacedBar[]; bottom: number } {
  const lanes: PlacedLane[] = [];
  const bars: PlacedBar[] = [];
  let top = context.top;
  for (const lane of model.lanes) {
    const heading = context.form === 'rows' ? 28 : 0;
    const drafts = lane.bars.map((bar) => draftBar(bar, context));
    const rows = context.form === 'rows' ? drafts.map((_, index) => index) : packRows(drafts);
    const rowCount = Math.max(context.form === 'rows' ? 0 : 1, ...rows.map((row) => row + 1));
    drafts.forEach((draft, index) =>
      bars.push(dropTo(draft, top + heading + LANE_PADDING + (rows[index] ?? 0) * ROW_HEIGHT[context.form])),
    );
    const bottom =
      top + heading + rowCount * ROW_HEIGHT[context.form] + (context.form === 'rows' ? 4 : 2 * LANE_PADDING);
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
    waits: bar.waits.map((wait) => ({ fromX: scale.x(wait.fromMs), toX: scale.x(wait.toMs) })),
    p50X: bar.p50AtMs === null ? null : scale.x(bar.p50AtMs),
    p90X,
    overX: bar.overFromMs === null ? null : scale.x(bar.overFromMs),
    labelExtent: { left, right: right + GAP },
    barExtent: { left: readyX + 1, right: Math.max(endX, p90X ?? 0) },
  };
}

/** One line above the bar, moved left where the page ends; on narrow pages two lines at the left edge. */
function placeLabel(
  bar: LaneBar,
  x: number,
  { form, gutter, width }: LaneContext,
): { lines: Label[]; left: number; right: number } {
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
  const text = fitText(`${bar.name} · ${bar.measure}`, TEXT, room);
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
    const free = rows.findIndex((row) =>
      row.every((other) => isApart(draft.labelExtent, other.labelExtent) && isApart(draft.barExtent, other.barExtent)),
    );
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
