import type { BucketList } from './bucket-list.ts';

/**
 * A manifest is what a reading leaves behind: enough to say later whether a store is the same, without a second copy of
 * its data. It holds sums, never row values; keys appear only inside sums.
 */
export interface Manifest {
  readonly format: 'rollproof-manifest/1';
  readonly store: { readonly name: string; readonly kind: StoreKind };
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  /** Versions, encoding, collation, pinned settings: two manifests compare only where these allow it. */
  readonly engine: Readonly<Record<string, string>>;
  /** Seed of the row hashes, decimal. Two manifests compare only with the same seed. */
  readonly seed: string;
  readonly parts: readonly Part[];
  readonly objects: readonly SchemaObject[];
  readonly counters: readonly Counter[];
  /** What the reader could not or did not read. Not empty means: never "equal", at best "equal as far as read". */
  readonly unread: readonly Unread[];
  /** Rows and bytes read, for showing. */
  readonly size: { readonly rows: number; readonly bytes: number };
}

export type StoreKind = 'postgres' | 'directory';

/** A table, a partition, the large objects, or the files of a folder. */
export interface Part {
  readonly name: string;
  readonly kind: 'table' | 'materialised-view' | 'large-objects' | 'files';
  readonly rows: number;
  /** Column names in the order in which they are hashed (by name). */
  readonly columns: readonly string[];
  /** Columns that name a row, or null: rows are then a multiset named by content. */
  readonly key: readonly string[] | null;
  /** Sum of the row hashes modulo 2^64, decimal. */
  readonly sum: string;
  /** Digest of the column list and hash expression: sums compare only when it is the same. */
  readonly image: string;
  /** Unlogged and not yet filled parts are empty after a crash or a restore by definition. */
  readonly volatile: boolean;
  readonly buckets: Buckets;
}

/** How rows were cut into buckets; stored, so that both readings cut alike. */
export interface Buckets {
  readonly cut:
    | { readonly by: 'whole' }
    | { readonly by: 'key-range'; readonly column: string; readonly shift: number }
    | { readonly by: 'row-hash'; readonly bits: number };
  readonly list: BucketList;
}

/** Everything that is not a row: constraints with their actions, indexes, functions, grants, owners, roles, settings. */
export interface SchemaObject {
  readonly kind: string;
  readonly name: string;
  readonly digest: string;
  /** The canonical definition, shown side by side when it differs. Never row values. */
  readonly definition: string;
}

export interface Counter {
  readonly name: string;
  /** Next value that would be handed out, decimal. */
  readonly next: string;
  readonly ownedBy: string | null;
}

export interface Unread {
  readonly what: string;
  readonly why: string;
}
