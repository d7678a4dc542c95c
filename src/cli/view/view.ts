import type { Recorded } from '../../journal/journal.ts';

/** Shows a drill to whoever watches. `end` may be called at any moment, and twice; afterwards the terminal is as before. */
export interface View {
  take(this: void, event: Recorded): void;
  end(): void;
}
