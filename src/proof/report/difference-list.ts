import type { Comparison } from '../record.ts';
import { bullets, details, table } from './blocks.ts';
import { markChanges } from './definition-diff.ts';
import { type Markup, markup } from './markup.ts';
import { listOf } from './words.ts';
import { countOf } from '../../kernel/count.ts';

type Difference = Comparison['difference'];
type Part = Difference['parts'][number];
type Change = Part['changes'][number];

const EXAMPLES = 5;
const VERB = { insert: 'too many', delete: 'missing', update: 'changed' } as const;
const UNIT = { postgres: 'row', directory: 'file' } as const;

/** What differs, grouped by pattern, the pattern first. Keys and columns only: values never leave the private folder. */
export function differenceList({ difference, kind }: Comparison): Markup {
  return markup`${difference.parts.map((part) => partDifference(part, UNIT[kind]))}${objectDifferences(difference)}${counterDifferences(difference)}`;
}

function partDifference(part: Part, unit: string): Markup {
  const groups = [...Map.groupBy(part.changes, patternOf).values()];
  const touched =
    part.buckets.total > 0
      ? ` The damage spreads over ${part.buckets.different} of ${part.buckets.total} parts of the table.`
      : '';
  return markup`<div class="difference"><h4>${part.part}</h4><p>${summaryOf(part, unit)}${unit === 'row' && touched}</p>${groups.map((changes) => changeGroup(changes, unit))}</div>`;
}

function summaryOf(part: Part, unit: string): string {
  if (part.before === null) return `Did not exist before; now ${countOf(part.after ?? 0, unit)}. A leftover.`;
  if (part.after === null) return `Is gone; had ${countOf(part.before, unit)}.`;
  const counts =
    part.before === part.after
      ? `${countOf(part.before, unit)} before and after.`
      : `${countOf(part.before, unit)} before, ${countOf(part.after, unit)} after.`;
  if (part.totals === null) return `Content differs. ${counts}`;
  const { totals } = part;
  const kinds = (['delete', 'insert', 'update'] as const)
    .filter((each) => totals[each] > 0)
    .map((each) => `${countOf(totals[each], unit)} ${VERB[each]}`);
  const columns = Object.entries(part.columns).map(([name, rows]) => `${name} in ${countOf(rows, unit)}`);
  return `${listOf(kinds)}. ${counts}${columns.length === 0 ? '' : ` ${unit === 'row' ? 'Changed columns' : 'Changed'}: ${listOf(columns)}.`}`;
}

function patternOf(change: Change): string {
  return `${change.operation} ${change.columns.join(', ')}`;
}

function changeGroup(changes: readonly Change[], unit: string): Markup | null {
  const first = changes[0];
  if (first === undefined) return null;
  const columns = first.columns.length === 0 ? '' : `, ${listOf(first.columns)}`;
  const keys = (shown: readonly Change[]): Markup =>
    markup`<ul class="keys">${shown.map((change) => markup`<li><code>${change.key}</code></li>`)}</ul>`;
  return markup`<p class="pattern"><b>${VERB[first.operation]}${columns}</b> <span class="muted">${countOf(changes.length, unit)} listed</span></p>${keys(changes.slice(0, EXAMPLES))}${
    changes.length > EXAMPLES && details(`${changes.length - EXAMPLES} more`, keys(changes.slice(EXAMPLES)))
  }`;
}

function objectDifferences({ objects }: Difference): Markup | null {
  if (objects.length === 0) return null;
  const rows = objects.map((object) => {
    const marked = markChanges(object.before ?? '', object.after ?? '');
    const cell = (text: string | null, content: Markup): Markup =>
      text === null ? markup`<em>does not exist</em>` : markup`<code>${content}</code>`;
    const whole = object.before === null || object.after === null;
    return [
      markup`${object.kind} <b>${object.name}</b>`,
      cell(object.before, whole ? markup`${object.before}` : marked.before),
      cell(object.after, whole ? markup`${object.after}` : marked.after),
    ];
  });
  return table({ caption: 'Definitions that differ', head: ['Object', 'Before', 'After'], rows });
}

function counterDifferences({ counters }: Difference): Markup | null {
  if (counters.length === 0) return null;
  const meaning = {
    behind: 'behind: would hand out a number twice',
    ahead: 'ahead: a note, only leaves a gap',
    missing: 'missing',
    extra: 'a leftover',
  };
  const rows = counters.map((counter) => [
    counter.name,
    counter.before ?? '–',
    counter.after ?? '–',
    meaning[counter.direction],
  ]);
  return table({ caption: 'Sequences that differ', head: ['Sequence', 'Before', 'After', 'Meaning'], rows });
}

export function unreadList({ difference }: Comparison): Markup | null {
  if (difference.unread.length === 0) return null;
  return markup`<p>Could not be read, so nothing is known about it:</p>${bullets(difference.unread.map(({ what, why }) => `${what}: ${why}`))}`;
}
