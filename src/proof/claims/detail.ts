import { countOf } from '../../kernel/count.ts';
import type { Comparison } from '../record.ts';

const MOST_LISTED = 4;
const OBJECT_WORDS = { insert: 'was not there', delete: 'is missing', update: 'is different' } as const;

/** What a comparison found, in one line: `public.deals 3 rows missing; view totals is missing`. */
export function detailOf(comparison: Comparison): string {
  if (comparison.verdict === 'equal') return `equal${allowedIn(comparison)}`;
  if (comparison.verdict === 'incomplete') return `equal as far as it could be read${allowedIn(comparison)}`;
  const things = thingsIn(comparison);
  if (things.length <= MOST_LISTED) return things.join('; ');
  return `${things.slice(0, MOST_LISTED).join('; ')}; and ${things.length - MOST_LISTED} more`;
}

function allowedIn({ allowed }: Comparison): string {
  const rows = allowed.reduce((total, one) => total + one.rows, 0);
  return allowed.length === 0 ? '' : `, but for ${countOf(rows, 'allowed change')}`;
}

function thingsIn({ difference, kind }: Comparison): readonly string[] {
  const { parts, objects, counters } = difference;
  const thing = kind === 'postgres' ? 'row' : 'file';
  return [
    ...parts.map((part) => `${part.part} ${totalsOf(part, thing)}`),
    ...objects.map((one) => `${one.kind} ${one.name} ${OBJECT_WORDS[one.operation]}`),
    ...counters.filter((one) => one.direction !== 'ahead').map((one) => `sequence ${one.name} is ${one.direction}`),
    ...counters.filter((one) => one.direction === 'ahead').map((one) => `sequence ${one.name} is ahead`),
  ];
}

function totalsOf({ totals }: Comparison['difference']['parts'][number], thing: string): string {
  if (totals === null) return 'differs';
  const words = [
    [totals.insert, 'too many'],
    [totals.delete, 'missing'],
    [totals.update, 'changed'],
  ] as const;
  const said = words.filter(([rows]) => rows > 0).map(([rows, what]) => `${countOf(rows, thing)} ${what}`);
  return said.length === 0 ? 'differs' : said.join(', ');
}

/** How far a difference spreads: `2 tables and 1 schema object differ`. */
export function extentOf({ difference, kind }: Comparison): string {
  const { parts, objects, counters } = difference;
  const found = [
    parts.length === 0 ? [] : [kind === 'postgres' ? countOf(parts.length, 'table') : 'files'],
    objects.length === 0 ? [] : [countOf(objects.length, 'schema object')],
    counters.length === 0 ? [] : [countOf(counters.length, 'sequence')],
  ].flat();
  const isOne = kind === 'postgres' && parts.length + objects.length + counters.length === 1;
  return `${found.join(' and ')} ${isOne ? 'differs' : 'differ'}`;
}
