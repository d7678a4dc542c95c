import type { Json } from '../kernel/json.ts';
import type { Blame, Recorded } from '../journal/journal.ts';
import type { SentMessage } from '../people/messages/sent-message.ts';
import type { AccessSweep, CheckRun, Comparison, RestorePointRecord } from './record.ts';

/** What a drill notes while it runs, by topic: the only bridge between performing and judging. */
export interface Facts {
  'restore-point': RestorePointRecord;
  reading: {
    readonly store: string;
    readonly label: ReadingLabel;
    readonly digest: string;
    readonly schema: string;
    readonly rows: number;
    readonly bytes: number;
    readonly parts: number;
    readonly unread: readonly { readonly what: string; readonly why: string }[];
    readonly tookMs: number;
  };
  comparison: Comparison;
  /** How far a store stands from the baseline at a moment at which nothing is judged yet. */
  departure: {
    readonly store: string;
    readonly at: 'live' | 'faulted';
    readonly differs: boolean;
    readonly sentence: string;
  };
  check: Omit<CheckRun, 'atMs'> & { readonly gating: boolean };
  'trigger-reading': {
    readonly trigger: string;
    readonly phase: 'before' | 'watching';
    readonly value: string;
    readonly colour: 'green' | 'red' | 'unknown';
  };
  detection: {
    readonly by: 'trigger' | 'check' | 'referee';
    readonly name: string;
    readonly readings: number;
    readonly liveCadenceMs: number;
    readonly falseAlarm: boolean;
  };
  decision: {
    readonly by: string;
    readonly how: 'person' | 'unattended';
    readonly choice: string;
    readonly facts: readonly string[];
  };
  injection: {
    readonly fault: string;
    readonly name: string;
    readonly store: string;
    readonly where: string;
    readonly seed: number;
    readonly rows: number;
    readonly description: string;
    readonly applicable: boolean;
  };
  'truth-sealed': { readonly digest: string };
  'truth-opened': { readonly digest: string; readonly earlyOpenings: number };
  presence: { readonly fault: string; readonly shown: boolean; readonly evidence: string };
  /** Not `complete`: other damaged keys may remain as well, because not every difference is known row by row. */
  remaining: {
    readonly fault: string;
    readonly store: string;
    readonly keys: readonly string[];
    readonly complete: boolean;
    readonly sentence: string;
  };
  /** Was a write that we acknowledged still there at the second reading? */
  ledger: {
    readonly store: string;
    readonly part: string;
    readonly key: string;
    readonly why: string;
    readonly found: boolean;
  };
  sweep: AccessSweep;
  version: {
    readonly system: string;
    readonly release: string;
    readonly store: string;
    readonly expected: string;
    readonly actual: string;
    readonly when: 'live' | 'verify';
  };
  jobs: { readonly system: string; readonly held: boolean; readonly stored: readonly string[] };
  'self-change': {
    readonly store: string;
    readonly part: string;
    readonly operation: string;
    readonly columns: readonly string[];
    readonly rows: number;
  };
  drift: { readonly store: string; readonly changes: readonly string[] };
  statistics: { readonly store: string; readonly missing: readonly string[] };
  'first-write': { readonly group: string; readonly user: string; readonly found: boolean; readonly sentence: string };
  'shut-out': { readonly store: string; readonly sessions: number };
  message: SentMessage;
  instant: { readonly name: InstantName; readonly note: string };
  isolation: {
    readonly level: string;
    readonly outsideReached: boolean;
    readonly attempts: number;
    readonly escaped: readonly string[];
  };
  /** The environment outlives the drill: where its systems are reached from our side. */
  kept: {
    readonly environment: string;
    readonly stores: Readonly<Record<string, { readonly kind: string; readonly address: string }>>;
    readonly sockets: Readonly<Record<string, string>>;
  };
  leak: { readonly leaked: readonly string[] };
  trouble: { readonly what: string; readonly blame: Blame; readonly node: string };
  versions: { readonly [name: string]: string };
}

export type ReadingLabel = 'restored' | 'baseline' | 'gap' | 'live' | 'faulted' | 'at rest' | 'second';
export type InstantName = 't0' | 't1' | 't2' | 't3' | 't4' | 't5' | 't6' | 't7';
export type Topic = keyof Facts;

/** Notes of one topic with their moment, in the order in which they were written. */
export function factsOf<T extends Topic>(
  events: readonly Recorded[],
  topic: T,
): readonly {
  readonly facts: Facts[T];
  readonly node: string;
  readonly monotonicMs: number;
  readonly wallMs: number;
}[] {
  return events.flatMap((event) =>
    event.kind === 'noted' && event.topic === topic
      ? [
          {
            facts: event.facts as unknown as Facts[T],
            node: event.node,
            monotonicMs: event.at.monotonicMs,
            wallMs: event.at.wallMs,
          },
        ]
      : [],
  );
}

export function asJson<T extends Topic>(facts: Facts[T]): Json {
  return facts;
}
