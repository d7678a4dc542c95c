import type { PlannedFault, Step } from '../plan/schema.ts';

/** What a node of a drill's graph does. Names are those of the plan. */
export type Activity =
  | { readonly kind: 'provision' }
  | { readonly kind: 'restore-start'; readonly store: string }
  | { readonly kind: 'read'; readonly store: string; readonly label: 'restored' | 'live' | 'stopped' }
  | { readonly kind: 'drift'; readonly store: string }
  | { readonly kind: 'open-inbox' }
  | { readonly kind: 'list-audiences' }
  /** Throw-away twins of all stores, made while no program is connected. */
  | { readonly kind: 'make-twins'; readonly purpose: TwinPurpose }
  | { readonly kind: 'control-run' }
  | { readonly kind: 'sweep'; readonly group: string; readonly when: 'before' | 'after' }
  | { readonly kind: 'drop-twins'; readonly purpose: TwinPurpose }
  | { readonly kind: 'bring-up'; readonly state: string; readonly system: string }
  | { readonly kind: 'start-flow'; readonly flow: string }
  /** Null: the state in which the way back has ended. */
  | { readonly kind: 'verify-state'; readonly state: string | null; readonly when: 'before' | 'live' | 'verify' }
  /** The baseline: every store at rest, and the answers that checks compare with `before`. */
  | { readonly kind: 'seal'; readonly stores: readonly string[] }
  | { readonly kind: 'gap'; readonly store: string }
  | { readonly kind: 'departure'; readonly at: 'live' }
  /** Simulated users work with the application as it now is. */
  | { readonly kind: 'workload'; readonly workload: string }
  | { readonly kind: 'watch-before' }
  | { readonly kind: 'inject' }
  | { readonly kind: 'detect' }
  /** A copy of the new state, damaged where a fault is named, on which everything that should notice is asked. */
  | { readonly kind: 'backtest-copy'; readonly copy: string; readonly fault: PlannedFault | null }
  | { readonly kind: 'decide' }
  | { readonly kind: 'step'; readonly procedure: string; readonly step: Step }
  /** A step behind which there is no return, carried out before its turn. */
  | { readonly kind: 'cross-early'; readonly procedure: string; readonly step: Step; readonly seed: number }
  /** From here on the other way back holds: another target, other steps. */
  | { readonly kind: 'fall-back'; readonly procedure: string; readonly insteadOf: readonly string[] }
  /** Ends the step of the go-live that still runs when the rollback is called. */
  | { readonly kind: 'break-off'; readonly step: string }
  /** Everybody, or only the flows that the rollback stops while people go on working. */
  | { readonly kind: 'shut-out'; readonly whom: 'everybody' | 'flows' }
  | { readonly kind: 'at-rest'; readonly store: string }
  | { readonly kind: 'answers' }
  | { readonly kind: 'certify-stop'; readonly flow: string; readonly when: 'verify' | 'watch' }
  /** What a stopped flow had changed: listed at t3, looked for again at the end. */
  | { readonly kind: 'flow-changes'; readonly flow: string; readonly when: 'list' | 'judge' }
  /** What all flows carried, once all is quiet. */
  | { readonly kind: 'flow-traffic' }
  /** What became of every write of a workload. */
  | { readonly kind: 'balance'; readonly workload: string; readonly when: 'verify' | 'watch' }
  | { readonly kind: 'verified' }
  | { readonly kind: 'first-write' }
  | { readonly kind: 'release-jobs'; readonly service: string }
  | { readonly kind: 'watch' }
  | { readonly kind: 'second-reading'; readonly store: string }
  | { readonly kind: 'judge-writers'; readonly store: string }
  | { readonly kind: 'release' }
  | { readonly kind: 'evaluate' };

export type TwinPurpose = 'control' | 'before' | 'after';
export type ActivityKind = Activity['kind'];
