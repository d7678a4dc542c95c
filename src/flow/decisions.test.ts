import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { type Asked, type Decision, deciderOf, shuffled } from './decisions.ts';
import { FLOW_FAULT_IDS, type FlowFault, flowFaultOf } from './flow-fault.ts';

const MESSAGE: Asked = { isMessage: true, items: 0, bytes: 100, nowMs: 0 };
const asked = fc.record({
  isMessage: fc.boolean(),
  items: fc.integer({ min: 0, max: 12 }),
  bytes: fc.integer({ min: 0, max: 1_000 }),
  nowMs: fc.constant(0),
});

function decisions(fault: FlowFault, requests: readonly Asked[]): readonly Decision[] {
  const decide = deciderOf(fault);
  return requests.map(decide);
}

function share(fault: FlowFault, count = 20_000): number {
  const all = decisions(fault, Array<Asked>(count).fill(MESSAGE));
  return all.filter((decision) => decision.do !== 'pass').length / count;
}

test('the same fault decides the same way about the same requests', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FLOW_FAULT_IDS), fc.integer(), fc.array(asked), (id, seed, requests) => {
      expect(decisions(flowFaultOf(id, { seed }), requests)).toEqual(decisions(flowFaultOf(id, { seed }), requests));
    }),
  );
});

test('another seed decides otherwise', () => {
  const requests = Array<Asked>(200).fill(MESSAGE);
  const of = (seed: number) => decisions(flowFaultOf('IF-12', { seed, rate: 0.3 }), requests);
  expect(of(1)).not.toEqual(of(2));
});

for (const id of ['IF-04', 'IF-10', 'IF-12', 'IF-24'] as const)
  test(`${id} hits the share that was asked for`, () => {
    for (const rate of [0.05, 0.3, 0.9]) expect(share(flowFaultOf(id, { seed: 9, rate }))).toBeCloseTo(rate, 1);
    expect(share(flowFaultOf(id, { seed: 9, rate: 1 }))).toBe(1);
  });

test('faults of messages leave reads alone, and reads do not shift what happens to messages', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.boolean(), { maxLength: 60 }), (seed, kinds) => {
      const fault = flowFaultOf('IF-12', { seed, rate: 0.4 });
      const mixed = decisions(
        fault,
        kinds.map((isMessage) => ({ ...MESSAGE, isMessage })),
      );
      expect(mixed.filter((_, at) => kinds[at] === false).every((decision) => decision.do === 'pass')).toBe(true);
      const alone = decisions(
        fault,
        kinds.filter(Boolean).map(() => MESSAGE),
      );
      expect(mixed.filter((_, at) => kinds[at] === true)).toEqual(alone);
    }),
  );
});

test('errors come in bursts of the length that was asked for', () => {
  const all = decisions(flowFaultOf('IF-04', { seed: 3, burst: 5 }), Array<Asked>(500).fill(MESSAGE));
  const text = all.map((decision) => (decision.do === 'answer' ? 'x' : '.')).join('');
  for (let at = 0; at < text.length; at += 5) expect(['xxxxx', '.....']).toContain(text.slice(at, at + 5));
  expect(text).toMatch(/x/);
  expect(text).toMatch(/\./);
});

describe('a quota', () => {
  test('lets so many pass in any 60 seconds, and says when to come again', () => {
    const decide = deciderOf(flowFaultOf('IF-05', { seed: 1, perMinute: 2 }));
    const at = (nowMs: number) => decide({ ...MESSAGE, nowMs });
    expect([at(0).do, at(10_000).do]).toEqual(['pass', 'pass']);
    expect(at(20_000)).toEqual({ do: 'answer', status: 429, retryAfterSeconds: 40 });
    expect(at(59_999)).toEqual({ do: 'answer', status: 429, retryAfterSeconds: 1 });
    expect(at(60_000).do).toBe('pass');
    expect(at(60_001)).toEqual({ do: 'answer', status: 429, retryAfterSeconds: 10 });
  });

  test('of nothing refuses everything', () => {
    expect(deciderOf(flowFaultOf('IF-05', { seed: 1, perMinute: 0 }))(MESSAGE)).toMatchObject({ status: 429 });
  });
});

test('a thinned batch keeps the order and loses something', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 2, max: 40 }), (seed, items) => {
      const decision = deciderOf(flowFaultOf('IF-09', { seed, rate: 0.3 }))({ ...MESSAGE, items });
      if (decision.do === 'pass') return;
      expect(decision.do).toBe('thin');
      const kept = decision.do === 'thin' ? decision.kept : [];
      expect(kept.length).toBeLessThan(items);
      expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b));
      expect(kept.every((place) => place >= 0 && place < items)).toBe(true);
    }),
  );
});

test('a shuffled batch holds every item once and never keeps its order', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 2, max: 40 }), (seed, items) => {
      const order = shuffled(items, seededRandom(seed));
      const inOrder = Array.from({ length: items }, (_, at) => at);
      expect(order.toSorted((a, b) => a - b)).toEqual(inOrder);
      expect(order).not.toEqual(inOrder);
    }),
  );
});

test('a truncated message is always shorter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (bytes, keep) => {
      const decision = deciderOf(flowFaultOf('IF-24', { seed: 1, rate: 1, keep }))({ ...MESSAGE, bytes });
      expect(decision.do === 'truncate' && decision.bytes < bytes && decision.bytes >= 0).toBe(true);
    }),
  );
});

test('delays lie between the latency and the latency with its whole jitter', () => {
  const decide = deciderOf(flowFaultOf('IF-03', { seed: 4, latencyMs: 100, jitterMs: 50 }));
  const delays = Array.from({ length: 500 }, () => decide(MESSAGE)).map((each) => (each.do === 'delay' ? each.ms : -1));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...delays)).toBeLessThan(150);
  expect(new Set(delays).size).toBeGreaterThan(400);
});

test('parameters that make no sense are refused', () => {
  for (const rate of [0, -1, 1.1, Number.NaN]) expect(() => flowFaultOf('IF-12', { seed: 1, rate })).toThrow(/rate/);
  expect(() => flowFaultOf('IF-04', { seed: 1, status: 200 })).toThrow(/status/);
  expect(() => flowFaultOf('IF-05', { seed: 1, perMinute: -1 })).toThrow(/perMinute/);
  expect(() => flowFaultOf('IF-24', { seed: 1, keep: 2 })).toThrow(/keep/);
  expect(() => flowFaultOf('IF-03', { seed: 1, bytesPerSecond: 0 })).toThrow(/bytesPerSecond/);
});
