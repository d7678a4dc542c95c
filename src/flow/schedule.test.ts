import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type OperationChoice, scheduleOf } from './schedule.ts';

const OPERATIONS: readonly OperationChoice[] = [
  { name: 'change', kind: 'update', share: 2, of: 'add' },
  { name: 'add', kind: 'create', share: 3, of: null },
  { name: 'remove', kind: 'delete', share: 1, of: 'add' },
  { name: 'call', kind: 'create', share: 1, of: null },
];
const USERS = ['ada', 'bo', 'cy'];

function scheduled(seed: number, writes = 200): ReturnType<typeof scheduleOf> {
  return scheduleOf({ operations: OPERATIONS, users: USERS, writes, seed, prefix: 'rp-d1' });
}

test('the same seed gives the same work, another seed another', () => {
  expect(scheduled(7)).toEqual(scheduled(7));
  expect(scheduled(8)).not.toEqual(scheduled(7));
});

test('updates and deletes work on a record that an earlier operation made and nothing has deleted', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 300 }), (seed, writes) => {
      const schedule = scheduled(seed, writes);
      expect(new Set(schedule.map((one) => one.mark)).size).toBe(writes);
      const last = new Map<number, (typeof schedule)[number]>();
      for (const one of schedule) {
        if (one.kind === 'create') expect([one.record, one.after]).toEqual([one.index, null]);
        else {
          const before = last.get(one.record);
          expect(before).toMatchObject({ index: one.after, user: one.user });
          expect(before?.kind).not.toBe('delete');
          expect(schedule[one.record]?.operation).toBe('add');
        }
        last.set(one.record, one);
      }
    }),
  );
});

test('5,000 operations are drawn at once, by their shares', () => {
  const kinds = scheduled(7, 5_000).map((one) => one.operation);
  const count = (name: string): number => kinds.filter((kind) => kind === name).length;
  expect(count('change')).toBeGreaterThan(1_200);
  expect(count('remove')).toBeGreaterThan(500);
  expect(count('call')).toBeGreaterThan(500);
});
