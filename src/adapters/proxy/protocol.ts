import type { FlowFault } from '../../flow/flow-fault.ts';
import type { Traffic } from '../../flow/proxy.ts';

/** One JSON object per line over the control socket: requests from us, answers from the proxy. */
export type ProxyRequest =
  | ListenRequest
  | { readonly do: 'inject'; readonly flow: string; readonly fault: FlowFault }
  | { readonly do: 'heal'; readonly flow: string }
  | { readonly do: 'traffic'; readonly flow: string; readonly since: number };

export interface ListenRequest {
  readonly do: 'listen';
  readonly flow: string;
  readonly port: number;
  readonly target: number;
  readonly speaks: 'http' | 'tcp';
  /** Loopback addresses that connections to the target are made from. */
  readonly source: string;
  readonly directSource: string;
  readonly directSocket: string;
}

export type Numbered = ProxyRequest & { readonly serial: number };

export interface ProxyAnswer {
  readonly serial: number;
  readonly trouble: string | null;
  readonly traffic: Traffic | null;
}
