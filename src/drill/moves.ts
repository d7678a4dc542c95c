import { invariant } from '../kernel/errors.ts';
import type { NodeOutcome } from '../journal/journal.ts';
import { type Graph, type GraphNode, waitedForBy } from './graph.ts';
import type { DrillState, NodeState } from './reduce.ts';

/** What the engine does next. Several at once run side by side. */
export type Move =
  | { readonly kind: 'make-ready'; readonly node: string }
  | { readonly kind: 'start'; readonly node: string; readonly attempt: number; readonly waitMs: number }
  | { readonly kind: 'skip'; readonly node: string; readonly reason: string }
  | { readonly kind: 'ask'; readonly node: string; readonly why: string }
  /** Cut off by a crash, and only cleaned up after it: its end is written down as unknown. */
  | { readonly kind: 'write-off'; readonly node: string; readonly attempt: number }
  | { readonly kind: 'finish' };

export interface MoveContext<A> {
  readonly graph: Graph<A>;
  /** Nodes that this process is executing; a running one that is not among them was cut off by a crash. */
  readonly inFlight: ReadonlySet<string>;
  /** Attempts so far, by node. */
  readonly attempts: ReadonlyMap<string, number>;
}

/** Pure: the same state gives the same moves. Never starts twice what must not be repeated. */
export function movesFor<A>(state: DrillState, context: MoveContext<A>): readonly Move[] {
  if (state.closed) return [];
  const scene = new Scene(state, context);
  const moves = context.graph.nodes.flatMap((node) => movesOf(node, scene));
  if (moves.length > 0 || context.inFlight.size > 0) return moves;
  const stuck = context.graph.nodes.find((node) => !scene.isOver(node.id));
  invariant(stuck === undefined, `node ${stuck?.id} waits for something that will never end`);
  return [{ kind: 'finish' }];
}

/** Does a failure of this attempt stand, or does a retry or a person's decision follow? */
export function isFinal<A>(node: GraphNode<A>, outcome: NodeOutcome, attempt: number): boolean {
  return outcome.kind === 'succeeded' || !(mayRetry(node, attempt) || node.attended);
}

const ENDED_BEFORE = 'the drill was ended before it began';

function movesOf<A>(node: GraphNode<A>, scene: Scene<A>): readonly Move[] {
  const current = scene.stateOf(node.id);
  const isOurs = scene.context.inFlight.has(node.id);
  switch (current.kind) {
    case 'waiting':
      return fromWaiting(node, scene);
    case 'ready':
      return scene.isEndedFor(node) ? [skip(node, ENDED_BEFORE)] : [scene.startOf(node)];
    case 'running':
      return isOurs ? [] : cutOff(node, scene);
    case 'ended':
      return isOurs || current.settled ? [] : fromFailure(node, scene);
    case 'skipped':
      return [];
  }
}

function fromWaiting<A>(node: GraphNode<A>, scene: Scene<A>): readonly Move[] {
  if (scene.isEndedFor(node)) return [skip(node, ENDED_BEFORE)];
  if (!waitedForBy(node).every((id) => scene.isOver(id))) return [];
  const unneeded = notNeeded(node, scene);
  const awaited = [node.whenFailed, ...(node.insteadOf ?? [])];
  const failures = scene.failuresBefore(node).filter((id) => !awaited.includes(id));
  if (failures.length > 0 && !(node.always && unneeded === null)) return [skip(node, `${failures[0]} failed`)];
  return unneeded === null ? [{ kind: 'make-ready', node: node.id }] : [skip(node, unneeded)];
}

/** Why a node that waits for a failure has nothing to do; null for one that has. */
function notNeeded<A>({ whenFailed, insteadOf }: GraphNode<A>, scene: Scene<A>): string | null {
  const worked = (id: string): boolean => !hasFailed(scene.stateOf(id));
  if (insteadOf?.every(worked) === true) return `${insteadOf.join(' and ')} did not fail`;
  return whenFailed !== null && worked(whenFailed) ? `${whenFailed} did not fail` : null;
}

/** Started before a crash and never ended. Only what is safe, or known to be checkable, may be started again. */
function cutOff<A>(node: GraphNode<A>, scene: Scene<A>): readonly Move[] {
  // In an ended drill nobody is asked any more, so what needs a decision stays as it is.
  if (scene.isEndedFor(node) || (scene.state.aborted && node.repeat === 'ask')) {
    return [{ kind: 'write-off', node: node.id, attempt: scene.attemptsOf(node) }];
  }
  if (node.repeat !== 'ask') return [scene.startOf(node)];
  return [{ kind: 'ask', node: node.id, why: 'it was cut off by a crash and must not be repeated blindly' }];
}

