import { type Markup, markup, type MarkupValue } from '../report/markup.ts';

/** A box to write in, with its name in the corner. */
export function pen(label: string, size: 'small' | 'wide' | 'tall' = 'small'): Markup {
  return markup`<div class="pen is-${size}"><span>${label}</span></div>`;
}

export function penRow(...boxes: readonly MarkupValue[]): Markup {
  return markup`<div class="pens">${boxes}</div>`;
}

export function tick(label: MarkupValue): Markup {
  return markup`<span class="choice"><span class="tick"></span>${label}</span>`;
}

/** What a person does who cannot tick it: a line in a list of things to see. */
export function ticks(lines: readonly MarkupValue[]): Markup | null {
  return lines.length === 0
    ? null
    : markup`<ul class="ticks">${lines.map((line) => markup`<li><span class="tick"></span><span>${line}</span></li>`)}</ul>`;
}

/** A line to write on where the plan says nothing. */
export function blank(label: string): Markup {
  return markup`<span class="line-to-fill"><span>${label}</span></span>`;
}
