import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

const clock = systemClock();

test('a wait is never shorter than asked for, by the clock that measures', async () => {
  for (const ms of [0, 0.4, 1, 2.5, 7]) {
    const before = clock.monotonicMs();
    await clock.wait(ms);
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(ms);
  }
});

test('a wait that is cut short rejects with the signal’s own reason', async () => {
  const reason = new Error('the drill was ended');
  const controller = new AbortController();
  const waiting = clock.wait(60_000, controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(clock.wait(60_000, controller.signal)).rejects.toBe(reason);
});

test('a wait beyond the longest timer does not end at once', async () => {
  const controller = new AbortController();
  let ended = false;
  const waiting = clock.wait(60 * 86_400_000, controller.signal).then(
    () => true,
    () => false,
  );
  void waiting.finally(() => {
    ended = true;
  });
  await clock.wait(5);
  expect(ended).toBe(false);
  controller.abort();
  expect(await waiting).toBe(false);
});

test('all clocks of one boot agree about it', () => {
  expect(systemClock().bootId).toBe(clock.bootId);
});
