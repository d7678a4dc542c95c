import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { recordSchema } from '../../src/proof/record.ts';

const FILE = new URL('../../schema/rollproof-record.schema.json', import.meta.url);

/** To take over a wanted change: vitest run -u test/golden/record-schema.test.ts */
it('the published schema of record.json is the one that the code uses', async () => {
  const schema = { title: 'Rollproof record, format 1', ...z.toJSONSchema(recordSchema) };
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(FILE.pathname);
});

it('the description names every part of the record', () => {
  const text = readFileSync(new URL('../../docs/formats/record-v1.md', import.meta.url), 'utf8');
  const undocumented = Object.keys(recordSchema.shape).filter((key) => !text.includes(`\`${key}\``));
  expect(undocumented).toEqual([]);
});
