import type { LoggedChange } from '../subject/change-log.ts';

/** What the plan says becomes of what a stopped flow wrote. */
export type Disposition = 'kept' | 'parked' | 'compensated';

/** The records of one table that a flow changed while it ran in the new state. */
export interface TouchedTable {
  readonly table: string;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  /** Each record once, in the order in which it was first touched. */
  readonly keys: readonly string[];
  /** Changes of which nobody can say which record they were: no key, or the whole table. */
  readonly unkeyed: number;
}

/** What one role did, table by table. */
export function touchedBy(changes: readonly LoggedChange[], role: string): readonly TouchedTable[] {
  const own = changes.filter((change) => change.role === role);
  return [...new Set(own.map(({ part }) => part))].map((table) => {
    const here = own.filter(({ part }) => part === table);
    const count = (...operations: readonly LoggedChange['operation'][]): number =>
      here.filter(({ operation }) => operations.includes(operation)).length;
    return {
      table,
      inserts: count('insert'),
      updates: count('update'),
      deletes: count('delete', 'truncate'),
      keys: [...new Set(here.flatMap(({ key }) => key ?? []))],
      unkeyed: here.filter(({ key }) => key === null).length,
    };
  });
}

/** By table: keys of records that are there. */
export type Present = ReadonlyMap<string, ReadonlySet<string>>;

/** Kept is what is there at the end as it was when the flow was stopped: what stood still stands, what was deleted is gone. */
export function notKept(touched: readonly TouchedTable[], atStop: Present, now: Present): readonly string[] {
  return touched.flatMap(({ table, keys }) =>
    keys.flatMap((key) => {
      const [was, is] = [atStop.get(table)?.has(key) === true, now.get(table)?.has(key) === true];
      if (was === is) return [];
      return [was ? `${table} ${key} is gone` : `${table} ${key} is there again`];
    }),
  );
}

/** Compensated is what is again as it was when the new state was read. `changed`: keys that differ from then. */
export function notCompensated(touched: readonly TouchedTable[], changed: Present): readonly string[] {
  return touched.flatMap(({ table, keys }) =>
    keys.filter((key) => changed.get(table)?.has(key) === true).map((key) => `${table} ${key} is not as it was`),
  );
}
