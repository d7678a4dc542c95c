/** What asks through the proxy, or past it. The HTTP client that signs users in fits as it is. */
export interface FlowClient {
  /** Throws when no answer came. */
  send(request: FlowRequest): Promise<FlowAnswer>;
}

export interface FlowRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface FlowAnswer {
  readonly status: number;
  readonly body: string;
}
