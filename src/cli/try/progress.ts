import type { Clock } from '../../kernel/clock.ts';
import { formatDuration } from '../../kernel/duration.ts';

/** Where a trial says what it does. One line a step; NDJSON for machines. */
export interface Progress {
  /** Text that is no step: what is announced, what was decided. */
  say(text: string): void;
  /** The steps that follow are about this store; null: about none. */
  about(store: string | null): void;
  /** Runs `work` as one step; what it returns says how it ended. */
  step<T>(title: string, work: () => Promise<T>, outcome: (result: T) => string): Promise<T>;
}

export interface ProgressOptions {
  readonly clock: Clock;
  readonly json: boolean;
}

/** Nobody should have to wonder whether it still works. */
const HEARTBEAT_MS = 30_000;
const TITLE_WIDTH = 46;

export function progressFor(options: ProgressOptions): Progress {
  return options.json ? jsonProgress(options.clock) : plainProgress(options.clock);
}

function plainProgress(clock: Clock): Progress {
  const line = (text: string): void => void process.stdout.write(`${text}\n`);
  return {
    say: line,
    about: (store) => line(store === null ? '' : `\n  ${store}`),
    step: async (title, work, outcome) => {
      const began = clock.monotonicMs();
      const took = (): string => formatDuration(clock.monotonicMs() - began).padStart(11);
      const heartbeat = setInterval(
        () => line(`  ◔ ${title.padEnd(TITLE_WIDTH)} ${took()}  still working`),
        HEARTBEAT_MS,
      );
      try {
        const result = await work();
        line(`  ● ${title.padEnd(TITLE_WIDTH)} ${took()}  ${outcome(result)}`.trimEnd());
        return result;
      } catch (error) {
        line(`  ✖ ${title.padEnd(TITLE_WIDTH)} ${took()}`);
        throw error;
      } finally {
        clearInterval(heartbeat);
      }
    },
  };
}

function jsonProgress(clock: Clock): Progress {
  let store: string | null = null;
  const write = (entry: Readonly<Record<string, unknown>>): void =>
    void process.stdout.write(`${JSON.stringify({ ...entry, at: new Date(clock.wallMs()).toISOString() })}\n`);
  return {
    say: (text) => write({ kind: 'said', text }),
    about: (name) => {
      store = name;
    },
    step: async (title, work, outcome) => {
      const began = clock.monotonicMs();
      write({ kind: 'step-started', store, title });
      try {
        const result = await work();
        write({
          kind: 'step-ended',
          store,
          title,
          outcome: 'succeeded',
          detail: outcome(result),
          tookMs: clock.monotonicMs() - began,
        });
        return result;
      } catch (error) {
        write({ kind: 'step-ended', store, title, outcome: 'failed', tookMs: clock.monotonicMs() - began });
        throw error;
      }
    },
  };
}
