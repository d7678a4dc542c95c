import type { PlannedOperation } from './schedule.ts';

/** A request of a workload. May hold `{mark}`, `{user}` and `{id}` of the record worked on. */
export interface WriteRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly json?: Readonly<Record<string, unknown>> | undefined;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly status?: number | undefined;
}

/** What the simulated users are told, and all that they know. */
export interface UsersAtWork {
  readonly workload: string;
  /** Unix socket of the application. */
  readonly socket: string;
  readonly login: {
    readonly in: string;
    readonly form: string;
    readonly user: string;
    readonly password: string;
    readonly status?: number | undefined;
  };
  readonly passwords: Readonly<Record<string, string>>;
  /** By operation: what is sent, and where the id stands in the answer. */
  readonly requests: Readonly<Record<string, { readonly request: WriteRequest; readonly read: string }>>;
  readonly schedule: readonly PlannedOperation[];
  readonly perSecond: number | null;
}

export interface UsersEnd {
  /** The ledger as it stands in the private folder. */
  readonly ledger: string;
  /** Why they ended before their work was done; null when it was done. */
  readonly broken: string | null;
}
