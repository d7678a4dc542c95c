import { isMap, isNode, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { parseSource } from '../document.ts';
import type { Source } from '../positions.ts';
import { type PlanChange, stepsPath } from './change.ts';
import type { Splice } from './splice.ts';
import { writeInline } from './write.ts';

export interface Edited {
  readonly splices: readonly Splice[];
  /** Changes for which the file has no place that could be rewritten without touching something else. */
  readonly unplaced: readonly { readonly change: PlanChange; readonly why: string }[];
}

/** Where the text must change, and to what; all else, comments and layout, stays as it is. */
export function editPlan(text: string, changes: readonly PlanChange[]): Edited {
  const source = parseSource(text, 'plan');
  const splices: Splice[] = [];
  const unplaced: Edited['unplaced'][number][] = [];
  for (const change of changes) {
    const made = spliceFor(source, change);
    if (typeof made === 'string') unplaced.push({ change, why: made });
    else splices.push(...made);
  }
  return { splices, unplaced };
}

function spliceFor(source: Source, change: PlanChange): readonly Splice[] | string {
  if (change.kind === 'new-difference') return addDifference(source, change.difference);
  const steps = source.document.getIn(stepsPath(change.procedure), true);
  if (!isSeq(steps)) return 'its list of steps stands behind an alias';
  const id = change.kind === 'expected' ? change.step : change.behind;
  const step = steps.items.find((item) => isMap(item) && item.get('id') === id);
  if (!isMap(step)) return `the step ${id} stands behind an alias`;
  if (change.kind === 'expected') return setExpected(source, step, change);
  return addItem(source, { list: steps, behind: step, text: writeInline(change.step) });
}

interface Range {
  readonly p50: string;
  readonly p90: string;
}

function setExpected(source: Source, step: YAMLMap, { p50, p90 }: Range): readonly Splice[] | string {
  const expected = step.get('expected', true) as unknown;
  if (expected === undefined) return addKey(source, step, `expected: ${writeInline({ p50, p90 })}`);
  if (!isMap(expected)) return 'its `expected` stands behind an alias';
  const scalars = [
    [expected.get('p50', true), p50],
    [expected.get('p90', true), p90],
  ] as const;
  const made = scalars.flatMap(([node, text]) => (isScalar(node) && node.range ? [replacing(node.range, text)] : []));
  return made.length === 2 ? made : 'its `expected` stands behind an alias';
}

function replacing([from, to]: readonly [number, number, number], text: string): Splice {
  return { from, to, text };
}

/** At the end of a mapping on one line; else on a line of its own below the first key. */
function addKey(source: Source, map: YAMLMap, text: string): readonly Splice[] | string {
  const firstKey = rangeOf(map.items[0]?.key)?.[0];
  const firstEnd = rangeOf(map.items[0]?.value)?.[1];
  const lastEnd = rangeOf(map.items.at(-1)?.value)?.[1];
  if (firstEnd === undefined || firstKey === undefined || lastEnd === undefined) return 'its layout is unusual';
  if (map.flow === true) return [{ from: lastEnd, to: lastEnd, text: `, ${text}` }];
  const indent = ' '.repeat(columnOf(source.text, firstKey));
  return [lineBelow(source.text, firstEnd, `${indent}${text}`)];
}

function rangeOf(node: unknown): Node['range'] {
  return isNode(node) ? node.range : undefined;
}

interface Addition {
  readonly list: YAMLSeq;
  readonly behind: Node;
  readonly text: string;
}

function addItem({ text: whole }: Source, { list, behind, text }: Addition): readonly Splice[] | string {
  const [from, end] = behind.range ?? [];
  if (from === undefined || end === undefined) return 'its layout is unusual';
  const before = lineBefore(whole, from);
  if (list.flow === true) {
    const between = before.trim() === '' ? `,\n${before}` : ', ';
    return [{ from: end, to: end, text: `${between}${text}` }];
  }
  const dash = /^( *)- +$/.exec(before);
  return dash === null ? 'its layout is unusual' : [lineBelow(whole, end, `${dash[1] ?? ''}- ${text}`)];
}

function addDifference(source: Source, difference: unknown): readonly Splice[] | string {
  const { document, text: whole } = source;
  const text = writeInline(difference);
  const list = document.get('differences', true);
  if (list === undefined) return beforeKey(source, 'procedures', `differences:\n  - ${text}\n`);
  if (!isSeq(list) || !list.range) return '`differences` stands behind an alias';
  const last = list.items.at(-1) as Node | undefined;
  if (last === undefined) return [replacing(list.range, `[${text}]`)];
  return addItem({ ...source, text: whole }, { list, behind: last, text });
}

/** Above the comments that belong to the key. */
function beforeKey({ document, text: whole }: Source, key: string, text: string): readonly Splice[] | string {
  const pair = isMap(document.contents)
    ? document.contents.items.find((item) => isScalar(item.key) && item.key.value === key)
    : undefined;
  const at = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  if (at === undefined || lineBefore(whole, at) !== '') return 'its layout is unusual';
  const above = whole.slice(0, at).split('\n').slice(0, -1);
  const comments = above.length - 1 - above.findLastIndex((line) => !line.trimStart().startsWith('#'));
  const start = above.slice(0, above.length - comments).reduce((sum, line) => sum + line.length + 1, 0);
  return [{ from: start, to: start, text }];
}

/** Below the line that `end` is on, with what follows on it. A block of text ends with its line end already. */
function lineBelow(whole: string, end: number, line: string): Splice {
  if (end > 0 && whole[end - 1] === '\n') return { from: end, to: end, text: `${line}\n` };
  const newline = whole.indexOf('\n', end);
  if (newline === -1) return { from: whole.length, to: whole.length, text: `\n${line}` };
  return { from: newline + 1, to: newline + 1, text: `${line}\n` };
}

function lineBefore(whole: string, at: number): string {
  return whole.slice(whole.lastIndexOf('\n', at - 1) + 1, at);
}

/** An item of a list begins behind its dash, which takes up columns as spaces do. */
function columnOf(whole: string, at: number): number {
  return lineBefore(whole, at).length;
}
