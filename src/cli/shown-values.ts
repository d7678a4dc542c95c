import { RollproofError } from '../kernel/errors.ts';
import type { RowValues } from '../subject/explanation.ts';
import type { ValueSink } from '../subject/store.ts';

export interface RowPair {
  readonly before: RowValues | null;
  readonly after: RowValues | null;
}

/** Law 10: row values are shown in the terminal and held in memory until then; they reach no file and no pipe. */
export interface ShownValues {
  readonly sink: ValueSink;
  of(part: string, key: string): RowPair | undefined;
}

export const NO_VALUES: ValueSink = () => undefined;

/** Remembers the first rows of each table: more are not shown either. */
export function shownValues(rows: number): ShownValues {
  const kept = new Map<string, Map<string, RowPair>>();
  return {
    sink: ({ part, key, before, after }) => {
      const rowsOfPart = kept.get(part) ?? new Map<string, RowPair>();
      kept.set(part, rowsOfPart);
      if (rowsOfPart.size < rows) rowsOfPart.set(key, { before, after });
    },
    of: (part, key) => kept.get(part)?.get(key),
  };
}

export function refuseValuesElsewhere({
  json,
  isTerminal,
}: {
  readonly json: boolean;
  readonly isTerminal: boolean;
}): void {
  if (!json && isTerminal) return;
  throw new RollproofError('usage-invalid', '--values shows row values, and those are shown in a terminal only', {
    hint: 'Run it in a terminal without a pipe and without --json, or leave --values out: keys and columns are named anyway.',
  });
}
