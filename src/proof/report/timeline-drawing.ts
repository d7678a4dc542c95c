import { type Markup, markup } from './markup.ts';
import {
  BAR_HEIGHT,
  type Label,
  type PlacedBar,
  type PlacedText,
  SIGN,
  type Stripe,
  type TimelineLayout,
} from './timeline-geometry.ts';

/** Draws a laid-out timeline as SVG. Geometry stands in attributes: the content security policy forbids inline styles. */
export function drawTimeline(layout: TimelineLayout, scope: string): Markup {
  const hatch = `${scope}-hatch`;
  return markup`<svg class="timeline" viewBox="0 0 ${layout.width} ${px(layout.height)}" width="${layout.width}" height="${px(layout.height)}" role="group" aria-label="Timeline of the clocks. The same data stands in the table below.">
<defs><pattern id="${hatch}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatching" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>
${layout.lanes.map((lane) => markup`<line class="rule" x1="0" y1="${px(lane.top)}" x2="${layout.width}" y2="${px(lane.top)}"/>`)}
<line class="rule" x1="0" y1="${px(layout.plotBottom)}" x2="${layout.width}" y2="${px(layout.plotBottom)}"/>
${layout.ticks.map((tick) => markup`<line class="tick" x1="${px(tick.x)}" y1="${px(tick.label.y - 11)}" x2="${px(tick.x)}" y2="${px(layout.plotBottom)}"/>`)}
${drawLimitLine(layout)}
${drawConnectors(layout.bars)}
${layout.bars.map((bar) => drawBar(bar, hatch))}
${layout.folds.map((fold) => drawFold(fold.x + fold.width / 2, layout))}
${layout.bars.map(drawLabels)}
${drawRta(layout)}
${layout.lanes.map((lane) => [textAt(lane.name, 'lane-name'), textAt(lane.summary, 'lane-summary')])}
${layout.ticks.map((tick) => textAt(tick.label, 'tick-name'))}
${layout.axis.map((label) => textAt(label, 'axis'))}
</svg>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function textAt(placed: PlacedText, className: string): Markup {
  return markup`<text class="${className}" x="${px(placed.x)}" y="${px(placed.y)}">${placed.text}</text>`;
}

function drawBar(placed: PlacedBar, hatch: string): Markup {
  const { bar, y } = placed;
  const failed = bar.outcome === 'failed' ? ' is-failed' : bar.outcome === 'unknown' ? ' is-inconclusive' : '';
  return markup`<g class="bar is-${bar.style}${failed}" role="img" aria-label="${bar.description}"><title>${bar.description}</title>
${waitingStripes(placed).map(({ fromX, toX }) => rectangle('waiting', { x: fromX, y, width: toX - fromX }, `url(#${hatch})`))}
${workingStripes(placed).map(({ fromX, toX }) => rectangle('work', { x: fromX, y, width: toX - fromX }))}
${placed.overX !== null && rectangle('over', { x: placed.overX, y, width: Math.max(2, placed.endX - placed.overX) })}
${drawExpected(placed)}
${bar.isCritical && markup`<line class="critical" x1="${px(placed.readyX)}" y1="${px(y + BAR_HEIGHT / 2)}" x2="${px(placed.endX)}" y2="${px(y + BAR_HEIGHT / 2)}"/>`}
</g>`;
}

function waitingStripes({ readyX, startX, waits }: PlacedBar): readonly Stripe[] {
  return [{ fromX: readyX, toX: startX }, ...waits].filter(({ fromX, toX }) => toX > fromX);
}

/** What the waits leave of a bar; a bar without waits is one piece. */
function workingStripes({ startX, endX, waits }: PlacedBar): readonly Stripe[] {
  const starts = [startX, ...waits.map(({ toX }) => toX)];
  const ends = [...waits.map(({ fromX }) => fromX), endX];
  return starts.flatMap((fromX, index) => {
    const toX = ends[index] ?? endX;
    return toX > fromX ? [{ fromX, toX }] : [];
  });
}

/** After all shapes, so that no line and no fold cuts through a word. */
function drawLabels({ bar, lines }: PlacedBar): Markup {
  const sign = bar.outcome === 'unknown' ? 'inconclusive' : 'failed';
  return markup`<g class="is-${sign}">${lines.map((line) => drawLabel(line, sign))}</g>`;
}

function drawLabel(line: Label, sign: string): Markup {
  return markup`${line.hasSign && markup`<use class="sign" href="#shape-${sign}" x="${px(line.x - SIGN)}" y="${px(line.y - 10)}" width="11" height="11"/>`}
<text class="bar-name" x="${px(line.x)}" y="${px(line.y)}">${line.text}${line.cause !== '' && markup` <tspan class="cause">${line.cause}</tspan>`}</text>`;
}

function rectangle(className: string, box: { x: number; y: number; width: number }, fill?: string): Markup {
  return markup`<rect class="${className}" x="${px(box.x)}" y="${px(box.y)}" width="${px(box.width)}" height="${BAR_HEIGHT}"${fill !== undefined && markup` fill="${fill}"`}/>`;
}

/** p50 a solid edge, from there to p90 a dashed one. */
function drawExpected({ startX, p50X, p90X, y }: PlacedBar): Markup | null {
  if (p50X === null || p90X === null) return null;
  const top = px(y - 3);
  const bottom = px(y + BAR_HEIGHT + 3);
  const p50 = px(Math.max(p50X, startX + 2));
  return markup`<path class="p50" d="M${px(startX)} ${top}H${p50}V${bottom}H${px(startX)}Z"/><path class="p90" d="M${p50} ${top}H${px(p90X)}V${bottom}H${p50}"/>`;
}

/** From the end of one critical bar to the start of the next: the heavy line must be one line. */
function drawConnectors(bars: readonly PlacedBar[]): Markup | null {
  const critical = bars
    .filter((placed) => placed.bar.isCritical)
    .sort((a, b) => a.bar.readyAtMs - b.bar.readyAtMs || a.bar.endMs - b.bar.endMs);
  const middle = (placed: PlacedBar): string => px(placed.y + BAR_HEIGHT / 2);
  const segments = critical.slice(1).flatMap((next, index) => {
    const from = critical[index];
    if (from === undefined) return [];
    const x = Math.max(next.readyX, Math.min(from.endX, next.endX));
    return [`M${px(Math.min(from.endX, x))} ${middle(from)}H${px(x)}V${middle(next)}`];
  });
  return segments.length === 0 ? null : markup`<path class="critical" d="${segments.join('')}"/>`;
}

function drawFold(x: number, layout: TimelineLayout): Markup {
  const { plotTop: top, plotBottom: bottom } = layout;
  const zigzag = (offset: number): string => {
    let path = `M${px(x + offset)} ${px(top)}`;
    for (let y = top + 8, side = 1; y <= bottom; y += 8, side = -side) path += `L${px(x + offset + side * 3)} ${px(y)}`;
    return path;
  };
  return markup`<g class="fold"><title>Folded: nothing happens here.</title><rect class="gap" x="${px(x - 4)}" y="${px(top)}" width="8" height="${px(bottom - top)}"/><path d="${zigzag(-4)}"/><path d="${zigzag(4)}"/></g>`;
}

function drawLimitLine({ limit, plotTop, height }: TimelineLayout): Markup | null {
  if (limit === null) return null;
  return markup`<line class="limit" x1="${px(limit.x)}" y1="${px(plotTop)}" x2="${px(limit.x)}" y2="${px(height - 8)}"/>`;
}

/** The measured way from t2 to t6 as a dimension line, and the way that is left to the limit, or beyond it. */
function drawRta({ rta, limit }: TimelineLayout): Markup {
  const ends = (x: number, y: number): Markup =>
    markup`<line class="dimension" x1="${px(x)}" y1="${px(y - 4)}" x2="${px(x)}" y2="${px(y + 4)}"/>`;
  const state = rta?.isExceeded === true ? ' is-exceeded' : '';
  return markup`${
    rta !== null &&
    markup`<g class="rta"><line class="dimension" x1="${px(rta.x1)}" y1="${px(rta.y)}" x2="${px(rta.x2)}" y2="${px(rta.y)}"/>${ends(rta.x1, rta.y)}${ends(rta.x2, rta.y)}${
      limit !== null &&
      markup`<line class="margin${state}" x1="${px(Math.min(rta.x2, limit.x))}" y1="${px(rta.y)}" x2="${px(Math.max(rta.x2, limit.x))}" y2="${px(rta.y)}"/>`
    }${textAt(rta.text, 'rta-text')}</g>`
  }${limit !== null && textAt(limit.text, `limit-text${state}`)}`;
}
