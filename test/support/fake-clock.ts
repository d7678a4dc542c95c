import type { Clock } from '../../src/kernel/clock.ts';

/** Stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Ends every wait that is due by then, in the order in which they are due. */
  advance(ms: number): void;
  /** Resolves when somebody waits for exactly so long. */
  untilWaiting(ms: number): Promise<void>;
  /** Waits that have neither ended nor been cut short. */
  waiting(): number;
}

interface Wait {
  readonly ms: number;
  readonly dueAt: number;
  readonly end: () => void;
}

export function createFakeClock(): FakeClock {
  let now = 0;
  let waits: readonly Wait[] = [];
  let watchers: readonly { readonly ms: number; readonly tell: () => void }[] = [];
  const add = (wait: Wait): void => {
    waits = [...waits, wait].toSorted((a, b) => a.dueAt - b.dueAt);
    for (const watcher of watchers) if (watcher.ms === wait.ms) watcher.tell();
    watchers = watchers.filter((watcher) => watcher.ms !== wait.ms);
  };
  return {
    wallMs: () => 1_700_000_000_000 + now,
    monotonicMs: () => now,
    bootId: 'fake-boot',
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        if (ms <= 0) return resolve();
        const wait: Wait = { ms, dueAt: now + ms, end: resolve };
        signal?.addEventListener('abort', () => {
          waits = waits.filter((one) => one !== wait);
          reject(signal.reason);
        });
        add(wait);
      }),
    advance: (ms) => {
      now += ms;
      const due = waits.filter((wait) => wait.dueAt <= now);
      waits = waits.filter((wait) => wait.dueAt > now);
      for (const wait of due) wait.end();
    },
    untilWaiting: (ms) =>
      new Promise((resolve) => {
        if (waits.some((wait) => wait.ms === ms)) return resolve();
        watchers = [...watchers, { ms, tell: resolve }];
      }),
    waiting: () => waits.length,
  };
}
