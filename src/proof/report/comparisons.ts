import { countOf, formatCount } from '../../kernel/count.ts';
import type { Comparison, DrillRecord } from '../record.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { bullets, section } from './blocks.ts';
import { differenceList, unreadList } from './difference-list.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { PICTURE_WIDTHS, picture } from './picture.ts';
import { drawTreemap } from './treemap.ts';

const VERDICT_STATE = { equal: 'proven', different: 'failed', incomplete: 'inconclusive' } as const;
const PART = { postgres: 'table', directory: 'folder' } as const;
const ROW = { postgres: 'row', directory: 'file' } as const;

/** The equality certificate of each reading, or the list of what differs. */
export function comparisonsSection(record: DrillRecord, scope: string): Markup {
  const content =
    record.comparisons.length === 0
      ? markup`<p>${lamp('not-examined')} No store was compared.</p>`
      : markup`${record.comparisons.map((each, index) => comparisonBlock(each, `${scope}-map-${index}`))}`;
  return section({ id: `${scope}-equality`, title: 'Equality' }, content);
}

function comparisonBlock(comparison: Comparison, scope: string): Markup {
  return markup`<div class="comparison"><h3>${comparison.store}, ${comparison.reading}</h3>
<p>${lamp(VERDICT_STATE[comparison.verdict], comparison.verdict)} ${sentenceOf(comparison)}</p>
${comparison.tiles.length > 0 && markup`<figure>${picture(scope, (size, id) => drawTreemap(comparison.tiles, { width: PICTURE_WIDTHS[size], height: heightOf(comparison), scope: id, unit: ROW[comparison.kind] }))}</figure>`}
${differenceList(comparison)}${unreadList(comparison)}${allowedList(comparison)}${bullets(comparison.notes)}</div>
`;
}

/** Quiet where all is well: the picture grows only when there is something to see in it. */
function heightOf(comparison: Comparison): number {
  return comparison.verdict === 'different' ? 200 : 120;
}

function sentenceOf({ tiles, kind, difference, comparedWith, tookMs }: Comparison): string {
  const equal = tiles.filter((tile) => tile.equal).length;
  const { compared } = difference;
  const counters = compared.counters === 0 ? '' : ` and ${countOf(compared.counters, 'sequence')}`;
  const amount = `${countOf(compared.rows, ROW[kind])}, ${countOf(compared.objects, 'definition')}${counters} compared with the ${comparedWith} in ${formatDuration(tookMs)}.`;
  return tiles.length === 0 ? amount : `${formatCount(equal)} of ${countOf(tiles.length, PART[kind])} equal. ${amount}`;
}

function allowedList({ allowed, kind }: Comparison): Markup | null {
  if (allowed.length === 0) return null;
  const verb = (operation: string): string =>
    ({ insert: 'added', update: 'changed', delete: 'removed' })[operation] ?? operation;
  return markup`<p>Differs and may:</p>${bullets(
    allowed.map(
      (each) =>
        `${countOf(each.rows, ROW[kind])} ${verb(each.operation)} in ${each.part}${each.columns.length === 0 ? '' : ` (${each.columns.join(', ')})`}. ${each.why}`,
    ),
  )}`;
}
