import type { Difference, Operation, PartDifference, RowChange } from './difference.ts';

/** A change that may be there: seen in the control run, declared in the plan, or made by an acknowledged write. */
export interface Allowance {
  readonly part: string;
  readonly operation: Operation;
  /** Null: any column. */
  readonly columns: readonly string[] | null;
  readonly max: number;
  readonly why: string;
  /** The one row that it covers, as `column=value`. Left out: any rows. */
  readonly key?: string;
}

export interface Rules {
  readonly allowances: readonly Allowance[];
  /** Parts in which nothing may change, whatever the allowances say, but for a row that one names by its key. */
  readonly exact: readonly string[];
  /** Counters that may not even be ahead. */
  readonly gapless: readonly string[];
  /** Parts that are empty after a restore by definition. */
  readonly volatile: readonly string[];
}

export interface Judged {
  /** What differs and is not allowed. */
  readonly remaining: Difference;
  readonly allowed: readonly {
    readonly part: string;
    readonly operation: Operation;
    readonly columns: readonly string[];
    readonly rows: number;
    readonly why: string;
  }[];
  readonly notes: readonly string[];
  /** Allowances that nothing needed. */
  readonly unused: readonly Allowance[];
}

export const NO_RULES: Rules = { allowances: [], exact: [], gapless: [], volatile: [] };

/** The plan may name a table with or without its schema. */
export function names(wanted: string, part: string): boolean {
  return part === wanted || part.endsWith(`.${wanted}`);
}

/** Is this the row that `column=value` names? Of a key of several columns it may be one. */
export function isKeyOf(wanted: string, change: RowChange): boolean {
  return change.key === wanted || change.key.split(', ').includes(wanted);
}

/** Pure. What is not known row by row is never allowed. */
export function judgeDifference(difference: Difference, rules: Rules): Judged {
  const used = new Set<Allowance>();
  const allowed: Judged['allowed'][number][] = [];
  const notes: string[] = [];
  const parts = difference.parts.filter((part) => {
    if (rules.volatile.includes(part.part) && part.after === 0) {
      notes.push(`${part.part} is empty after a restore by definition (unlogged or not refreshed)`);
      return false;
    }
    const verdict = judgePart(part, rules);
    for (const one of verdict.used) used.add(one);
    if (verdict.allowed !== null) allowed.push(...verdict.allowed);
    return verdict.allowed === null;
  });
  const counters = difference.counters.filter((counter) => {
    if (counter.direction !== 'ahead') return true;
    if (rules.gapless.some((name) => names(name, counter.name))) return true;
    notes.push(`sequence ${counter.name} is ahead: ${counter.before} before, ${counter.after} now`);
    return false;
  });
  return {
    remaining: { ...difference, parts, counters },
    allowed,
    notes,
    unused: rules.allowances.filter((one) => !used.has(one)),
  };
}

interface PartVerdict {
  /** Null: the part differs in a way that is not allowed. */
  readonly allowed: readonly Judged['allowed'][number][] | null;
  /** Those that had something to cover, enough or not. */
  readonly used: readonly Allowance[];
}

function judgePart(part: PartDifference, rules: Rules): PartVerdict {
  if (part.totals === null || part.before === null || part.after === null) return { allowed: null, used: [] };
  const isExact = rules.exact.some((name) => names(name, part.part));
  const own = rules.allowances.filter((one) => names(one.part, part.part) && (!isExact || one.key !== undefined));
  const verdicts = (['insert', 'delete', 'update'] as const)
    .filter((operation) => part.totals?.[operation] !== 0)
    .map((operation) => judgeOperation(part, { operation, fitting: own.filter((one) => one.operation === operation) }));
  return {
    allowed: verdicts.every((one) => one.isAllowed) ? verdicts.map((one) => one.entry) : null,
    used: verdicts.flatMap((one) => one.used),
  };
}

interface OperationVerdict {
  readonly isAllowed: boolean;
  readonly entry: Judged['allowed'][number];
  readonly used: readonly Allowance[];
}

/** Rows named by their key first; the others must fit within what is allowed for any row, column by column. */
function judgeOperation(
  part: PartDifference,
  { operation, fitting }: { readonly operation: Operation; readonly fitting: readonly Allowance[] },
): OperationVerdict {
  const changes = part.changes.filter((change) => change.operation === operation);
  const named = fitting.filter((one) => changes.some((change) => covers(one, change)));
  const matched = changes.filter((change) => named.some((one) => covers(one, change)));
  // Rows of a table without that key are named by something else; there the number has to do.
  const open = fitting.filter((one) => one.key === undefined || !changes.some((change) => namesColumnOf(one, change)));
  const total = part.totals?.[operation] ?? 0;
  const columns = operation === 'update' ? Object.keys(part.columns) : [];
  const rest = total - matched.length;
  const fits = columns.every((column) => {
    const ofNamed = matched.filter((change) => change.columns.includes(column)).length;
    const ofOthers = (part.columns[column] ?? 0) - ofNamed;
    return ofOthers <= mostOf(open.filter((one) => one.columns === null || one.columns.includes(column)));
  });
  const used = [...named, ...(rest > 0 ? open : [])];
  const why = [...new Set(used.map((one) => one.why))].join('; ');
  return {
    isAllowed: rest <= mostOf(open) && fits,
    entry: { part: part.part, operation, columns, rows: total, why },
    used,
  };
}

function covers(allowance: Allowance, change: RowChange): boolean {
  return (
    allowance.key !== undefined &&
    isKeyOf(allowance.key, change) &&
    change.columns.every((column) => allowance.columns === null || allowance.columns.includes(column))
  );
}

function namesColumnOf({ key = '' }: Allowance, change: RowChange): boolean {
  const column = key.slice(0, key.indexOf('=') + 1);
  return change.key.split(', ').some((each) => each.startsWith(column));
}

function mostOf(allowances: readonly Allowance[]): number {
  return allowances.reduce((sum, one) => sum + one.max, 0);
}
