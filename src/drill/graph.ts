import { invariant } from '../kernel/errors.ts';
import type { JournalledGraph, JournalledNode } from '../journal/journal.ts';

/** What must happen in which order. The engine knows nothing of databases: a node's `activity` is opaque to it. */
export interface Graph<A> {
  readonly nodes: readonly GraphNode<A>[];
}

export interface GraphNode<A> extends JournalledNode {
  readonly activity: A;
  /** Runs although something before it failed, and after an abort: cleaning up, evaluating. */
  readonly always: boolean;
  /** Runs only if that node failed, else it is skipped. It is waited for like those in `after`. */
  readonly whenFailed: string | null;
  /**
   * Stands in for these: runs only if one of them failed, and its success makes their failure good for those that wait for
   * it. They are waited for like those in `after`.
   */
  readonly insteadOf?: readonly string[];
  /** `ask`: must not run a second time without a decision. `check`: its activity can say whether it took effect. */
  readonly repeat: 'safe' | 'check' | 'ask';
  /** Only for nodes that are safe to repeat. */
  readonly retry: { readonly times: number; readonly waitMs: number } | null;
  /** For one attempt; the wait before a retry does not count. */
  readonly timeoutMs: number;
  /** At a failure a person is asked: retry, skip or abort. Otherwise the failure stands. */
  readonly attended: boolean;
}

/** Throws `invariant-broken` for what a composer must never produce: unknown predecessors, cycles, unsafe retries. */
export function assertSound<A>(graph: Graph<A>): void {
  const ids = new Set(graph.nodes.map((node) => node.id));
  invariant(ids.size === graph.nodes.length, 'two nodes carry the same id');
  for (const node of graph.nodes) {
    for (const before of waitedForBy(node)) {
      invariant(ids.has(before), `node ${node.id} waits for ${before}, which does not exist`);
    }
    invariant(
      node.retry === null || node.repeat === 'safe',
      `node ${node.id} is retried although it may not be repeated`,
    );
    invariant(node.timeoutMs > 0, `node ${node.id} has no time to run in`);
  }
  invariant(inOrder(graph).length === graph.nodes.length, 'the graph has a cycle');
}

/** Everything that must be over before the node's turn comes. */
export function waitedForBy<A>(node: GraphNode<A>): readonly string[] {
  const { after, whenFailed, insteadOf = [] } = node;
  return [...new Set([...after, ...(whenFailed === null ? [] : [whenFailed]), ...insteadOf])];
}

/** Nodes in an order in which each stands after its predecessors; nodes on a cycle are left out. */
export function inOrder<A>(graph: Graph<A>): readonly GraphNode<A>[] {
  const ordered: GraphNode<A>[] = [];
  const placed = new Set<string>();
  let open = [...graph.nodes];
  for (;;) {
    const ready = open.filter((node) => waitedForBy(node).every((before) => placed.has(before)));
    if (ready.length === 0) return ordered;
    for (const node of ready) {
      placed.add(node.id);
      ordered.push(node);
    }
    open = open.filter((node) => !placed.has(node.id));
  }
}

/** All nodes that `id` waits for, directly or through others. */
export function ancestorsOf<A>(graph: Graph<A>, id: string): ReadonlySet<string> {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = byId.get(next);
    for (const before of node === undefined ? [] : waitedForBy(node)) {
      if (found.has(before)) continue;
      found.add(before);
      open.push(before);
    }
  }
  return found;
}

/** What `drill-opened` holds: the nodes without their activities, which may carry anything. */
export function journalledGraph<A>(graph: Graph<A>): JournalledGraph {
  return {
    nodes: graph.nodes.map(({ id, title, after, stage, procedure, clock, owner, expected }) => {
      return { id, title, after, stage, procedure, clock, owner, expected };
    }),
  };
}
