import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jsonSchema } from './json-schema.ts';

/** Every key of the schema, wherever it stands. */
function keysIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const properties: unknown = Reflect.get(schema, 'properties');
  const own = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(keysIn)];
}

test('the page about the format names every key', () => {
  const page = readFileSync(new URL('../../docs/formats/plan-v1.md', import.meta.url), 'utf8').replace(
    /^```.*?^```/gms,
    '',
  );
  const words = new Set([...page.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code?.match(/[A-Za-z0-9]+/g) ?? []));
  const missing = [...new Set(keysIn(jsonSchema()))].filter((key) => !words.has(key));
  expect(missing).toEqual([]);
});
