import type { Instant } from '../kernel/clock.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';

/**
 * The journal is the only memory of a drill: what is not in it did not happen. Events are appended, never changed; `seq`
 * counts from 1 without gaps within a drill.
 */
export type DrillEvent =
  | { readonly kind: 'drill-opened'; readonly graph: JournalledGraph; readonly facts: Json }
  /** All predecessors have ended; from here to `node-started` is waiting, not working. */
  | { readonly kind: 'node-ready'; readonly node: string }
  | { readonly kind: 'node-started'; readonly node: string; readonly attempt: number }
  /** `final`: neither a retry nor a person's decision follows. */
  | {
      readonly kind: 'node-ended';
      readonly node: string;
      readonly attempt: number;
      readonly outcome: NodeOutcome;
      readonly final: boolean;
    }
  | { readonly kind: 'node-skipped'; readonly node: string; readonly reason: string }
  /** At a failed step: a person, or the unattended policy, says how it goes on. */
  | {
      readonly kind: 'operator-decided';
      readonly node: string;
      readonly choice: OperatorChoice;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly kind: 'noted'; readonly node: string; readonly topic: string; readonly facts: Json }
  | { readonly kind: 'resource-planned'; readonly resource: JournalledResource }
  | { readonly kind: 'resource-released'; readonly resource: JournalledResource }
  | { readonly kind: 'abort-requested'; readonly reason: string }
  /** After a crash: how the drill goes on, decided once. */
  | {
      readonly kind: 'crash-decided';
      readonly choice: 'clean' | 'continue';
      readonly by: string;
      readonly reason: string;
    }
  | { readonly kind: 'drill-closed'; readonly end: 'completed' | 'aborted' | 'cleaned'; readonly exitCode: number };

const EVENT_KINDS: Readonly<Record<DrillEvent['kind'], true>> = {
  'drill-opened': true,
  'node-ready': true,
  'node-started': true,
  'node-ended': true,
  'node-skipped': true,
  'operator-decided': true,
  'noted': true,
  'resource-planned': true,
  'resource-released': true,
  'abort-requested': true,
  'crash-decided': true,
  'drill-closed': true,
};

/** For reading back what an adapter stored: not one of ours if damaged, or written by a newer Rollproof. */
export function isDrillEvent(value: unknown): value is DrillEvent {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return typeof value.kind === 'string' && Object.hasOwn(EVENT_KINDS, value.kind);
}

export type Recorded<E extends DrillEvent = DrillEvent> = E & { readonly seq: number; readonly at: Instant };

/** Anything that cleaning up must find again, written down before it is made. */
export interface JournalledResource {
  readonly kind: string;
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export type OperatorChoice = 'retry' | 'skip' | 'abort';

export type NodeOutcome =
  | { readonly kind: 'succeeded'; readonly detail: string }
  /** `error`: what was thrown; absent where the outcome was observed. */
  | { readonly kind: 'failed'; readonly detail: string; readonly blame: Blame; readonly error?: ErrorCode }
  /** Nobody knows whether it took effect, such as a connection that died after COMMIT was sent. */
  | { readonly kind: 'unknown'; readonly detail: string; readonly blame: Blame };

/** Who is answerable when something went wrong. A full disk of ours is never the plan's failure. */
export type Blame = 'plan' | 'backup' | 'environment' | 'rollproof';

/** The graph as it stood when the drill was opened, so that the journal can be read without the plan. */
export interface JournalledGraph {
  readonly nodes: readonly JournalledNode[];
}

export interface JournalledNode {
  readonly id: string;
  readonly title: string;
  readonly after: readonly string[];
  readonly stage: string;
  readonly procedure: string | null;
  readonly clock: string | null;
  readonly owner: string | null;
  readonly expected: { readonly p50Ms: number; readonly p90Ms: number } | null;
}

export interface Journal {
  /**
   * Resolves only when the event is durable: a side effect may begin after it, never before. A refused one leaves no gap in
   * `seq`. Throws `environment-not-ready` when it cannot be written.
   */
  append(event: DrillEvent): Promise<Recorded>;
  /** In the order of `seq`. Throws `could-not-read`, with the drill and the `seq`, when an event is damaged. */
  read(): Promise<readonly Recorded[]>;
}

export interface JournalSummary {
  readonly drill: string;
  readonly openedAtMs: number;
  readonly closed: boolean;
  /** The process that has it open, or that died with it open. */
  readonly owner: { readonly pid: number; readonly startTime: string } | null;
}

/** All drills of a state folder. */
export interface JournalShelf {
  /**
   * Throws `already-running` when another living process has this drill open; a dead one is succeeded. `close` gives the drill up
   * and may be called twice.
   */
  open(drill: string, options: { readonly create: boolean }): Promise<Journal & { close(): Promise<void> }>;
  /** Oldest first. */
  list(): Promise<readonly JournalSummary[]>;
  close(): Promise<void>;
}
