import type { Clock } from '../kernel/clock.ts';

/** Lets requests go at an even pace, so that a sweep does not become a load test. */
export interface Pacer {
  turn(signal: AbortSignal): Promise<void>;
}

export function pacerOf(clock: Clock, perSecond: number | undefined): Pacer {
  if (perSecond === undefined) return { turn: async (signal) => signal.throwIfAborted() };
  const gapMs = 1_000 / perSecond;
  let nextMs = clock.monotonicMs();
  return {
    turn: async (signal) => {
      signal.throwIfAborted();
      const now = clock.monotonicMs();
      const waitMs = nextMs - now;
      nextMs = Math.max(nextMs, now) + gapMs;
      if (waitMs > 0) await clock.wait(waitMs, signal);
    },
  };
}
