import { fitText, textWidth } from './text-width.ts';
import { createTimeScale, roundStepMs, type TimeScale } from './time-scale.ts';
import {
  BOLD,
  GAP,
  type LayoutOptions,
  LINE,
  type PlacedText,
  type PlacedTick,
  TEXT,
  type TimelineLayout,
} from './timeline-geometry.ts';
import { placeLanes } from './timeline-lanes.ts';
import type { TimelineModel } from './timeline-model.ts';
import { shortDuration } from './words.ts';

const MAX_ROUNDS = 40;

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

/** The labels of the last ticks need room at the right, which depends on the scale, which depends on that room: a few rounds settle it. */
function fittingScale(model: TimelineModel, options: LayoutOptions, gutter: number): TimeScale {
  const widest = options.width - 2;
  const endOf = (scale: TimeScale): number =>
    Math.max(0, ...model.ticks.map((tick) => scale.x(tick.atMs) + 4 + textWidth(tickText(tick, options), TEXT)));
  let right = widest;
  let scale = scaleUpTo(model, gutter, right);
  for (let round = 0; round < MAX_ROUNDS && endOf(scale) > widest; round += 1) {
    right -= endOf(scale) - widest + 1;
    scale = scaleUpTo(model, gutter, right);
  }
  return scale;
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
function placeTicks(
  model: TimelineModel,
  scale: TimeScale,
  options: LayoutOptions,
): { rows: number; placed: PlacedTick[] } {
  const stacked: Array<{ x: number; end: number; row: number; text: string }> = [];
  for (const tick of [...model.ticks].reverse()) {
    const x = scale.x(tick.atMs);
    const text = tickText(tick, options);
    const end = x + 4 + textWidth(text, TEXT) + GAP / 2;
    const row = Math.max(0, ...stacked.filter((other) => other.x < end).map((other) => other.row + 1));
    stacked.push({ x, end, row, text });
  }
  const rows = Math.max(0, ...stacked.map((each) => each.row + 1));
  const placed = stacked
    .reverse()
    .map(({ x, row, text }) => ({ x, label: { x: x + 4, y: (rows - row) * LINE - 4, text } }));
  return { rows, placed };
}

/** Elapsed time since the left edge. Folds are labelled first: a scale that jumps must say so. */
function placeAxis(model: TimelineModel, scale: TimeScale, { y, width }: { y: number; width: number }): PlacedText[] {
  const placed: PlacedText[] = [];
  const add = (x: number, text: string): void => {
    const size = textWidth(text, TEXT);
    const left = Math.max(0, Math.min(x, width - size));
    const isFree = placed.every(
      (other) => left > other.x + textWidth(other.text, TEXT) + GAP || left + size + GAP < other.x,
    );
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
    for (let ms = firstMs; ms <= piece.toMs - model.fromMs; ms += stepMs)
      add(scale.x(model.fromMs + ms), shortDuration(ms));
  }
  return placed;
}

interface FooterContext {
  readonly scale: TimeScale;
  readonly width: number;
  readonly top: number;
  readonly gutter: number;
}

function placeFooter(
  model: TimelineModel,
  context: FooterContext,
): Pick<TimelineLayout, 'rta' | 'limit'> & { bottom: number } {
  const { scale, width, top, gutter } = context;
  const placeText = (x: number, y: number, text: string): PlacedText => {
    const fitted = fitText(text, TEXT, (width - 8) / BOLD);
    return { x: Math.max(gutter + 2, Math.min(x, width - textWidth(fitted, TEXT) * BOLD - 2)), y, text: fitted };
  };
  let y = top + 10;
  let rta: TimelineLayout['rta'] = null;
  if (model.rta !== null) {
    const x1 = scale.x(model.rta.fromMs);
    rta = {
      x1,
      x2: scale.x(model.rta.toMs),
      y,
      text: placeText(x1, y + LINE, model.rtaText),
      isExceeded: model.rta.isExceeded,
    };
    y += LINE;
  }
  if (model.limitAtMs === null) return { rta, limit: null, bottom: y + 8 };
  const x = scale.x(model.limitAtMs);
  const size = textWidth(model.limitText, TEXT) * BOLD;
  const limitX = x - size - 6 > gutter ? x - size - 6 : x + 6;
  return { rta, limit: { x, text: placeText(limitX, y + LINE, model.limitText) }, bottom: y + LINE + 8 };
}
