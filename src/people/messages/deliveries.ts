import { isMarked } from './exercise.ts';
import type { Acknowledgement, Arrival, Letter } from './inbox.ts';
import type { Delivery } from './sent-message.ts';

export interface DeliveryRequest {
  readonly letters: readonly Letter[];
  /** Why a letter was refused, by whom it was for. */
  readonly troubles: ReadonlyMap<string, string>;
  readonly arrivals: readonly Arrival[];
  readonly acknowledged: ReadonlyMap<string, Acknowledgement>;
}

/** What the inbox says about each letter: only what arrived counts, not what a server promised. */
export function deliveriesOf({ letters, troubles, arrivals, acknowledged }: DeliveryRequest): readonly Delivery[] {
  return letters.map((letter) => {
    const copies = arrivals.filter((arrival) => isFor(arrival, letter));
    const [first] = copies;
    const answer = acknowledged.get(letter.to);
    const works = answer?.by === letter.to && answer.atMs !== null;
    return {
      to: letter.to,
      trouble: troubles.get(letter.to) ?? null,
      copies: copies.length,
      marked: copies.every(isMarked),
      digest: first?.digest ?? null,
      deliveredMs: first?.atMs ?? null,
      link: letter.linkPath === null ? 'not asked for' : works ? 'works' : 'broken',
      acknowledgedMs: works ? answer.atMs : null,
    };
  });
}

export function strangersIn({ letters, arrivals }: Pick<DeliveryRequest, 'letters' | 'arrivals'>): readonly string[] {
  const [first] = letters;
  if (first === undefined) return [];
  const strange = arrivals.filter(
    (arrival) => arrival.message === first.message && !letters.some((letter) => isFor(arrival, letter)),
  );
  return [...new Set(strange.map((arrival) => arrival.to))];
}

function isFor(arrival: Arrival, letter: Letter): boolean {
  return arrival.message === letter.message && arrival.to.toLowerCase() === letter.to.toLowerCase();
}
