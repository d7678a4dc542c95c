import type { Throttle, ThrottleRequest } from '../../environment/host.ts';
import { type FoundProcess, familyOf, findProcesses, signal } from './membership.ts';
import { readStat } from './proc.ts';
import type { Workplace } from './running-process.ts';

/** One round of stopping and going on takes between these, by lot, so that it never beats in time with the program. */
const SHORTEST_ROUND_MS = 100;
const LONGEST_ROUND_MS = 300;

/** Stopped and let go on in turn, as on a machine that has no time for them. Ends with the process. */
export function throttle(place: Workplace, name: string, { share, random }: ThrottleRequest): Throttle | null {
  const root = place.running.get(name);
  if (root === undefined) return null;
  const over = new AbortController();
  const family = (): readonly FoundProcess[] => familyOf(root.pid, findProcesses(place.membership));
  const goOn = (): void => {
    for (const member of family()) signal(member, 'SIGCONT');
  };
  const rest = (ms: number): Promise<void> => place.clock.wait(ms, over.signal).catch(() => undefined);
  const beat = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const roundMs = SHORTEST_ROUND_MS + random.below(LONGEST_ROUND_MS - SHORTEST_ROUND_MS);
      for (const member of family()) signal(member, 'SIGSTOP');
      await rest(roundMs * share);
      goOn();
      await rest(roundMs * (1 - share));
    }
    goOn();
  };
  const beating = beat();
  const end = (): void => over.abort();
  void root.ended.then(end, end);
  return {
    look: () => {
      const states = family().flatMap(({ pid }) => readStat(pid)?.state ?? []);
      return { processes: states.length, stopped: states.filter((state) => state === STOPPED).length };
    },
    heal: async () => {
      end();
      await beating;
    },
  };
}

/** In /proc/PID/stat: stopped by a signal. */
const STOPPED = 'T';
