import { expect, test } from 'vitest';
import { besideTheFlow, cameBack, deliveredAgain } from './passages.ts';
import type { Passage } from './proxy.ts';

function passage(seq: number, messageIds: readonly string[], given: Partial<Passage> = {}): Passage {
  return {
    seq,
    at: { wallMs: seq, monotonicMs: seq },
    tookMs: 1,
    method: 'POST',
    path: '/messages',
    status: 200,
    targetStatus: 200,
    handling: 'passed',
    fault: null,
    deliveries: 1,
    messageIds,
    messages: messageIds.length,
    withheldIds: [],
    bytes: 1,
    digest: null,
    ...given,
  };
}

test('delivered again: only after the moment, only what the target took, and not what a fault of ours doubled', () => {
  const before = [passage(1, ['a', 'b']), passage(2, ['a']), passage(3, ['c'], { targetStatus: 503 })];
  const after = [passage(4, ['b', 'c']), passage(5, ['d'], { fault: 'IF-10' }), passage(6, ['d'])];
  expect(deliveredAgain([...before, ...after], 3)).toEqual(['b']);
  expect(deliveredAgain([...before, ...after], 4)).toEqual([]);
});

test('came back: what went out first and returned, not what was there before it went out', () => {
  expect(cameBack([passage(2, ['a', 'b'])], [passage(1, ['b']), passage(3, ['a', 'x'])])).toEqual(['a']);
});

test('beside the flow: messages to the same place by the other address; questions and other places are no messages', () => {
  const beside = [passage(1, ['a']), passage(2, ['a'], { path: '/send' }), passage(3, [], { method: 'GET' })];
  expect(besideTheFlow([passage(1, ['z'])], beside)).toEqual(['POST /messages']);
  expect(besideTheFlow([passage(1, [], { method: 'GET' })], beside)).toEqual([]);
});
