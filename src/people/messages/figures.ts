import type { SentMessage } from './sent-message.ts';

/** A message counts as told, and as acknowledged, from this share of its audience on. */
export const ENOUGH = 0.95;

export interface Figures {
  readonly recipients: number;
  readonly delivered: number;
  readonly acknowledged: number;
  /** Moments at which enough of the audience had it, and had acknowledged it; null when it never was enough. */
  readonly firstMs: number | null;
  readonly deliveredMs: number | null;
  readonly acknowledgedMs: number | null;
}

export function figuresOf({ deliveries }: Pick<SentMessage, 'deliveries'>): Figures {
  const delivered = deliveries.flatMap((one) => one.deliveredMs ?? []);
  const acknowledged = deliveries.flatMap((one) => one.acknowledgedMs ?? []);
  return {
    recipients: deliveries.length,
    delivered: delivered.length,
    acknowledged: acknowledged.length,
    firstMs: delivered.length === 0 ? null : Math.min(...delivered),
    deliveredMs: momentOf(delivered, deliveries.length),
    acknowledgedMs: momentOf(acknowledged, deliveries.length),
  };
}

function momentOf(moments: readonly number[], all: number): number | null {
  const needed = Math.ceil(all * ENOUGH);
  return needed === 0 ? null : (moments.toSorted((one, other) => one - other)[needed - 1] ?? null);
}

/** Has every one of these messages been acknowledged by enough of its audience? Without any: nobody was told. */
export function areAcknowledged(wanted: readonly string[], sent: readonly SentMessage[]): boolean {
  return (
    wanted.length > 0 &&
    wanted.every((name) => {
      const last = sent.findLast((one) => one.message === name);
      return last !== undefined && figuresOf(last).acknowledgedMs !== null;
    })
  );
}
