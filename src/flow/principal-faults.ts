/** What can be done to whoever writes for a flow in a database. The store must be ours. */
export interface PrincipalFaults {
  /** From now on the server ends every session of the role that comes to write to the table. Null: there is no such table. */
  cut(request: { readonly role: string; readonly table: string }): Promise<Cut | null>;
  /** Starts a process that writes as the role again and again, in a row that it may change, without changing a value. */
  haunt(request: { readonly role: string; readonly everyMs: number }): Promise<Haunting>;
}

export interface Cut {
  /** As the server names it. */
  readonly part: string;
  /** Sessions ended so far. */
  times(): Promise<number>;
  /** May be called twice. */
  heal(): Promise<void>;
}

export interface Haunting {
  /** What its sessions call themselves. */
  readonly application: string;
  end(): Promise<void>;
}
