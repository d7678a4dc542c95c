import { LISTED_CHANGES } from './compare.ts';
import type { Operation, PartDifference } from './difference.ts';
import type { ValueSink } from './store.ts';

/** Rows of one part whose values go to the private folder. */
export const SHOWN_ROWS = 1_000;

export type RowValues = Readonly<Record<string, string | null>>;

export interface ExplainedRow {
  readonly operation: Operation;
  readonly key: string;
  /** Changed columns of an update. */
  readonly columns: readonly string[];
  /** Null where the row does not exist, undefined where its values were not fetched. */
  readonly before?: RowValues | null;
  readonly after?: RowValues | null;
}

/** Gathers what a drill-down finds in one part: counts everything, lists and shows only the first. */
export class Explanation {
  readonly #part: PartDifference;
  readonly #values: ValueSink;
  readonly #listed: number;
  readonly #totals: Record<Operation, number> = { insert: 0, delete: 0, update: 0 };
  readonly #columns: Record<string, number> = {};
  readonly #changes: PartDifference['changes'][number][] = [];
  #shown = 0;

  constructor(part: PartDifference, values: ValueSink, listed = LISTED_CHANGES) {
    this.#part = part;
    this.#values = values;
    this.#listed = listed;
  }

  /** Whether values of further rows still have a place. */
  get wantsValues(): boolean {
    return this.#shown < SHOWN_ROWS;
  }

  add(row: ExplainedRow): void {
    this.#totals[row.operation] += 1;
    for (const column of row.columns) this.#columns[column] = (this.#columns[column] ?? 0) + 1;
    if (this.#changes.length < this.#listed) {
      this.#changes.push({ operation: row.operation, key: row.key, columns: row.columns });
    }
    const { before, after } = row;
    if (!this.wantsValues || before === undefined || after === undefined) return;
    this.#shown += 1;
    this.#values({ part: this.#part.part, key: row.key, before, after });
  }

  /** Rows that nobody looked at one by one: a table that is missing on the other side. */
  addMany(operation: Operation, count: number): void {
    this.#totals[operation] += count;
  }

  result(rows: { readonly before: number | null; readonly after: number | null } = this.#part): PartDifference {
    return {
      ...this.#part,
      before: rows.before,
      after: rows.after,
      totals: { ...this.#totals },
      columns: { ...this.#columns },
      changes: [...this.#changes],
    };
  }
}
