import type { Json } from '../kernel/json.ts';
import type { Blame, Recorded } from '../journal/journal.ts';
import type { SentMessage } from '../people/messages/sent-message.ts';
import type { CopyReading } from './backtest.ts';
import type { FrozenFacts, RollbackAnswer } from '../people/roster/decision.ts';
import type { ClaimName } from '../plan/schema.ts';
import type { Roster } from '../people/roster/roster.ts';
import type { WriteEnd } from '../flow/classify.ts';
import type {
  AccessSweep,
  CheckRun,
  Comparison,
  DeltaRecord,
  FlowChangesRecord,
  FlowStopRecord,
  FlowTrafficRecord,
  RestorePointRecord,
  StoreWritersRecord,
} from './record.ts';

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
  'backtest-copy': CopyReading;
  /** A person was asked, and this long it took until they had answered. */
  waited: { readonly for: string; readonly ms: number };
  /** Who was invited, who is there and who is not. */
  roster: Roster;
  /** What lies before those who decide, before anybody is asked. */
  'facts-frozen': FrozenFacts & { readonly digest: string };
  decision: RollbackAnswer & {
    /** Of the frozen facts that it rests on. */
    readonly factsDigest: string;
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
  /** What goes wrong around the rollback. Not `armed`: it found no place, and `what` says why. */
  twist: {
    readonly twist: string;
    readonly name: string;
    readonly where: string;
    readonly seed: number;
    readonly armed: boolean;
    readonly what: string;
  };
  /** Something met it, or it was looked for in vain. */
  'twist-shown': {
    readonly twist: string;
    readonly where: string;
    readonly shown: boolean;
    readonly evidence: string;
    /** The plan did not withstand it, which this claim says. */
    readonly fails?: ClaimName;
  };
  /** A step failed, and the procedure that it names is carried out instead. */
  fallback: {
    readonly procedure: string;
    readonly to: string;
    /** The node that failed. */
    readonly insteadOf: string;
    readonly why: string;
    /** What does not come back by it although the first way would have brought it. */
    readonly givenUp: readonly string[];
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
  /** Simulated users at work in the new state. */
  workload: {
    readonly name: string;
    readonly group: string;
    readonly in: string;
    readonly users: number;
    readonly planned: number;
    readonly invoked: number;
    readonly ok: number;
    readonly failed: number;
    readonly unknown: number;
    /** Why they ended before their work was done, or could not begin; null when it was done. */
    readonly broken: string | null;
    readonly tookMs: number;
  };
  /** What became of their writes. */
  balance: {
    readonly workload: string;
    readonly when: 'verify' | 'watch';
    readonly captured: number;
    readonly ends: Readonly<Record<WriteEnd, number>>;
    readonly unaccounted: number;
    readonly waiver: { readonly by: string; readonly why: string; readonly upTo: number } | null;
    /** Who owns what is parked or waived. */
    readonly owners: readonly { readonly owner: string; readonly end: WriteEnd; readonly records: number }[];
    /** Whose work is lost, signed for or not. */
    readonly losers: readonly { readonly user: string; readonly records: number }[];
    /** The first of those that are not as they should be. */
    readonly listed: readonly ListedWrite[];
    /** Monotonic moment at which the oldest write was sent that is lost, signed for or not. */
    readonly oldestLostMs: number | null;
    readonly tookMs: number;
  };
  /** Was an own write, one that we acknowledged, still there at the second reading? */
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
  'flow-stop': FlowStopRecord;
  'flow-changes': FlowChangesRecord;
  'flow-traffic': FlowTrafficRecord;
  /** Noted when it is carried back, or when it could not be. */
  delta: DeltaRecord;
  /** Whether every change since an earlier reading has a writer who may change the store. */
  writers: StoreWritersRecord;
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

export type ListedWrite = {
  readonly mark: string;
  readonly operation: string;
  readonly user: string;
  readonly table: string;
  readonly key: string | null;
  readonly end: WriteEnd;
  readonly why: string;
};

/** `worked`: after the workload and before any fault. */
export type ReadingLabel =
  | 'restored'
  | 'baseline'
  | 'gap'
  | 'live'
  | 'worked'
  | 'faulted'
  | 'stopped'
  | 'captured'
  | 'at rest'
  | 'second';
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
