import type { Random } from '../kernel/random.ts';
import type { ChangeLog } from './change-log.ts';
import type { Difference } from './difference.ts';
import type { Manifest, StoreKind } from './manifest.ts';
import type {
  RestorePointCertificate,
  RestorePointFormat,
  RestorePointSource,
  RestoreReport,
} from './restore-point.ts';

/**
 * A data store of a drill: it lives inside one environment and was made by us. Every method that changes it must check
 * the identity of what it is about to change first.
 */
export interface Store {
  readonly name: string;
  readonly kind: StoreKind;

  /** What a program inside the environment is given to reach the store: a URL or an absolute path. */
  address(): string;

  /** Reads size, digest, age and versions without restoring. Throws `restore-point-bad` for one that cannot be restored. */
  certify(source: RestorePointSource): Promise<RestorePointCertificate>;

  /** Null, or why this format cannot be restored here (a tool is missing): then the next alternative is tried. */
  obstacleTo(source: RestorePointSource): Promise<string | null>;

  /** There, answering, and without any content: for one that the go-live fills. */
  createEmpty(): Promise<void>;

  /**
   * Brings the store to the state of the restore point. `empty`: whatever was there is gone before; `over`: restored onto
   * what is there, as careless plans do. Ends with a store that answers ordinary connections.
   * Throws `restore-point-bad` when the restore point itself is the cause.
   */
  restore(source: RestorePointSource, mode: 'empty' | 'over', signal: AbortSignal): Promise<RestoreReport>;

  /** Makes restore points of every format asked for into `folder`, consistent as of one moment each. */
  backup(
    formats: readonly RestorePointFormat[],
    folder: string,
    signal: AbortSignal,
  ): Promise<readonly RestorePointSource[]>;

  /** Exact reading in one consistent view. Never changes anything. */
  read(options?: ReadOptions): Promise<Manifest>;

  /**
   * Names the rows and columns behind a difference. `witness` is a store that still holds the earlier state. Values are
   * handed to `values` (private folder), never returned.
   */
  explain(difference: Difference, witness: Store, values: ValueSink): Promise<Difference>;

  /** A throw-away twin with the same content. The caller releases it. May be called while programs are connected. */
  clone(name: string): Promise<Store>;

  /** Ordinary work of the days between backup and freeze, seeded: at least one change that a reading sees. */
  drift(random: Random): Promise<readonly string[]>;

  /** Server, pid, start time and place as they are now; compared before every step. */
  identify(): Promise<StoreIdentity>;

  /** Does the store answer an ordinary connection, in which version? Null when it does not. */
  answers(): Promise<string | null>;

  /** Sessions of others that are connected now; 0 for a store that has none. */
  foreignSessions(): Promise<number>;

  /** Tables with rows but without statistics, as after a restore that nobody analysed. */
  missingStatistics(): Promise<readonly string[]>;

  /** Stops it and removes everything that it made. May be called twice and after a crash. */
  release(): Promise<void>;
}

export interface ReadOptions {
  /** Cut and hash like this earlier manifest, so that the two compare. */
  readonly like?: Manifest;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: { readonly rows: number; readonly parts: number; readonly ofParts: number }) => void;
}

/** Receives row values for the private folder. One call a row. */
export type ValueSink = (row: {
  readonly part: string;
  readonly key: string;
  readonly before: Readonly<Record<string, string | null>> | null;
  readonly after: Readonly<Record<string, string | null>> | null;
}) => void;

export interface StoreIdentity {
  /** The id of the environment that the server itself reports. */
  readonly environment: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** A store that answers SQL. */
export interface SqlStore extends Store {
  /** Whom programs log in as. */
  role(): string;
  /** Rows as text values, column by column; null is NULL. */
  query(sql: string, options?: QueryOptions): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** Tables that this statement would change, found by running it and rolling it back. */
  partsChangedBy(statement: Statement): Promise<readonly string[]>;
  /** All changed keys behind a difference, however many. `witness` is a store that still holds the earlier state. */
  changedKeys(difference: Difference, witness: Store): Promise<Difference>;
  /** From now on every change of a row is written down with who makes it. No reading sees the log. */
  watchChanges(): Promise<ChangeLog>;
}

export interface Statement {
  readonly text: string;
  readonly parameters: readonly string[];
}

export interface QueryOptions {
  readonly parameters?: readonly (string | number | null)[];
  readonly timeoutMs?: number;
  /** Run in a read-only transaction enforced by the server. */
  readonly readOnly?: boolean;
}

export function isSqlStore(store: Store): store is SqlStore {
  return 'query' in store;
}
