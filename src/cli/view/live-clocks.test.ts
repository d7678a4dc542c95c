import { describe, expect, it } from 'vitest';
import { failingAt, recordedEvents, until } from '../../../test/support/recorded-events.ts';
import type { Recorded } from '../../journal/journal.ts';
import { type LiveClock, liveClocks, rtaMs } from './live-clocks.ts';
import { EMPTY_VIEW, reduceView, type ViewState } from './model.ts';

const drill = recordedEvents('data-corruption');
const expected = { decideWithinMs: 900_000, rtoMs: 2_700_000 };

function viewOf(events: readonly Recorded[]): ViewState {
  return events.reduce(reduceView, EMPTY_VIEW);
}

function clocksOf(events: readonly Recorded[], laterMs = 0): Record<string, LiveClock> {
  const view = viewOf(events);
  return Object.fromEntries(liveClocks(view, view.lastAtMs + laterMs, expected).map((clock) => [clock.name, clock]));
}

describe('the six clocks', () => {
  it('have not begun while the drill prepares', () => {
    const clocks = Object.values(clocksOf(until(drill, 'node-ended', 'twins.control')));
    expect(clocks.map((clock) => clock.name)).toEqual([
      'detect',
      'decide',
      'execute',
      'restore',
      'verify',
      'communicate',
    ]);
    expect(clocks.every((clock) => clock.elapsedMs === null && !clock.isRunning)).toBe(true);
  });

  it('count the one whose step runs, and no other', () => {
    const events = until(drill, 'node-started', 'go-back.restore');
    const now = clocksOf(events);
    const later = clocksOf(events, 1_000);
    expect(later['restore']).toMatchObject({ isRunning: true, elapsedMs: (now['restore']?.elapsedMs ?? 0) + 1_000 });
    expect(later['execute']).toEqual(now['execute']);
    expect(Object.values(later).filter((clock) => clock.isRunning)).toHaveLength(1);
  });

  it('expect the p90 of the longest chain of steps, and the time the plan gives for deciding', () => {
    expect(clocksOf(drill)).toMatchObject({
      decide: { expectedMs: 900_000 },
      execute: { expectedMs: 3_500 },
      restore: { expectedMs: 8_000 },
      verify: { expectedMs: null },
    });
  });

  it('measure detection from the damage to the first sustained sign', () => {
    const { t0, t1 } = viewOf(drill).instants;
    expect(clocksOf(drill)['detect']?.elapsedMs).toBe((t1 ?? 0) - (t0 ?? 0));
  });

  it('have nothing to detect where nothing was damaged', () => {
    expect(clocksOf(recordedEvents('clean-return'))['detect']?.elapsedMs).toBeNull();
  });
});

describe('the RTA', () => {
  it('runs from the decision to the first write of a user', () => {
    const { t2, t6 } = viewOf(drill).instants;
    expect(rtaMs(viewOf(until(drill, 'node-started', 'decide')), 1e9)).toBeNull();
    expect(rtaMs(viewOf(drill), 1e9)).toBe((t6 ?? 0) - (t2 ?? 0));
  });

  it('is not reached when the rollback failed', () => {
    expect(rtaMs(viewOf(failingAt(drill, 'go-back.restore', 'no')), 1e9)).toBeNull();
  });
});
