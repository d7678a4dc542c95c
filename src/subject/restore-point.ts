import type { Digest } from '../kernel/digest.ts';

export type RestorePointFormat = 'pg_dump' | 'base-backup' | 'tar';

/** One way to bring a store back. A restore point of a plan may have several; the first that can be restored here is used. */
export interface RestorePointSource {
  readonly format: RestorePointFormat;
  /** Absolute path of a file or folder. `pg_dump`: custom format (or plain SQL); `base-backup`: tar, tar.zst, tar.gz or folder. */
  readonly path: string;
  /** base-backup: folder with the WAL segments that the backup does not carry itself. */
  readonly wal?: string;
  /** pg_dump: roles and memberships as written by pg_dumpall --globals-only. */
  readonly globals?: string;
}

/** What is known about a restore point, before and after a real restore. */
export interface RestorePointCertificate {
  readonly format: RestorePointFormat;
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  /** When the files say they were made, ISO 8601, or null. */
  readonly takenAt: string | null;
  readonly serverVersion: string | null;
  readonly toolVersion: string | null;
  readonly parts: readonly { readonly what: string; readonly present: boolean; readonly note: string }[];
}

/** What a restore did. Messages of one kind are one entry: 300 missing roles are one finding. */
export interface RestoreReport {
  readonly tookMs: number;
  readonly bytes: number;
  readonly messages: readonly RestoreMessage[];
}

export interface RestoreMessage {
  /** The message with names replaced by `…`, so that alike ones group. */
  readonly pattern: string;
  readonly count: number;
  /** Up to five as they were. */
  readonly examples: readonly string[];
  readonly severity: 'note' | 'warning' | 'error';
}
