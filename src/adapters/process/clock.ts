import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.ts';

/** Timers fire at once beyond this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clocks. Monotonic time is CLOCK_MONOTONIC, so that processes of one boot can be compared. */
export function systemClock(): Clock {
  const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
  return {
    wallMs: () => Date.now(),
    monotonicMs,
    bootId: readBootId(),
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      const end = monotonicMs() + ms;
      try {
        // Timers may fire up to a millisecond early.
        for (let left = ms; left > 0; left = end - monotonicMs()) {
          await delay(Math.min(Math.ceil(left), LONGEST_TIMER_MS), undefined, signal === undefined ? {} : { signal });
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // No such file outside Linux: every process is then its own boot.
    return `process-${process.pid}-${process.hrtime.bigint()}`;
  }
}
