import { type Clock, instantOf } from '../../src/kernel/clock.ts';
import type { DrillEvent, Journal, Recorded } from '../../src/journal/journal.ts';

export interface FakeJournal extends Journal {
  readonly events: readonly Recorded[];
  /** Resolves with the first event, past or future, that `wanted` accepts. */
  until(wanted: (event: Recorded) => boolean): Promise<Recorded>;
  /** From now on every append is refused. */
  breakDown(error: Error): void;
}

/** A journal in memory. Appending takes a turn of the event loop, as a real one would. */
export function createFakeJournal(clock: Clock, before: readonly Recorded[] = []): FakeJournal {
  const events: Recorded[] = [...before];
  let watchers: readonly { readonly wanted: (event: Recorded) => boolean; readonly tell: (event: Recorded) => void }[] =
    [];
  let broken: Error | undefined;
  const append = async (event: DrillEvent): Promise<Recorded> => {
    await Promise.resolve();
    if (broken !== undefined) throw broken;
    const recorded: Recorded = { ...structuredClone(event), seq: events.length + 1, at: instantOf(clock) };
    events.push(recorded);
    for (const watcher of watchers) if (watcher.wanted(recorded)) watcher.tell(recorded);
    watchers = watchers.filter((watcher) => !watcher.wanted(recorded));
    return recorded;
  };
  return {
    events,
    append,
    read: async () => [...events],
    until: (wanted) =>
      new Promise((resolve) => {
        const known = events.find(wanted);
        if (known !== undefined) return resolve(known);
        watchers = [...watchers, { wanted, tell: resolve }];
      }),
    breakDown: (error) => {
      broken = error;
    },
  };
}
