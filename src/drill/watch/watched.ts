import type { Plan, Trigger } from '../../plan/schema.ts';
import { EXIT } from '../../kernel/errors.ts';
import type { TriggerReading } from '../triggers/read-trigger.ts';
import { afterReading, QUIET, type TriggerWindow } from '../triggers/window.ts';

/** A trigger on the night, as it stands after its latest reading. */
export interface WatchedTrigger {
  readonly name: string;
  readonly trigger: Trigger;
  readonly window: TriggerWindow;
  readonly latest: TriggerReading | null;
  readonly readAtMs: number | null;
  readonly redSinceMs: number | null;
  /** Readings in a row without an answer. */
  readonly unread: number;
}

/** `unreadable`: as many readings without an answer as would have to be red. */
export type Standing = 'waiting' | 'quiet' | 'red' | 'unreadable';

/** After the go-live no step of it is at work any more, so nothing is asked of one. */
export function watchedTriggers(plan: Plan): readonly (readonly [string, Trigger])[] {
  return Object.entries(plan.triggers).filter(([, { step }]) => step === undefined);
}

export function watchedOf(plan: Plan): readonly WatchedTrigger[] {
  return watchedTriggers(plan).map(([name, trigger]) => ({
    name,
    trigger,
    window: QUIET,
    latest: null,
    readAtMs: null,
    redSinceMs: null,
    unread: 0,
  }));
}

export function withReading(watched: WatchedTrigger, reading: TriggerReading, atMs: number): WatchedTrigger {
  const window = afterReading(watched.window, reading.colour, watched.trigger);
  return {
    ...watched,
    window,
    latest: reading,
    readAtMs: atMs,
    redSinceMs: window.isRed ? (watched.redSinceMs ?? atMs) : null,
    unread: reading.colour === 'unknown' ? watched.unread + 1 : 0,
  };
}

export function standingOf({ latest, window, unread, trigger }: WatchedTrigger): Standing {
  if (latest === null) return 'waiting';
  if (window.isRed) return 'red';
  return unread >= trigger.readings ? 'unreadable' : 'quiet';
}

/** Exit codes that call for attention, to be folded; empty when everything was read and no mandatory trigger calls. */
export function troublesOf(triggers: readonly WatchedTrigger[]): readonly number[] {
  return triggers.flatMap((watched) => {
    // Even a red one that can no longer be read is a source that cannot be read.
    const unread = watched.unread >= watched.trigger.readings ? [EXIT.environmentNotReady] : [];
    const isCalling = watched.window.isRed && watched.trigger.class === 'mandatory';
    return [...unread, ...(isCalling ? [EXIT.failed] : [])];
  });
}
