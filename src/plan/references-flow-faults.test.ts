import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPlan } from './load.ts';

const NORTHWIND = readFileSync(new URL('../../examples/northwind-crm/rollproof.yaml', import.meta.url), 'utf8');
const FAULT = '{ id: IF-10, flow: push, rate: 100%, seed: 7 }';

function problemsWith(fault: string, edit: (text: string) => string = (text) => text): readonly string[] {
  const loaded = loadPlan(edit(NORTHWIND.replace(FAULT, fault)), 'rollproof.yaml');
  return loaded.ok ? [] : loaded.problems.map(({ path, message, instead }) => `${path}: ${message}; ${instead}`);
}

test.each([
  '{ id: IF-16, flow: push }',
  '{ id: IF-17, flow: push }',
  '{ id: IF-17, flow: push, does: arm }',
  '{ id: IF-17, flow: push, does: fire }',
  '{ id: IF-18, flow: push, table: order_lines, work: { in: new-db, sql: select 1 } }',
  '{ id: IF-19, flow: push }',
])('%s is a fault of the move', (fault) => {
  expect(NORTHWIND).toContain(FAULT);
  expect(problemsWith(fault)).toEqual([]);
});

test.each([
  ['{ id: IF-16, flow: push-legacy }', /replaces no flow.*add `replaces:`/],
  ['{ id: IF-17, flow: webhook, does: fire }', /no command that does one round/],
  ['{ id: IF-18, flow: push }', /before which table.*order_lines/],
  ['{ id: IF-19, flow: webhook }', /how its watermark is lost.*reset/],
  ['{ id: IF-10, flow: push, does: arm }', /`does` belongs to IF-17/],
  ['{ id: IF-18, flow: push, table: orders, work: { in: docs, sql: select 1 } }', /needs a system of kind postgres/],
])('%s is not', (fault, said) => {
  expect(problemsWith(fault).join('\n')).toMatch(said);
});

test('a principal that is a folder has no role to write under', () => {
  const inFolder = (text: string): string =>
    text.replace('principal: { in: new-db, role: nightly_user }', 'principal: { in: drop, path: out }');
  expect(problemsWith('{ id: IF-17, flow: nightly }', inFolder).join('\n')).toMatch(/no role of a database/);
});
