import { countOf, formatCount } from '../../kernel/count.ts';
import type { WorkRecord } from '../record.ts';
import { balanceInWords } from '../work.ts';
import { type Markup, markup } from './markup.ts';
import { textWidth } from './text-width.ts';

type Balance = WorkRecord['balances'][number];

const TEXT = 13;
const BOLD = 1.1;
const BAR = 32;
const GAP = 4;
/** Wide enough to be seen when it is one in thousands. */
const LEAST_REST = 24;

export interface BalanceOptions {
  readonly width: number;
  /** Keeps ids of several pictures apart. */
  readonly scope: string;
}

interface Segment {
  readonly name: string;
  readonly count: number;
  readonly x: number;
  readonly width: number;
}

/** Two beams of one length: what was captured, and below it where that is now. What is missing below is crossed out. */
export function drawBalance(balance: Balance, { width, scope }: BalanceOptions): Markup {
  const { segments, rest } = layoutBalance(balance, width);
  const [top, bottom, below] = [0, BAR + GAP, 2 * BAR + GAP + 20];
  const description = `${balanceInWords(balance)}; ${formatCount(balance.unaccounted)} unaccounted for`;
  return markup`<svg class="balance" viewBox="0 0 ${width} ${below + 6}" width="${width}" height="${below + 6}" role="img" aria-label="${description}"><title>${description}</title>
<defs><pattern id="${scope}-cross" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="crossing" x1="0" y1="0" x2="0" y2="7"/></pattern></defs>
${beam({ name: 'captured', count: balance.captured, x: 0, width }, { y: top, kind: 'captured' })}
${segments.map((segment) => beam(segment, { y: bottom, kind: segment.name }))}
${rest !== null && remainder(rest, { y: bottom, textY: below, width, scope })}</svg>`;
}

/** Widths by count; whatever is unaccounted for takes room from the others before it gets too thin to be seen. */
export function layoutBalance(
  { captured, ends, unaccounted }: Balance,
  width: number,
): { readonly segments: readonly Segment[]; readonly rest: Segment | null } {
  const total = Math.max(1, captured);
  const restWidth = unaccounted === 0 ? 0 : Math.max(LEAST_REST, (unaccounted / total) * width);
  const room = width - restWidth;
  const accounted = Math.max(1, captured - unaccounted);
  let x = 0;
  const segments = (['kept', 'replayed', 'parked', 'waived'] as const).flatMap((name) => {
    const count = ends[name];
    if (count === 0) return [];
    const segment = { name, count, x, width: (count / accounted) * room };
    x += segment.width;
    return [segment];
  });
  return {
    segments,
    rest: unaccounted === 0 ? null : { name: 'unaccounted for', count: unaccounted, x, width: width - x },
  };
}

function beam({ name, count, x, width }: Segment, { y, kind }: { readonly y: number; readonly kind: string }): Markup {
  const text = [`${formatCount(count)} ${name}`, formatCount(count)].find((one) => textWidth(one, TEXT) <= width - 12);
  return markup`<g class="beam is-${kind}"><title>${countOf(count, 'write')} ${name}</title><rect x="${round(x + 0.5)}" y="${y + 0.5}" width="${round(Math.max(1, width - 1))}" height="${BAR - 1}"/>${text !== undefined && markup`<text x="${round(x + 6)}" y="${y + 21}">${text}</text>`}</g>`;
}

interface Place {
  readonly y: number;
  readonly textY: number;
  readonly width: number;
  readonly scope: string;
}

/** Its name stands below the beam, where there always is room for it. */
function remainder({ count, x, width, name }: Segment, { y, textY, width: whole, scope }: Place): Markup {
  const text = `${countOf(count, 'write')} ${name}`;
  const textX = Math.max(0, Math.min(x, whole - textWidth(text, TEXT) * BOLD - 4));
  const box = markup`x="${round(x + 0.5)}" y="${y + 0.5}" width="${round(Math.max(1, width - 1))}" height="${BAR - 1}"`;
  return markup`<g class="beam is-rest"><title>${text}</title><rect ${box}/><rect class="cross" ${box} fill="url(#${scope}-cross)"/><text x="${round(textX)}" y="${textY}">${text}</text></g>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
