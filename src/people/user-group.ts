/** Part of a plan: who is swept, and what they are asked to do. Shaped as the plan's schema is. */
export interface UserGroup {
  readonly login: {
    readonly in: string;
    readonly form: string;
    readonly user: string;
    readonly password: string;
    readonly status?: number | undefined;
  };
  readonly can: Readonly<Record<string, Ability>>;
  readonly anonymous: readonly string[];
  readonly rate?: { readonly perSecond: number } | undefined;
}

export type Ability =
  | { readonly count: UserRequest }
  | { readonly create: UserRequest; readonly check?: UserRequest | undefined; readonly undo?: UserRequest | undefined };

export interface UserRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** May hold `{id}` and `{user}`. */
  readonly path: string;
  readonly json?: Readonly<Record<string, unknown>> | undefined;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly status?: number | undefined;
  /** Dotted path into the JSON answer. */
  readonly read?: string | undefined;
}

export interface SweptUser {
  readonly user: string;
  readonly role: string;
}
