import { formatCount } from '../kernel/count.ts';
import type { Claim, Comparison, DrillRecord } from './record.ts';

const MOST_NAMED = 6;
const MOST_OF_A_TABLE = 2;
const SIGN = { delete: '−', update: '~', insert: '+' } as const;
const KIND_OF: Readonly<Record<string, Comparison['kind']>> = { data: 'postgres', files: 'directory' };

type PartDifference = Comparison['difference']['parts'][number];

/** The first rows or files behind a failed claim, one a line, and how many more there are. Keys and columns, no values. */
export function namedDifferences({ comparisons }: DrillRecord, claim: Claim): readonly string[] {
  const kind = KIND_OF[claim.name];
  if (kind === undefined || claim.state !== 'failed') return [];
  const parts = decisive(comparisons.filter((one) => one.kind === kind)).flatMap(({ difference }) => difference.parts);
  const each = parts.length === 1 ? MOST_NAMED : MOST_OF_A_TABLE;
  const named = parts.flatMap((part) => part.changes.slice(0, each).map((change) => lineOf(kind, part, change)));
  const shown = named.slice(0, MOST_NAMED);
  const more = parts.reduce((sum, part) => sum + countOf(part), 0) - shown.length;
  return shown.length === 0 || more <= 0 ? shown : [...shown, `… and ${formatCount(more)} more`];
}

/** Of each store the reading that shows most: the one at rest, before anything may change by itself. */
function decisive(comparisons: readonly Comparison[]): readonly Comparison[] {
  const read = comparisons.filter(
    ({ reading, verdict }) => verdict === 'different' && (reading === 'at rest' || reading === 'second reading'),
  );
  return read.filter((one) => !read.some((other) => isBetter(other, one)));
}

function isBetter(other: Comparison, one: Comparison): boolean {
  return other.store === one.store && other.reading === 'at rest' && one.reading !== 'at rest';
}

function countOf({ totals, changes }: PartDifference): number {
  return totals === null ? changes.length : totals.insert + totals.delete + totals.update;
}

function lineOf(kind: Comparison['kind'], part: PartDifference, change: PartDifference['changes'][number]): string {
  const where = kind === 'postgres' ? `${part.part} ` : '';
  const columns = change.columns.length === 0 ? '' : `: ${change.columns.join(', ')}`;
  return `${SIGN[change.operation]} ${where}${change.key}${columns}`;
}
