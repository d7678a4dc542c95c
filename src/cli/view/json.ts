import type { Recorded } from '../../journal/journal.ts';
import { terminal } from './terminal.ts';
import type { View } from './view.ts';

/** Facts may hold keys but never values, so every event may be printed. */
export function jsonView(write: (line: string) => void): View {
  terminal.askOn(process.stderr);
  let lastSeq = 0;
  return {
    take: (event: Recorded) => {
      // The engine reads back what was announced already.
      if (event.seq <= lastSeq) return;
      lastSeq = event.seq;
      write(`${JSON.stringify(event)}\n`);
    },
    end: () => undefined,
  };
}
