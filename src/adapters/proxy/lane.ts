import type { Socket } from 'node:net';
import type { Decide } from '../../flow/decisions.ts';
import type { FlowFault } from '../../flow/flow-fault.ts';
import type { HeldMessages } from './held-messages.ts';
import type { TrafficLog } from './traffic-log.ts';

/** What the connections of one flow share. */
export interface Lane {
  readonly way: Way;
  readonly log: TrafficLog;
  readonly held: HeldMessages;
  /** The fault that is in force now. */
  readonly active: ActiveFault | undefined;
  /** Connections that were led into a black hole: healing ends them. */
  readonly swallowed: Set<Socket>;
}

export interface ActiveFault {
  readonly fault: FlowFault;
  readonly decide: Decide;
}

/** To the target. The loopback address that we connect from tells our connections from others. */
export interface Way {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly localAddress: string;
}
