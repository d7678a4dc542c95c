import type { Difference, Operation, PartDifference } from './difference.ts';

/** A change that may be there: seen in the control run, declared in the plan, or made by an acknowledged write. */
export interface Allowance {
  readonly part: string;
  readonly operation: Operation;
  /** Null: any column. */
  readonly columns: readonly string[] | null;
  readonly max: number;
  readonly why: string;
}

export interface Rules {
  readonly allowances: readonly Allowance[];
  /** Parts in which nothing may change, whatever the allowances say. */
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

/** Pure. What is not known row by row is never allowed. */
export function judgeDifference(difference: Difference, rules: Rules): Judged {
  const used = new Set<Allowance>();
  const allowed: Judged['allowed'][number][] = [];
  const notes: string[] = [];
  const parts = difference.parts.filter((part) => {
    if (rules.volatile.includes(part.part) && (part.after === 0 || part.before === 0)) {
      notes.push(`${part.part} is empty after a restore by definition (unlogged or not refreshed)`);
      return false;
    }
    const verdict = judgePart(part, rules);
    for (const one of verdict?.allowed ?? []) allowed.push(one);
    for (const one of verdict?.used ?? []) used.add(one);
    return verdict === null;
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
  readonly allowed: readonly Judged['allowed'][number][];
  readonly used: readonly Allowance[];
}

/** Null: the part differs in a way that is not allowed. */
function judgePart(part: PartDifference, rules: Rules): PartVerdict | null {
  if (part.totals === null || part.before === null || part.after === null) return null;
  if (rules.exact.some((name) => names(name, part.part))) return null;
  const allowed: Judged['allowed'][number][] = [];
  const used: Allowance[] = [];
  for (const operation of ['insert', 'delete', 'update'] as const) {
    const rows = part.totals[operation];
    if (rows === 0) continue;
    const columns = operation === 'update' ? Object.keys(part.columns) : [];
    const fitting = rules.allowances.filter((one) => one.operation === operation && names(one.part, part.part));
    const covered = columns.every((column) =>
      fitting.some((one) => one.columns === null || one.columns.includes(column)),
    );
    const limit = fitting.reduce((sum, one) => sum + one.max, 0);
    if (!covered || rows > limit) return null;
    used.push(...fitting);
    allowed.push({
      part: part.part,
      operation,
      columns,
      rows,
      why: [...new Set(fitting.map((one) => one.why))].join('; '),
    });
  }
  return { allowed, used };
}
