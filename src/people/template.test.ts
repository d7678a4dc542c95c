import { describe, expect, test } from 'vitest';
import { fillJson, fillPath, fillText, readPath } from './template.ts';

test('paths are encoded, texts are not', () => {
  expect(fillPath('/u/{user}/n/{id}?q={other}', { user: 'a/b ü', id: 7 })).toBe('/u/a%2Fb%20%C3%BC/n/7?q={other}');
  expect(fillText('{user} made {id}', { user: 'a/b' })).toBe('a/b made {id}');
});

test('a value that is nothing but the id keeps its type', () => {
  const json = { parent: '{id}', text: 'note {id} of {user}', list: ['{id}', 1, null], deep: { on: true } };
  expect(fillJson(json, { user: 'eve', id: 7 })).toEqual({
    parent: 7,
    text: 'note 7 of eve',
    list: [7, 1, null],
    deep: { on: true },
  });
});

test('a value with braces is not filled a second time', () => {
  expect(fillText('{user}', { user: '{id}', id: 7 })).toBe('{id}');
});

describe('dotted paths', () => {
  const value = { items: [{ id: 3 }], total: 0, none: null };
  test.each([
    ['items.0.id', 3],
    ['total', 0],
    ['none', null],
    ['', value],
    ['none.x', undefined],
    ['items.1.id', undefined],
    ['items.length.x', undefined],
    ['constructor', undefined],
  ])('%s', (path, expected) => {
    expect(readPath(value, path)).toEqual(expected);
  });
});
