import { expect, test } from 'vitest';
import type { RowChange } from '../../../subject/difference.ts';
import { filesPresent, touchedFiles } from './flow-files.ts';

const file = (operation: RowChange['operation'], key: string): RowChange => ({ operation, key, columns: [] });
const STOP = [file('insert', 'out/new'), file('update', 'out/changed'), file('delete', 'out/old')];

test('files that a flow touched are counted and named', () => {
  expect(touchedFiles('files', STOP)).toMatchObject([{ inserts: 1, updates: 1, deletes: 1, unkeyed: 0 }]);
  expect(touchedFiles('files', [])).toEqual([]);
});

test('what differs no more is as it was: a new file is gone, and one that was deleted is there again', () => {
  const present = (now: readonly RowChange[]) => [...(filesPresent('files', STOP, now).get('files') ?? [])];
  expect(present(STOP)).toEqual(['out/new', 'out/changed']);
  expect(present([])).toEqual(['out/changed', 'out/old']);
  expect(present([file('delete', 'out/changed')])).toEqual(['out/old']);
});
