import { countOf, formatCount } from '../kernel/count.ts';
import { changedRuns } from '../proof/report/definition-diff.ts';
import type {
  CounterDifference,
  Difference,
  ObjectDifference,
  Operation,
  PartDifference,
  RowChange,
} from '../subject/difference.ts';
import { verdictOf } from '../subject/difference.ts';
import type { StoreKind, Unread } from '../subject/manifest.ts';
import type { ShownValues } from './shown-values.ts';
import { columns, oneLine, paint, shorten, table, wrapped } from './terminal.ts';

export interface DifferenceView {
  readonly difference: Difference;
  readonly kind: StoreKind;
  /** Rows that are named of each table. */
  readonly rows: number;
  /** Null: values are not shown. */
  readonly values: ShownValues | null;
}

const SIGN: Readonly<Record<Operation, string>> = { delete: '−', update: '~', insert: '+' };
const WORD: Readonly<Record<Operation, string>> = { delete: 'missing', update: 'changed', insert: 'new' };
const STYLE: Readonly<Record<Operation, 'red' | 'yellow' | 'green'>> = {
  delete: 'red',
  update: 'yellow',
  insert: 'green',
};

/** Sentence first, then tables by severity, counters, definitions, and at the end what could not be read. */
export function differenceText(view: DifferenceView): string {
  const { difference } = view;
  const blocks = [
    [headline(view)],
    ...[...difference.parts].sort(bySeverity).map((part) => partLines(part, view)),
    counterLines(difference.counters),
    objectLines(difference.objects),
    unreadLines(difference.unread),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function headline({ difference, kind }: DifferenceView): string {
  const { parts, rows, objects, counters } = difference.compared;
  const seen =
    kind === 'directory'
      ? countOf(rows, 'file or folder', 'files and folders')
      : `${countOf(parts, 'table')} with ${countOf(rows, 'row')}, ${countOf(objects, 'definition')}, ${countOf(counters, 'sequence')}`;
  switch (verdictOf(difference)) {
    case 'equal':
      return `${paint(['green', 'bold'], '● equal')}  ${seen} compared`;
    case 'incomplete':
      return `${paint(['yellow', 'bold'], '◐ equal as far as it could be read')}  ${countOf(difference.unread.length, 'thing')} could not be read; ${seen} compared`;
    case 'different':
      return `${paint(['red', 'bold'], '✖ different')}  ${whatDiffers(difference, kind)}; ${seen} compared`;
  }
}

function whatDiffers({ parts, counters, objects }: Difference, kind: StoreKind): string {
  const standing = counters.filter((counter) => counter.direction !== 'ahead').length;
  return [
    parts.length === 0 ? [] : [kind === 'directory' ? 'files' : countOf(parts.length, 'table')],
    standing === 0 ? [] : [countOf(standing, 'sequence')],
    objects.length === 0 ? [] : [countOf(objects.length, 'definition')],
  ]
    .flat()
    .join(', ');
}

/** What is missing weighs more than what changed, and that more than what is new; then by number of rows. */
function bySeverity(one: PartDifference, other: PartDifference): number {
  const [left, right] = [weightOf(one), weightOf(other)];
  return left.class - right.class || right.rows - left.rows || one.part.localeCompare(other.part);
}

function weightOf(part: PartDifference): { readonly class: number; readonly rows: number } {
  if (part.after === null) return { class: 0, rows: part.before ?? 0 };
  const counts = part.totals ?? countListed(part);
  const lost = Math.max(counts.delete, part.totals === null ? (part.before ?? 0) - part.after : 0);
  if (lost > 0) return { class: 1, rows: lost };
  if (part.before === null) return { class: 3, rows: part.after };
  return counts.update > 0 || counts.insert === 0
    ? { class: 2, rows: counts.update }
    : { class: 3, rows: counts.insert };
}

function countListed(part: PartDifference): Record<Operation, number> {
  const counts = { insert: 0, delete: 0, update: 0 };
  for (const { operation } of part.changes) counts[operation] += 1;
  return counts;
}

function partLines(part: PartDifference, view: DifferenceView): string[] {
  const name = paint('bold', view.kind === 'directory' ? 'files' : oneLine(part.part));
  const lines = [`${name}  ${partSummary(part)}`];
  const changed = Object.entries(part.columns).sort(([, one], [, other]) => other - one);
  if (changed.length > 0 && view.kind === 'postgres') {
    lines.push(
      wrapped(`columns: ${changed.map(([column, rows]) => `${oneLine(column)} (${formatCount(rows)})`).join(', ')}`, {
        indent: 2,
      }),
    );
  }
  const listed = part.changes.slice(0, view.rows);
  for (const change of listed) lines.push(...changeLines(part, change, view));
  const hidden = totalOf(part) - listed.length;
  if (listed.length > 0 && hidden > 0) lines.push(paint('dim', `  … and ${formatCount(hidden)} more`));
  if (part.totals === null && part.before !== null && part.after !== null)
    lines.push(...bucketLines(part, listed.length > 0));
  return lines;
}

function totalOf(part: PartDifference): number {
  return part.totals === null ? part.changes.length : part.totals.insert + part.totals.delete + part.totals.update;
}

function partSummary({ before, after, totals }: PartDifference): string {
  if (after === null) return paint('red', `is missing altogether (${countOf(before ?? 0, 'row')} before)`);
  if (before === null) return paint('green', `is new (${countOf(after, 'row')})`);
  const rows = before === after ? countOf(after, 'row') : `${formatCount(before)} → ${countOf(after, 'row')}`;
  if (totals === null) return rows;
  const counts = (['delete', 'update', 'insert'] as const).flatMap((operation) =>
    totals[operation] === 0 ? [] : [paint(STYLE[operation], `${formatCount(totals[operation])} ${WORD[operation]}`)],
  );
  return `${counts.length === 0 ? 'other columns' : counts.join(', ')}  ${paint('dim', rows)}`;
}

function changeLines(part: PartDifference, change: RowChange, view: DifferenceView): string[] {
  const columnNames = change.columns.map(oneLine).join(', ');
  const head = `  ${paint(STYLE[change.operation], SIGN[change.operation])} ${shorten(oneLine(change.key), columns() - 6)}`;
  const values = view.values?.of(part.part, change.key);
  if (values === undefined) return [`${head}${columnNames === '' ? '' : paint('dim', `  ${columnNames}`)}`];
  const names = change.columns.length > 0 ? change.columns : Object.keys(values.before ?? values.after ?? {});
  const rows = names.map((name) => [oneLine(name), ...valueCells(values, name)]);
  return [head, ...table(rows).map((each) => `      ${shorten(each, columns() - 6)}`)];
}

function valueCells(values: NonNullable<ReturnType<ShownValues['of']>>, name: string): readonly string[] {
  const show = (row: Readonly<Record<string, string | null>> | null): string => {
    const value = row?.[name];
    // NULL is not the text "NULL", and '' is not nothing.
    return value === undefined ? '–' : value === null ? 'NULL' : shorten(JSON.stringify(oneLine(value)), 60);
  };
  if (values.before === null) return [show(values.after)];
  if (values.after === null) return [show(values.before)];
  return [show(values.before), '→', show(values.after)];
}

function bucketLines(part: PartDifference, isSomeNamed: boolean): string[] {
  const { different, total } = part.buckets;
  if (different === 0) return [paint('dim', '  the columns are others, so rows cannot be compared one by one')];
  const spread = `  ${countOf(different, 'group')} of rows out of ${formatCount(total)} ${different === 1 ? 'differs' : 'differ'}`;
  return [
    paint(
      'dim',
      isSomeNamed
        ? `${spread}; groups with one changed row name it`
        : `${spread}; compare with a restored copy (rollproof diff) to name every row`,
    ),
  ];
}

function counterLines(counters: readonly CounterDifference[]): string[] {
  if (counters.length === 0) return [];
  const rows = counters.map((counter) => [
    `  ${counter.direction === 'ahead' ? '○' : '✖'} ${oneLine(counter.name)}`,
    `${counter.before ?? 'none'} → ${counter.after ?? 'none'}`,
    COUNTER_WORD[counter.direction],
  ]);
  return [paint('bold', 'sequences'), ...table(rows)];
}

const COUNTER_WORD: Readonly<Record<CounterDifference['direction'], string>> = {
  behind: 'behind: values would be handed out twice',
  ahead: 'ahead: leaves a gap only, a note',
  missing: 'missing',
  extra: 'new',
};

function objectLines(objects: readonly ObjectDifference[]): string[] {
  if (objects.length === 0) return [];
  const order: readonly Operation[] = ['delete', 'update', 'insert'];
  const sorted = [...objects].sort((one, other) => order.indexOf(one.operation) - order.indexOf(other.operation));
  const blocks = withoutParts(sorted).flatMap(({ object, parts }) => objectBlock(object, parts));
  return [paint('bold', 'definitions'), ...blocks];
}

/** Columns, constraints and privileges of a table that came or went say nothing more than the table. */
function withoutParts(
  objects: readonly ObjectDifference[],
): readonly { readonly object: ObjectDifference; readonly parts: number }[] {
  const whole = objects.filter(({ kind, operation }) => kind === 'table' && operation !== 'update');
  const isPartOf = (object: ObjectDifference, table: ObjectDifference): boolean =>
    object !== table &&
    object.operation === table.operation &&
    (object.name === table.name || object.name.startsWith(`${table.name}.`) || object.name.endsWith(` ${table.name}`));
  return objects
    .filter((object) => !whole.some((table) => isPartOf(object, table)))
    .map((object) => ({
      object,
      parts: whole.includes(object) ? objects.filter((other) => isPartOf(other, object)).length : 0,
    }));
}

function objectBlock({ kind, name, operation, before, after }: ObjectDifference, parts: number): string[] {
  const head = `  ${paint(STYLE[operation], SIGN[operation])} ${oneLine(`${kind} ${name}`)}`;
  const more = parts === 0 ? '' : `, with ${countOf(parts, 'further definition')}`;
  if (operation !== 'update') return [`${head}  ${paint('dim', `${WORD[operation]}${more}`)}`];
  const { left, right } = changedRuns(oneLine(before ?? ''), oneLine(after ?? ''));
  return [head, `      before  ${runsText(left, 'red')}`, `      after   ${runsText(right, 'green')}`];
}

/** Of what is the same on both sides only as much as is needed to find the place. */
const SAME_SHOWN = 40;

function runsText(runs: ReturnType<typeof changedRuns>['left'], style: 'red' | 'green'): string {
  const text = runs.map(({ text: run, isChanged }, index) => {
    if (isChanged) return paint(style, shorten(run, 400));
    if (run.length <= 2 * SAME_SHOWN + 1) return run;
    if (runs.length === 1) return shorten(run, 4 * SAME_SHOWN);
    const head = index === 0 ? '' : run.slice(0, SAME_SHOWN);
    const tail = index === runs.length - 1 ? '' : run.slice(-SAME_SHOWN);
    return `${head}…${tail}`;
  });
  return text.join('');
}

function unreadLines(unread: readonly Unread[]): string[] {
  if (unread.length === 0) return [];
  const title = paint(['bold', 'yellow'], 'could not be read, so nothing is said about it');
  return [title, ...unread.map(({ what, why }) => `  ? ${oneLine(what)}: ${oneLine(why)}`)];
}
