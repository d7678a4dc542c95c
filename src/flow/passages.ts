import type { Passage } from './proxy.ts';

/** Messages that the target took, each time it did. */
function taken(passages: readonly Passage[]): readonly { readonly id: string; readonly passage: Passage }[] {
  return passages
    .filter(({ targetStatus }) => targetStatus !== null && targetStatus >= 200 && targetStatus < 300)
    .flatMap((passage) => passage.messageIds.map((id) => ({ id, passage })));
}

/**
 * Messages delivered after a moment that had been delivered before: a flow that was switched on again sent them twice. What
 * a fault of ours had a hand in does not count.
 */
export function deliveredAgain(passages: readonly Passage[], since: number): readonly string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const { id, passage } of taken(passages.filter(({ fault }) => fault === null))) {
    if (passage.seq > since && seen.has(id)) again.add(id);
    seen.add(id);
  }
  return [...again];
}

/** Messages that went out by one flow and came back by the other, under the same name. */
export function cameBack(out: readonly Passage[], back: readonly Passage[]): readonly string[] {
  const sentAt = new Map<string, number>();
  for (const { id, passage } of taken(out)) if (!sentAt.has(id)) sentAt.set(id, passage.at.monotonicMs);
  const returned = taken(back).filter(({ id, passage }) => (sentAt.get(id) ?? Infinity) <= passage.at.monotonicMs);
  return [...new Set(returned.map(({ id }) => id))];
}

/** Requests of the flow's own kind that reached its target by the address that is not the flow's: `POST /orders`. */
export function besideTheFlow(flow: readonly Passage[], beside: readonly Passage[]): readonly string[] {
  const kindOf = ({ method, path }: Passage): string => `${method} ${path}`;
  const own = new Set(flow.filter(({ messages }) => messages > 0).map(kindOf));
  return [...new Set(beside.filter(({ messages }) => messages > 0).map(kindOf))].filter((kind) => own.has(kind));
}
