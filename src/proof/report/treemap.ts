import type { Comparison } from '../record.ts';
import { type Markup, markup } from './markup.ts';
import { fitText, textWidth } from './text-width.ts';
import { countOf } from '../../kernel/count.ts';

type Tile = Comparison['tiles'][number];

export interface PlacedTile {
  readonly tile: Tile;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An unequal table gets at least this share of the picture, however few rows it has: it must be seen. */
const VISIBLE_SHARE = 0.03;
const TEXT = 13;
/** Bold letters are that much wider. */
const BOLD = 1.1;

/** Squarified treemap (Bruls, Huizing, van Wijk 2000): areas by rows, tiles as square as they can be. */
export function layoutTreemap(
  tiles: readonly Tile[],
  size: { readonly width: number; readonly height: number },
): PlacedTile[] {
  const rows = Math.max(
    1,
    tiles.reduce((sum, tile) => sum + tile.rows, 0),
  );
  const weighted = tiles
    .map((tile) => ({ tile, weight: Math.max(tile.rows, tile.equal ? rows * 0.0005 : rows * VISIBLE_SHARE, 0.001) }))
    .sort((a, b) => b.weight - a.weight);
  const total = weighted.reduce((sum, each) => sum + each.weight, 0);
  const queue = weighted.map(({ tile, weight }) => ({ tile, area: (weight / total) * size.width * size.height }));
  const free = { x: 0, y: 0, width: size.width, height: size.height };
  const placed: PlacedTile[] = [];
  while (queue.length > 0) {
    const side = Math.min(free.width, free.height);
    let taken = 1;
    while (
      taken < queue.length &&
      worstRatio(queue.slice(0, taken + 1), side) <= worstRatio(queue.slice(0, taken), side)
    )
      taken += 1;
    placed.push(...placeStrip(queue.splice(0, taken), free));
  }
  return placed;
}

interface Area {
  readonly tile: Tile;
  readonly area: number;
}

function worstRatio(strip: readonly Area[], side: number): number {
  const sum = strip.reduce((total, each) => total + each.area, 0);
  const thickness = sum / side;
  return Math.max(...strip.map(({ area }) => Math.max(thickness ** 2 / area, area / thickness ** 2)));
}

function placeStrip(
  strip: readonly Area[],
  free: { x: number; y: number; width: number; height: number },
): PlacedTile[] {
  const sum = strip.reduce((total, each) => total + each.area, 0);
  const isUpright = free.width >= free.height;
  const thickness = sum / (isUpright ? free.height : free.width);
  let offset = 0;
  const placed = strip.map(({ tile, area }) => {
    const length = area / thickness;
    const box = isUpright
      ? { x: free.x, y: free.y + offset, width: thickness, height: length }
      : { x: free.x + offset, y: free.y, width: length, height: thickness };
    offset += length;
    return { tile, ...box };
  });
  if (isUpright) Object.assign(free, { x: free.x + thickness, width: free.width - thickness });
  else Object.assign(free, { y: free.y + thickness, height: free.height - thickness });
  return placed;
}

export interface TreemapOptions {
  readonly width: number;
  readonly height: number;
  /** Keeps ids of several pictures apart. */
  readonly scope: string;
  /** What is counted: row or file. */
  readonly unit: string;
}

export function drawTreemap(tiles: readonly Tile[], options: TreemapOptions): Markup {
  const { width, height, scope, unit } = options;
  return markup`<svg class="treemap" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="Parts by number of ${unit}s; those that differ are marked.">
<defs><pattern id="${scope}-cross" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="crossing" x1="0" y1="0" x2="0" y2="7"/></pattern></defs>
${layoutTreemap(tiles, { width, height }).map((placed) => drawTile(placed, { scope, unit }))}</svg>`;
}

function drawTile({ tile, ...box }: PlacedTile, { scope, unit }: Pick<TreemapOptions, 'scope' | 'unit'>): Markup {
  const round = (value: number): string => String(Math.round(value * 10) / 10);
  const description = `${tile.part}: ${countOf(tile.rows, unit)}, ${tile.equal ? 'equal' : 'different'}`;
  const area = {
    x: round(box.x + 0.5),
    y: round(box.y + 0.5),
    width: round(Math.max(0.5, box.width - 1)),
    height: round(Math.max(0.5, box.height - 1)),
  };
  const room = (box.width - 10) / (tile.equal ? 1 : BOLD);
  const name = fitText(tile.part, TEXT, room);
  const isNamed = box.height >= 22 && room > 24 && name.length > 3;
  const rows = countOf(tile.rows, unit);
  const isCounted = isNamed && box.height >= 40 && textWidth(rows, TEXT) <= room;
  return markup`<g class="tile ${tile.equal ? 'is-equal' : 'is-different'}" role="img" aria-label="${description}"><title>${description}</title><rect x="${area.x}" y="${area.y}" width="${area.width}" height="${area.height}"/>${
    !tile.equal &&
    markup`<rect class="cross" x="${area.x}" y="${area.y}" width="${area.width}" height="${area.height}" fill="url(#${scope}-cross)"/>`
  }${isNamed && markup`<text x="${round(box.x + 6)}" y="${round(box.y + 16)}">${name}</text>`}${isCounted && markup`<text class="rows" x="${round(box.x + 6)}" y="${round(box.y + 33)}">${rows}</text>`}</g>`;
}
