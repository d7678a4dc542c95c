import { expect, test } from 'vitest';
import type { LoggedChange } from '../subject/change-log.ts';
import { notCompensated, notKept, touchedBy } from './changes.ts';

let position = 0;
function change(operation: LoggedChange['operation'], key: string | null, role = 'push_user'): LoggedChange {
  position += 1;
  return { position, atMs: 0, role, application: '', part: 'public.orders', operation, key };
}

test('what a role did is counted, each record is named once, and what has no key is counted apart', () => {
  const log = [
    change('insert', 'number=1'),
    change('update', 'number=1'),
    change('delete', 'number=2'),
    change('truncate', null),
    change('insert', 'number=3', 'crm'),
  ];
  expect(touchedBy(log, 'push_user')).toEqual([
    {
      table: 'public.orders',
      inserts: 1,
      updates: 1,
      deletes: 2,
      keys: ['number=1', 'number=2'],
      unkeyed: 1,
    },
  ]);
  expect(touchedBy(log, 'nobody')).toEqual([]);
});

const TOUCHED = touchedBy([change('insert', 'number=1'), change('delete', 'number=2')], 'push_user');
const there = (...keys: readonly string[]) => new Map([['public.orders', new Set(keys)]]);

test('kept: what stood still stands, and what was deleted stays away', () => {
  expect(notKept(TOUCHED, there('number=1'), there('number=1'))).toEqual([]);
  expect(notKept(TOUCHED, there('number=1'), there('number=2'))).toEqual([
    'public.orders number=1 is gone',
    'public.orders number=2 is there again',
  ]);
});

test('compensated: nothing that it touched differs from before; what others changed does not matter', () => {
  expect(notCompensated(TOUCHED, there('number=7'))).toEqual([]);
  expect(notCompensated(TOUCHED, there('number=2'))).toEqual(['public.orders number=2 is not as it was']);
});
