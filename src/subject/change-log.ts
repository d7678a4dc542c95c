import type { Operation } from './difference.ts';
import type { SqlStore } from './store.ts';

/** Who changed which rows of a store since the log began. Holds keys, never values. */
export interface ChangeLog {
  /** Of the last change so far; 0 before the first. */
  position(): Promise<number>;
  /** The same in a copy of the store: how far the log had come when the copy was made. */
  positionIn(copy: SqlStore): Promise<number>;
  /** In the order in which they were made, behind `since`. */
  changes(since: number): Promise<readonly LoggedChange[]>;
  /** Removes it and all that it needed. May be called twice. */
  close(): Promise<void>;
}

export interface LoggedChange {
  readonly position: number;
  /** Unix time in milliseconds, by the clock of the store. */
  readonly atMs: number;
  /** Whom the session logged in as, whatever role it took on afterwards. */
  readonly role: string;
  /** What the session calls itself; may be empty. */
  readonly application: string;
  readonly part: string;
  readonly operation: Operation | 'truncate';
  /** As in a difference: `id=17`. Null where the table has no key, and for a truncation. */
  readonly key: string | null;
}
