import { invariant } from '../../kernel/errors.ts';
import type { Phase } from '../../plan/schema.ts';
import type { Activity } from '../activity.ts';
import { ancestorsOf, type GraphNode } from '../graph.ts';

/** Stages as a person would name them, in the order of a drill. */
export type Stage =
  | 'prepare'
  | 'go live'
  | 'inject'
  | 'detect'
  | 'decide'
  | 'roll back'
  | 'verify'
  | 'open'
  | 'release'
  | 'evaluate';

export const HOUR_MS = 3_600_000;

/** A node of our own: safe to repeat, without an owner or an expected duration. */
export interface Draft {
  readonly id: string;
  readonly title: string;
  readonly after: readonly string[];
  readonly activity: Activity;
  readonly stage: Stage;
  readonly clock?: Phase;
  readonly always?: boolean;
  readonly timeoutMs?: number;
  readonly insteadOf?: readonly string[];
}

/** Grows a graph; nodes may be put before others that already stand. */
export class GraphBuilder {
  private readonly made: GraphNode<Activity>[] = [];

  get nodes(): readonly GraphNode<Activity>[] {
    return this.made;
  }

  /** Returns the id, for those that wait for it. */
  add(draft: Draft): string {
    this.made.push({
      ...draft,
      procedure: null,
      clock: draft.clock ?? null,
      owner: null,
      expected: null,
      always: draft.always ?? false,
      whenFailed: null,
      repeat: 'safe',
      retry: null,
      timeoutMs: draft.timeoutMs ?? 6 * HOUR_MS,
      attended: false,
    });
    return draft.id;
  }

  addNode(node: GraphNode<Activity>): string {
    this.made.push(node);
    return node.id;
  }

  node(id: string): GraphNode<Activity> {
    const node = this.made.find((one) => one.id === id);
    invariant(node !== undefined, `no node ${id}`);
    return node;
  }

  /** Does it wait for the other, directly or through others? */
  isBehind(id: string, other: string): boolean {
    return ancestorsOf({ nodes: this.made }, id).has(other);
  }

  /** What the node waits for from now on. */
  waitFor(id: string, change: (after: readonly string[]) => readonly string[]): void {
    const index = this.made.findIndex((node) => node.id === id);
    const node = this.node(id);
    this.made[index] = { ...node, after: change(node.after) };
  }
}
