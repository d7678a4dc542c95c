import type { JournalledNode, NodeOutcome, Recorded } from '../../journal/journal.ts';

/** What a view shows of a drill, computed from its events alone. Times are those of the journal's monotonic clock. */
export interface ViewState {
  /** In the order in which steps may follow each other, so that lines do not jump while they run. */
  readonly steps: ReadonlyMap<string, StepView>;
  readonly openedAtMs: number | null;
  readonly lastAtMs: number;
  /** `t0` to `t7`, as far as they were reached. */
  readonly instants: Readonly<Partial<Record<string, number>>>;
  /** Why the drill is being ended before its time. */
  readonly ending: string | null;
  readonly isOver: boolean;
}

export type StepState = 'not-reached' | 'waiting' | 'running' | 'succeeded' | 'failed' | 'unknown' | 'skipped';

export interface StepView {
  readonly node: JournalledNode;
  readonly state: StepState;
  /** 0 before the first one. */
  readonly attempt: number;
  readonly readyAtMs: number | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Why it failed, is unknown, was skipped, or is tried again. */
  readonly why: string;
  /** Of the last attempt; a retry or a decision may follow. */
  readonly outcome: NodeOutcome | null;
}

export const EMPTY_VIEW: ViewState = {
  steps: new Map(),
  openedAtMs: null,
  lastAtMs: 0,
  instants: {},
  ending: null,
  isOver: false,
};

export function reduceView(state: ViewState, event: Recorded): ViewState {
  return { ...reduced(state, event), lastAtMs: event.at.monotonicMs };
}

function reduced(state: ViewState, event: Recorded): ViewState {
  switch (event.kind) {
    case 'drill-opened':
      return { ...EMPTY_VIEW, openedAtMs: event.at.monotonicMs, steps: stepsOf(event.graph.nodes) };
    case 'node-ready':
    case 'node-started':
    case 'node-ended':
    case 'node-skipped':
      return withNode(state, event);
    case 'operator-decided':
      return decided(state, event);
    case 'abort-requested':
    case 'crash-decided':
      return settleAll({ ...state, ending: event.reason });
    case 'noted':
      return event.topic === 'instant' ? withInstant(state, event) : state;
    case 'drill-closed':
      return { ...state, isOver: true };
    default:
      return state;
  }
}

type NodeEvent = Extract<Recorded, { kind: 'node-ready' | 'node-started' | 'node-ended' | 'node-skipped' }>;

function withNode(state: ViewState, event: NodeEvent): ViewState {
  const atMs = event.at.monotonicMs;
  switch (event.kind) {
    case 'node-ready':
      return withStep(state, event.node, { state: 'waiting', readyAtMs: atMs });
    case 'node-started': {
      const { attempt } = event;
      return withStep(state, event.node, { state: 'running', attempt, startedAtMs: atMs, endedAtMs: null, why: '' });
    }
    case 'node-ended':
      return withStep(state, event.node, { ...ended(event.outcome, event.final), endedAtMs: atMs });
    case 'node-skipped':
      return withStep(state, event.node, { state: 'skipped', why: event.reason });
  }
}

/** Time that the step has taken so far, or took; waiting before it is not in it. */
export function workMs(step: StepView, nowMs: number): number {
  return step.startedAtMs === null ? 0 : Math.max(0, (step.endedAtMs ?? nowMs) - step.startedAtMs);
}

export function hasEnded(step: StepView): boolean {
  return step.state !== 'not-reached' && step.state !== 'waiting' && step.state !== 'running';
}

export function wentWrong(step: StepView): boolean {
  return step.state === 'failed' || step.state === 'unknown';
}

function stepsOf(nodes: readonly JournalledNode[]): ReadonlyMap<string, StepView> {
  const depths = depthsOf(nodes);
  const ordered = nodes.toSorted((a, b) => (depths.get(a.id) ?? 0) - (depths.get(b.id) ?? 0));
  return new Map(ordered.map((node) => [node.id, notReached(node)]));
}

function notReached(node: JournalledNode): StepView {
  return {
    node,
    state: 'not-reached',
    attempt: 0,
    readyAtMs: null,
    startedAtMs: null,
    endedAtMs: null,
    why: '',
    outcome: null,
  };
}

function depthsOf(nodes: readonly JournalledNode[]): ReadonlyMap<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    depths.set(id, 0); // a damaged journal may hold a cycle; it must not hang the view
    const depth = 1 + Math.max(0, ...(byId.get(id)?.after ?? []).map(depthOf));
    depths.set(id, depth);
    return depth;
  };
  for (const node of nodes) depthOf(node.id);
  return depths;
}

function ended(outcome: NodeOutcome, final: boolean): Partial<StepView> {
  return { state: final ? outcome.kind : 'waiting', why: outcome.kind === 'succeeded' ? '' : outcome.detail, outcome };
}

function withStep(state: ViewState, id: string, change: Partial<StepView>): ViewState {
  const step = state.steps.get(id);
  if (step === undefined) return state;
  const steps = new Map(state.steps).set(id, { ...step, ...change });
  return { ...state, steps, isOver: [...steps.values()].every(hasEnded) };
}

function decided(state: ViewState, event: Extract<Recorded, { kind: 'operator-decided' }>): ViewState {
  switch (event.choice) {
    case 'retry':
      return withStep(state, event.node, { state: 'waiting', why: `${event.by} tries it again` });
    case 'skip':
      return withStep(state, event.node, { state: 'skipped', why: event.reason });
    case 'abort':
      return settleAll(state);
  }
}

/** Nothing is tried again in a drill that is being ended: what an attempt came to stands. */
function settleAll(state: ViewState): ViewState {
  const steps = [...state.steps].map(([id, step]): [string, StepView] =>
    step.state === 'waiting' && step.outcome !== null ? [id, { ...step, state: step.outcome.kind }] : [id, step],
  );
  return { ...state, steps: new Map(steps) };
}

function withInstant(state: ViewState, event: Extract<Recorded, { kind: 'noted' }>): ViewState {
  const { facts } = event;
  if (typeof facts !== 'object' || facts === null || !('name' in facts) || typeof facts.name !== 'string') return state;
  return { ...state, instants: { ...state.instants, [facts.name]: event.at.monotonicMs } };
}
