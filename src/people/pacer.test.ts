import { expect, test } from 'vitest';
import type { Clock } from '../kernel/clock.ts';
import { pacerOf } from './pacer.ts';

test('turns come at an even pace, and time that passed by itself is not made up for', async () => {
  let now = 0;
  const waits: number[] = [];
  const clock: Clock = {
    wallMs: () => now,
    monotonicMs: () => now,
    bootId: 'test',
    wait: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
  const { signal } = new AbortController();
  const pacer = pacerOf(clock, 10);
  for (let turn = 0; turn < 3; turn += 1) await pacer.turn(signal);
  expect(waits).toEqual([100, 100]);
  now += 1_000;
  for (let turn = 0; turn < 2; turn += 1) await pacer.turn(signal);
  expect(waits).toEqual([100, 100, 100]);
});
