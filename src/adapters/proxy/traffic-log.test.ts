import { expect, test } from 'vitest';
import { type Settled, TrafficLog } from './traffic-log.ts';

function settled(id: string): Settled {
  return {
    at: { wallMs: 1, monotonicMs: 1 },
    tookMs: 1,
    method: 'POST',
    path: '/',
    status: 200,
    targetStatus: 200,
    handling: 'passed',
    fault: null,
    deliveries: 1,
    messageIds: [id],
    withheldIds: [],
    bytes: 1,
    digest: null,
  };
}

test('the log forgets the oldest and says so; the counters forget nothing', () => {
  const log = new TrafficLog(3);
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    log.arrived([id]);
    log.settle(settled(id));
  }
  const all = log.since(0);
  expect(all.passages.map(({ messageIds }) => messageIds[0])).toEqual(['c', 'd', 'e']);
  expect(all).toMatchObject({ forgotten: 2, lastSeq: 5 });
  expect(all.counters).toMatchObject({ requests: 5, messages: 5, open: 0, byHandling: { passed: 5 } });
  expect(log.since(3)).toMatchObject({ forgotten: 0, passages: [{ seq: 4 }, { seq: 5 }] });
  expect(log.since(5)).toMatchObject({ forgotten: 0, passages: [] });
});

test('what is held stays open until it is released', () => {
  const log = new TrafficLog();
  log.arrived(['a']);
  log.holds(1);
  log.settle({ ...settled('a'), handling: 'held' });
  expect(log.since(0).counters).toMatchObject({ open: 1, held: 1 });
  log.holds(-1);
  log.settle({ ...settled('a'), handling: 'released' });
  expect(log.since(0).counters).toMatchObject({ open: 0, held: 0, requests: 1 });
});

test('more ids than are shown are still counted', () => {
  const log = new TrafficLog();
  log.settle({ ...settled('a'), messageIds: Array.from({ length: 1_500 }, (_, at) => String(at)) });
  expect(log.since(0).passages[0]?.messageIds).toHaveLength(1_000);
  expect(log.since(0).passages[0]?.messages).toBe(1_500);
});
