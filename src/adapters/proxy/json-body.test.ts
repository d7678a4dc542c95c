import { expect, test } from 'vitest';
import { findIds, readJsonBody, renameField, withItems } from './json-body.ts';

const JSON_HEAD = { startLine: '', rawHeaders: ['Content-Type', 'application/json; charset=utf-8'] };

function read(value: unknown) {
  const json = readJsonBody(JSON_HEAD, Buffer.from(JSON.stringify(value)));
  if (json === undefined) throw new Error('not read');
  return json;
}

test('ids are found in objects, arrays and below', () => {
  expect(read({ messageId: 'a' }).ids).toEqual(['a']);
  expect(read([{ messageId: 1 }, { inner: { messageId: 'b' } }, { messageId: null }]).ids).toEqual(['1', 'b']);
  expect(findIds(JSON_HEAD, Buffer.from('{"id":1}'))).toEqual([]);
});

test('what cannot be searched is not taken for empty', () => {
  expect(findIds(JSON_HEAD, null)).toBeUndefined();
  expect(findIds(JSON_HEAD, Buffer.from('{"messageId":'))).toBeUndefined();
  expect(findIds({ startLine: '', rawHeaders: ['content-type', 'text/csv'] }, Buffer.from('a;b'))).toBeUndefined();
  const packed = { ...JSON_HEAD, rawHeaders: [...JSON_HEAD.rawHeaders, 'Content-Encoding', 'gzip'] };
  expect(findIds(packed, Buffer.from('{"messageId":"a"}'))).toBeUndefined();
});

test('a batch is the body itself or a field of it', () => {
  const items = [{ messageId: 'a' }, { messageId: 'b' }, { messageId: 'c' }];
  expect(withItems(read(items), [2, 0])).toEqual([items[2], items[0]]);
  expect(withItems(read({ from: 'x', items }), [1])).toEqual({ from: 'x', items: [items[1]] });
  expect(read({ items: [1, 2] }).batch).toBeUndefined();
  expect(read({ items: [{ a: 1 }] }).batch).toBeUndefined();
});

test('a field is renamed at any depth and keeps its place', () => {
  const renamed = renameField({ a: 1, b: [{ a: { a: 2 } }] }, { field: 'a', to: 'z' });
  expect(JSON.stringify(renamed)).toBe('{"z":1,"b":[{"z":{"z":2}}]}');
});
