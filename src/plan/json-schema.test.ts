import { describe, expect, test } from 'vitest';
import { jsonSchema, keysAt } from './json-schema.ts';

describe('the published JSON Schema', () => {
  test('the checked-in file is the one that the code makes (refresh it with `vitest run src/plan/json-schema.test.ts -u`)', async () => {
    await expect(`${JSON.stringify(jsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../schema/rollproof-plan.schema.json',
    );
  });

  test('describes what is written, so what has a default is not required', () => {
    expect(jsonSchema()['required']).toEqual(['rollproof', 'name', 'systems', 'states', 'procedures', 'scenarios']);
    expect(jsonSchema()['additionalProperties']).toBe(false);
  });

  test('knows the keys of a union by its kind', () => {
    const plan = { systems: { db: { kind: 'postgres' }, entry: { kind: 'route' }, odd: {} } };
    expect(keysAt(plan, ['systems', 'entry'])).toEqual(['kind', 'to', 'production']);
    expect(keysAt(plan, ['systems', 'db'])).toContain('gapless');
    expect(keysAt(plan, ['systems', 'odd'])).toEqual(
      expect.arrayContaining(['gapless', 'samePointAs', 'releases', 'to']),
    );
    expect(keysAt(plan, ['systems', 'db', 'nothing', 0])).toEqual([]);
  });
});
