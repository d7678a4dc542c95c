/** What one branch shows beside a step: the step itself, another step that is still going on there, or nothing. */
export type BranchMark = 'step' | 'through' | 'none';

/**
 * Which steps go on at the same time, as columns beside the list: a step continues the branch of the first step it waits
 * for, if no other did; else it opens one. A branch goes on until everything that waits for its last step has begun.
 */
export function branchesOf(
  order: readonly string[],
  predecessors: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly BranchMark[]> {
  const tips: (string | null)[] = [];
  const begun = new Set<string>();
  const rows = order.map((id) => {
    const branch = branchFor(tips, predecessors.get(id) ?? []);
    tips[branch] = id;
    begun.add(id);
    closeEnded({ tips, begun, order, predecessors });
    const marks = tips.map((tip, index): BranchMark => (index === branch ? 'step' : tip === null ? 'none' : 'through'));
    return { id, marks };
  });
  return new Map(rows.map(({ id, marks }) => [id, tips.map((_, index) => marks[index] ?? 'none')]));
}

function branchFor(tips: readonly (string | null)[], before: readonly string[]): number {
  const continued = before.map((id) => tips.indexOf(id)).find((index) => index !== -1);
  if (continued !== undefined) return continued;
  const free = tips.indexOf(null);
  return free === -1 ? tips.length : free;
}

interface Open {
  readonly tips: (string | null)[];
  readonly begun: ReadonlySet<string>;
  readonly order: readonly string[];
  readonly predecessors: ReadonlyMap<string, readonly string[]>;
}

function closeEnded({ tips, begun, order, predecessors }: Open): void {
  tips.forEach((tip, index) => {
    if (tip === null) return;
    const awaiting = order.filter((id) => predecessors.get(id)?.includes(tip));
    if (awaiting.every((id) => begun.has(id))) tips[index] = null;
  });
}
