import { invariant } from '../kernel/errors.ts';
import type { NodeOutcome, Recorded } from '../journal/journal.ts';

/** Where a drill stands, computed from its journal alone. */
export interface DrillState {
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly aborted: boolean;
  /** After a crash the drill is only cleaned up: nothing but `always` nodes run. */
  readonly cleaning: boolean;
  readonly closed: boolean;
}

export type NodeState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'running'; readonly attempt: number }
  | { readonly kind: 'ended'; readonly attempt: number; readonly outcome: NodeOutcome; readonly settled: boolean }
  /** `byHand`: a person said so, and the next one runs. */
  | { readonly kind: 'skipped'; readonly reason: string; readonly byHand: boolean };

export const EMPTY_STATE: DrillState = { nodes: new Map(), aborted: false, cleaning: false, closed: false };

/** How the journal marks the reason of a node that a person skipped. */
export const SKIPPED_BY_HAND = 'skipped by hand: ';

export function reduce(state: DrillState, event: Recorded): DrillState {
  if ('node' in event) return reduceNode(state, event);
  switch (event.kind) {
    case 'drill-opened':
      return { ...EMPTY_STATE, nodes: new Map(event.graph.nodes.map((node) => [node.id, { kind: 'waiting' }])) };
    case 'abort-requested':
      return { ...state, aborted: true };
    case 'crash-decided':
      return event.choice === 'clean' ? { ...state, cleaning: true, aborted: true } : state;
    case 'drill-closed':
      return { ...state, closed: true };
    case 'resource-planned':
    case 'resource-released':
      return state;
  }
}

type NodeEvent = Extract<Recorded, { readonly node: string }>;

function reduceNode(state: DrillState, event: NodeEvent): DrillState {
  const { node } = event;
  switch (event.kind) {
    case 'node-ready':
      return withNode(state, node, { kind: 'ready' });
    case 'node-started':
      return withNode(state, node, { kind: 'running', attempt: event.attempt });
    case 'node-ended':
      return withNode(state, node, {
        kind: 'ended',
        attempt: event.attempt,
        outcome: event.outcome,
        settled: event.final,
      });
    case 'node-skipped':
      return withNode(state, node, { kind: 'skipped', reason: event.reason, byHand: false });
    case 'operator-decided':
      return decided(state, event);
    case 'noted':
      return state;
  }
}

export function replay(events: readonly Recorded[]): DrillState {
  return events.reduce(reduce, EMPTY_STATE);
}

function withNode(state: DrillState, id: string, node: NodeState): DrillState {
  invariant(state.nodes.has(id), `the journal names node ${id}, which the drill does not have`);
  return { ...state, nodes: new Map(state.nodes).set(id, node) };
}

function decided(state: DrillState, event: Extract<Recorded, { kind: 'operator-decided' }>): DrillState {
  const node = state.nodes.get(event.node);
  invariant(
    node?.kind === 'ended' || node?.kind === 'running',
    `nothing can be decided about ${event.node} before it was started`,
  );
  if (event.choice === 'retry') return withNode(state, event.node, { kind: 'ready' });
  if (event.choice === 'skip') {
    return withNode(state, event.node, { kind: 'skipped', reason: event.reason, byHand: true });
  }
  const settled = node.kind === 'ended' ? withNode(state, event.node, { ...node, settled: true }) : state;
  return { ...settled, aborted: true };
}
