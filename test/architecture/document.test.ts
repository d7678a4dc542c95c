import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const { IMPORTS } = createRequire(import.meta.url)('../../scripts/import-table.cjs') as {
  readonly IMPORTS: Readonly<Record<string, readonly string[]>>;
};
const document = readFileSync(join(dirname(dirname(import.meta.dirname)), 'ARCHITECTURE.md'), 'utf8');

/** Rows of the form | `folder` | what it is for | `a` `b` |. */
function tableOf(markdown: string): Readonly<Record<string, readonly string[]>> {
  const rows = [...markdown.matchAll(/^\| `([^`]+)` \|[^|]*\|([^|]*)\|$/gm)];
  return Object.fromEntries(
    rows.map(([, folder, cell]) => [folder, [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((name) => name[1])]),
  );
}

test('the table in ARCHITECTURE.md is the table that is checked', () => {
  expect(tableOf(document)).toEqual(IMPORTS);
});

test('its rows come in the same order', () => {
  expect(Object.keys(tableOf(document))).toEqual(Object.keys(IMPORTS));
});
