import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { digestBytes, digestOf } from './digest.ts';

test('property: the digest is that of the canonical text, however it is cut into pieces', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(digestOf(value)).toBe(digestBytes(canonicalJson(value)));
    }),
  );
});

test('leaves out what is undefined, in lists of objects too', () => {
  const value = { b: [{ z: undefined, a: 1n }, undefined], a: { c: undefined, d: { e: null } } };
  expect(canonicalJson(value)).toBe('{"a":{"d":{"e":null}},"b":[{"a":"1"},null]}');
  expect(digestOf(value)).toBe(digestBytes(canonicalJson(value)));
});

test('a text longer than one piece', () => {
  const value = Array.from({ length: 20_000 }, (_, id) => ({ id, sum: `${id * 7}`, list: [id, 'ä'] }));
  expect(digestOf(value)).toBe(digestBytes(canonicalJson(value)));
});
