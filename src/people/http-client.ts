/** Asks one service of the environment. Redirects are answers like others; nothing is retried that could happen twice. */
export interface HttpClient {
  /**
   * Resolves for every answer, whatever its status. Throws `could-not-read` when none came: refused, broken off, or
   * not whole within `timeoutMs`; rejects with the signal's reason when that was aborted.
   */
  send(request: HttpSend): Promise<HttpAnswer>;
}

export interface HttpSend {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole answer, not for its first byte. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; every value of a repeated header. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly bytes: number;
}
