import type { Digest } from '../kernel/digest.ts';
import type { FlowFault, FlowFaultId } from './flow-fault.ts';

/**
 * Stands between a flow and its endpoint, inside the environment. When it has ended without being asked to, everything
 * throws `environment-not-ready`: the flow was cut off by us, not by the plan.
 */
export interface FlowProxy {
  /** The only address that the flow gets. One flow, one target. */
  listen(flow: string, target: FlowTarget): Promise<FlowAddress>;
  /** One fault at a time. Requests that are on the way are still carried as they were begun. */
  inject(flow: string, fault: FlowFault): Promise<void>;
  /** What was held is sent at once; resolves when all of it was answered or failed. Without a fault nothing happens. */
  heal(flow: string): Promise<void>;
  /** Passages after `sinceSeq`; counters always since `listen`. */
  traffic(flow: string, sinceSeq?: number): Promise<Traffic>;
  /** Connections to the target that did not come from the proxy. */
  wentRound(flow: string): Promise<WentRound>;
  close(): Promise<void>;
}

export interface FlowTarget {
  /** Of 127.0.0.1, inside. */
  readonly port: number;
  /** `tcp`: bytes are passed on, nothing is understood, and only faults of connections are possible. */
  readonly speaks: 'http' | 'tcp';
}

export interface FlowAddress {
  readonly port: number;
  /** A unix socket on our side that reaches the target past the faults and uncounted: for our own probes. */
  readonly directSocket: string;
}

export interface Traffic {
  readonly counters: TrafficCounters;
  /** When bytes last moved. Null: never. */
  readonly lastAt: Moment | null;
  /** In the order in which they were settled. */
  readonly passages: readonly Passage[];
  /** Passages after `sinceSeq` that the bounded log no longer has. The counters have them. */
  readonly forgotten: number;
  readonly lastSeq: number;
  readonly faults: readonly FaultEntry[];
}

export interface Moment {
  readonly wallMs: number;
  /** Comparable with every monotonic clock of this boot. */
  readonly monotonicMs: number;
}

/** Exact whatever the log has forgotten. With `tcp` only connections and bytes are counted. */
export interface TrafficCounters {
  readonly connections: number;
  /** Requests that arrived whole. */
  readonly requests: number;
  /** Requests without an answer yet, and messages that are held. */
  readonly open: number;
  readonly held: number;
  /** Message ids in what the flow sent. */
  readonly messages: number;
  /** Message ids in what the target answered with 2xx, each as often as it was delivered. */
  readonly delivered: number;
  /** Bodies that were not searched for ids: not JSON, compressed, or too large. */
  readonly unsearched: number;
  /** As they crossed the flow's own connections. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly byHandling: Readonly<Partial<Record<Handling, number>>>;
}

/** What was done to a request. `released`: sent later, having been held. `unanswered`: the target gave no answer. */
export type Handling =
  | 'passed'
  | 'answered'
  | 'reset'
  | 'swallowed'
  | 'delayed'
  | 'renamed'
  | 'thinned'
  | 'shuffled'
  | 'duplicated'
  | 'held'
  | 'lost'
  | 'truncated'
  | 'released'
  | 'unanswered'
  | 'too-large';

/** No body and no header ever leaves the proxy. */
export interface Passage {
  readonly seq: number;
  /** When the request arrived whole, or when it was released. */
  readonly at: Moment;
  readonly tookMs: number;
  readonly method: string;
  /** Without the query, which may hold values. */
  readonly path: string;
  /** What the flow heard. Null: nothing. */
  readonly status: number | null;
  /** What the target said last. Null: it was not asked, or gave no answer. */
  readonly targetStatus: number | null;
  readonly handling: Handling;
  readonly fault: FlowFaultId | null;
  /** Deliveries that the target answered. */
  readonly deliveries: number;
  /** Ids that the flow sent, the first 1,000; `messages` counts all. */
  readonly messageIds: readonly string[];
  readonly messages: number;
  /** Ids among them that were kept from the target. */
  readonly withheldIds: readonly string[];
  /** Of the body as the flow sent it. */
  readonly bytes: number;
  /** Of the body; null when it was not gathered. */
  readonly digest: Digest | null;
}

export interface FaultEntry {
  readonly at: Moment;
  readonly what: 'injected' | 'healed';
  readonly fault: FlowFault;
  /** `lastSeq` at that moment. */
  readonly seq: number;
}

/**
 * From samples of the kernel's table of connections. A closed connection usually stays in the table for 60 s, so a short
 * one is seen too; one that is reset, and one in a flood that overflows that table, may fall between two samples.
 * The counts of the endpoint against those of the proxy close this gap.
 */
export interface WentRound {
  /** By programs of the environment, but for the target itself and its commands. Any of these fails the drill. */
  readonly byPrograms: readonly RoundConnection[];
  /** Closed before the owner could be looked up: a program, or a command of the target that asked its own program. */
  readonly unattributed: readonly RoundConnection[];
  readonly samples: number;
}

export interface RoundConnection {
  /** `address:port` of the side that connected. */
  readonly from: string;
  readonly process: { readonly pid: number; readonly command: string } | null;
  readonly seenAt: Moment;
}
