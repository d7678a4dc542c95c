import { type Markup, markup, type MarkupValue } from './markup.ts';

/** The few building blocks that all sections share. */
export function section({ id, title }: { readonly id: string; readonly title: string }, content: Markup): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${content}</section>
`;
}

/** A cell that is more than its content. */
export interface Cell {
  readonly content: MarkupValue;
  readonly kind: 'number' | 'marked is-failed' | 'marked is-inconclusive' | 'rest';
}

export interface TableOptions {
  readonly caption: string;
  /** A heading that begins with `#` stands over numbers. */
  readonly head: readonly string[];
  /** The first cell heads its row; one of kind `rest` takes all columns that are left. */
  readonly rows: ReadonlyArray<ReadonlyArray<Cell | MarkupValue>>;
}

/** On a phone each row becomes a block and each cell names its column; a table that is still too wide scrolls in its frame. */
export function table({ caption, head, rows }: TableOptions): Markup {
  const names = head.map((text) => text.replace(/^#/, ''));
  const heading = (text: string, index: number): Markup =>
    markup`<th scope="col"${text.startsWith('#') && markup` class="number"`}>${names[index]}</th>`;
  const tableCell = (cell: Cell | MarkupValue, index: number): Markup => {
    if (index === 0) return markup`<th scope="row">${isCell(cell) ? cell.content : cell}</th>`;
    const { content, kind } = isCell(cell) ? cell : { content: cell, kind: '' };
    const isBlank = content === '–' || content === '';
    return markup`<td data-head="${names[index]}"${(kind !== '' || isBlank) && markup` class="${kind}${isBlank && ' blank'}"`}${kind === 'rest' && markup` colspan="${head.length - index}"`}>${content}</td>`;
  };
  return markup`<div class="frame" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head.map(heading)}</tr></thead><tbody>
${rows.map((cells) => markup`<tr>${cells.map(tableCell)}</tr>\n`)}</tbody></table></div>
`;
}

function isCell(value: Cell | MarkupValue): value is Cell {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

export function cell(kind: Cell['kind'], content: MarkupValue): Cell {
  return { kind, content };
}

export function numberCell(text: string): Cell {
  return { kind: 'number', content: text };
}

/** A list of facts; empty values are left out. */
export function facts(entries: ReadonlyArray<readonly [term: string, value: MarkupValue]>): Markup {
  const shown = entries.filter(([, value]) => value !== null && value !== '' && value !== undefined);
  return markup`<dl class="facts">${shown.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function details(summary: MarkupValue, content: Markup): Markup {
  return markup`<details><summary>${summary}</summary>${content}</details>`;
}

/** A digest is read by people in its first digits and by machines as a whole. */
export function digestText(digest: string): Markup {
  return markup`<code class="digest">${digest}</code>`;
}

export function bullets(items: readonly MarkupValue[]): Markup | null {
  return items.length === 0 ? null : markup`<ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>`;
}
