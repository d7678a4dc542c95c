/** One JSON object per line: requests on the gate's standard input, answers on its standard output. */
export type GateRequest =
  | { readonly serial: number; readonly do: 'expose'; readonly socket: string; readonly port: number }
  | { readonly serial: number; readonly do: 'route'; readonly name: string; readonly socket: string }
  | { readonly serial: number; readonly do: 'switch'; readonly name: string; readonly port: number | null }
  | { readonly serial: number; readonly do: 'free-port' };

export interface GateAnswer {
  readonly serial: number;
  /** A port for `route` and `free-port`, else 0. */
  readonly port: number;
  readonly trouble: string | null;
}

/** First argument of the gate, as JSON. */
export interface GateSettings {
  readonly marker: string;
  readonly namespace: string | null;
  readonly folder: string;
  /** Ports that stand for something outside and must not be given out inside. */
  readonly reserved: readonly number[];
}
