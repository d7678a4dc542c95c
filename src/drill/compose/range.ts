import { RollproofError } from '../../kernel/errors.ts';
import type { Activity } from '../activity.ts';
import type { GraphNode } from '../graph.ts';
import type { ComposeOptions } from './scope.ts';

type Node = GraphNode<Activity>;

/**
 * `--until` and `--from`: steps outside the range are left out. What lies behind `until` is left out with them; what
 * depended on a step before `from` waits for what that step waited for.
 */
export function cutRange(nodes: readonly Node[], { until, from }: ComposeOptions): readonly Node[] {
  if (until === undefined && from === undefined) return nodes;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const steps = nodes.filter((node) => node.activity.kind === 'step').map((node) => node.id);
  const end = until === undefined ? steps.length : indexOf(steps, until) + 1;
  const begin = from === undefined ? 0 : indexOf(steps, from);
  const dropped = new Set(steps.filter((_, index) => index < begin || index >= end));
  const behind = new Set(steps.slice(end));
  const kept = nodes.filter((node) => !dropped.has(node.id) && (node.always || !dependsOnAny(byId, node, behind)));
  const names = new Set(kept.map((node) => node.id));
  return (
    kept
      // What waits for the failure of a step that is left out never runs.
      .filter((node) => node.whenFailed === null || names.has(node.whenFailed))
      .map((node) => ({ ...node, after: through(byId, node.after, names) }))
  );
}

/** A misspelt step must not silently run everything, or nothing. */
function indexOf(steps: readonly string[], wanted: string): number {
  const index = steps.findIndex((id) => isNamed(id, wanted));
  if (index === -1)
    throw new RollproofError('usage-invalid', `the scenario has no step ${wanted}`, {
      hint: `Its steps: ${steps.join(', ')}.`,
    });
  return index;
}

/** A step is named alone or with its procedure: `restore` or `go-back.restore`. */
export function isNamed(id: string, wanted: string): boolean {
  return id === wanted || id.endsWith(`.${wanted}`);
}

function through(
  byId: ReadonlyMap<string, Node>,
  after: readonly string[],
  kept: ReadonlySet<string>,
): readonly string[] {
  return [...new Set(after.flatMap((id) => (kept.has(id) ? [id] : through(byId, byId.get(id)?.after ?? [], kept))))];
}

function dependsOnAny(byId: ReadonlyMap<string, Node>, node: Node, targets: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  const open = [...node.after];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (targets.has(id)) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(byId.get(id)?.after ?? []));
  }
  return false;
}
