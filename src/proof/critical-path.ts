import type { Evidence, NodeHistory } from './evidence.ts';

/** One stretch of the critical path; stretches follow each other without a gap, so the clocks add up to wall time. */
export interface Stretch {
  readonly history: NodeHistory;
  readonly from: number;
  readonly workFrom: number;
  readonly to: number;
}

export type CriticalPath = readonly Stretch[];

/**
 * Backwards from the first user's write, always to the predecessor that ended last, until the decision. Cut to t2 and t6
 * where they were reached, because both lie inside the node that notes them.
 */
export function criticalPath(
  evidence: Evidence,
  { from, to }: { readonly from: number | null; readonly to: number | null },
): CriticalPath {
  const byId = new Map(evidence.nodes.map((history) => [history.node.id, history]));
  const opened = byId.get('first-write');
  const path: Stretch[] = [];
  let current = opened === undefined || opened.endAt === null ? lastEnded(evidence) : opened;
  while (current !== undefined && current.endAt !== null && !BEFORE_THE_CALL.has(current.node.stage)) {
    const before = latestPredecessor(current, byId);
    const since = before?.endAt ?? current.startAt ?? 0;
    path.unshift({
      history: current,
      from: since,
      workFrom: Math.max(since, current.startAt ?? since),
      to: current.endAt,
    });
    current = before;
  }
  return path.flatMap((stretch, index) => {
    const start = index === 0 && from !== null ? Math.min(from, stretch.from) : stretch.from;
    const end = to === null ? stretch.to : Math.min(to, stretch.to);
    return end < start ? [] : [{ ...stretch, from: start, to: end }];
  });
}

const BEFORE_THE_CALL: ReadonlySet<string> = new Set(['prepare', 'go live', 'inject', 'detect', 'decide']);

/** One that was skipped has no end; then those before it were waited for. */
function latestPredecessor(history: NodeHistory, byId: ReadonlyMap<string, NodeHistory>): NodeHistory | undefined {
  return latest(endedBefore(history, { byId, seen: new Set() }));
}

function endedBefore(
  history: NodeHistory,
  walk: { readonly byId: ReadonlyMap<string, NodeHistory>; readonly seen: Set<string> },
): readonly NodeHistory[] {
  return history.node.after.flatMap((id) => {
    const before = walk.byId.get(id);
    if (before === undefined || walk.seen.has(id)) return [];
    walk.seen.add(id);
    return before.endAt === null ? endedBefore(before, walk) : [before];
  });
}

function lastEnded(evidence: Evidence): NodeHistory | undefined {
  return latest(evidence.nodes.filter((history) => history.node.clock !== null && history.endAt !== null));
}

function latest(histories: readonly NodeHistory[]): NodeHistory | undefined {
  return histories.reduce<NodeHistory | undefined>(
    (last, one) => ((last?.endAt ?? -1) >= (one.endAt ?? 0) ? last : one),
    undefined,
  );
}