function fromFailure<A>(node: GraphNode<A>, scene: Scene<A>): readonly Move[] {
  if (scene.isRetryDue(node)) return [scene.startOf(node, node.retry?.waitMs)];
  return scene.state.aborted ? [] : [{ kind: 'ask', node: node.id, why: whatHappened(scene.stateOf(node.id)) }];
}

function whatHappened(state: NodeState): string {
  if (state.kind !== 'ended' || state.outcome.kind === 'succeeded') return 'it failed';
  return `${state.outcome.kind === 'unknown' ? 'nobody knows how it ended' : 'it failed'}: ${state.outcome.detail}`;
}

function skip<A>(node: GraphNode<A>, reason: string): Move {
  return { kind: 'skip', node: node.id, reason };
}

/** One state of the drill, and what follows from it for single nodes. */
class Scene<A> {
  readonly state: DrillState;
  readonly context: MoveContext<A>;
  private readonly byId: ReadonlyMap<string, GraphNode<A>>;
  private readonly failures = new Map<string, readonly string[]>();

  constructor(state: DrillState, context: MoveContext<A>) {
    this.state = state;
    this.context = context;
    this.byId = new Map(context.graph.nodes.map((node) => [node.id, node]));
  }

  stateOf(id: string): NodeState {
    return this.state.nodes.get(id) ?? { kind: 'waiting' };
  }

  attemptsOf(node: GraphNode<A>): number {
    return this.context.attempts.get(node.id) ?? 0;
  }

  startOf(node: GraphNode<A>, waitMs = 0): Move {
    return { kind: 'start', node: node.id, attempt: this.attemptsOf(node) + 1, waitMs };
  }

  /** The drill was ended, and that holds for this node. */
  isEndedFor(node: GraphNode<A>): boolean {
    return this.state.aborted && !node.always;
  }

  /** Cleaning up is retried in an ended drill too. */
  isRetryDue(node: GraphNode<A>): boolean {
    return !this.isEndedFor(node) && mayRetry(node, this.attemptsOf(node));
  }

  /** In an ended drill nobody decides any more: what failed has failed. */
  isOver(id: string): boolean {
    const current = this.stateOf(id);
    if (current.kind !== 'ended') return current.kind === 'skipped';
    const node = this.byId.get(id);
    return current.settled || (this.state.aborted && !(node !== undefined && this.isRetryDue(node)));
  }

  failuresBefore(node: GraphNode<A>): readonly string[] {
    const madeGood = this.madeGoodFor(node);
    const failures = waitedForBy(node).flatMap((id) => this.failuresBehind(id));
    return [...new Set(failures)].filter((id) => !madeGood.has(id));
  }

  /** Failures for which something that the node waits for has stood in. */
  private madeGoodFor(node: GraphNode<A>): ReadonlySet<string> {
    return new Set(
      node.after.flatMap((id) => (hasWorked(this.stateOf(id)) ? (this.byId.get(id)?.insteadOf ?? []) : [])),
    );
  }

  /**
   * Nodes whose failure keeps the successors of this one from running. Skipping hands them on, and so does an `always`
   * node, which runs whatever happened before; a person's skip and a fallback that worked do not.
   */
  private failuresBehind(id: string): readonly string[] {
    const known = this.failures.get(id);
    if (known !== undefined) return known;
    const node = this.byId.get(id);
    const current = this.stateOf(id);
    const handsOn = node?.always === true || (current.kind === 'skipped' && !current.byHand);
    const found = [
      ...(hasFailed(current) ? [id] : []),
      ...(handsOn && node !== undefined ? this.failuresBefore(node) : []),
    ];
    this.failures.set(id, found);
    return found;
  }
}

function mayRetry<A>(node: GraphNode<A>, attempts: number): boolean {
  return node.retry !== null && attempts <= node.retry.times;
}

function hasWorked(state: NodeState): boolean {
  return state.kind === 'ended' && state.outcome.kind === 'succeeded';
}

function hasFailed(state: NodeState): boolean {
  return state.kind === 'ended' && state.outcome.kind !== 'succeeded';
}
