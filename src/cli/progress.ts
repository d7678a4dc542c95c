import type { ReadOptions } from '../subject/store.ts';
import { countOf } from '../kernel/count.ts';

export interface Progress {
  readonly onProgress: NonNullable<ReadOptions['onProgress']>;
  end(): void;
}

/** Short readings say nothing. */
const QUIET_MS = 800;
const REDRAW_MS = 150;
/** In a log a line now and then. */
const LOG_EVERY_MS = 15_000;

/** On standard error, so that standard output holds the result alone. */
export function progressOf(what: string, counted: 'row' | 'file'): Progress {
  const stream = process.stderr;
  const everyMs = stream.isTTY ? REDRAW_MS : LOG_EVERY_MS;
  let nextAt = performance.now() + (stream.isTTY ? QUIET_MS : LOG_EVERY_MS);
  let isDrawn = false;
  return {
    onProgress: ({ rows, parts, ofParts }) => {
      if (performance.now() < nextAt) return;
      nextAt = performance.now() + everyMs;
      const share = ofParts > 1 ? `, ${parts} of ${ofParts} parts` : '';
      const text = `reading ${what}: ${countOf(rows, counted)}${share}`;
      if (!stream.isTTY) stream.write(`${text}\n`);
      else stream.write(`\r\u001b[K${text.slice(0, stream.columns - 1)}`);
      isDrawn = stream.isTTY;
    },
    end: () => {
      if (isDrawn) stream.write('\r\u001b[K');
    },
  };
}
