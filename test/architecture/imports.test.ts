import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkImports } from '../../scripts/imports.mjs';

const { IMPORTS } = createRequire(import.meta.url)('../../scripts/import-table.cjs') as {
  readonly IMPORTS: Readonly<Record<string, readonly string[]>>;
};

type Files = Readonly<Record<string, string>>;

/** A tree of its own, so that no violation is ever planted in the real one. */
function plant(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'rollproof-imports-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const all = { 'tsconfig.json': TSCONFIG, 'package.json': PACKAGE, ...files };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

const TSCONFIG = JSON.stringify({
  compilerOptions: { module: 'nodenext', target: 'es2024', allowImportingTsExtensions: true, noEmit: true },
});
const PACKAGE = JSON.stringify({
  type: 'module',
  dependencies: { pg: '*', zod: '*' },
  devDependencies: { vitest: '*' },
});
const PG = { 'node_modules/pg/package.json': '{"main":"index.js"}', 'node_modules/pg/index.js': '' };
const ZOD = { 'node_modules/zod/package.json': '{"main":"index.js"}', 'node_modules/zod/index.js': '' };
const VITEST = { 'node_modules/vitest/package.json': '{"main":"index.js"}', 'node_modules/vitest/index.js': '' };
const VALUE = 'export const value = 1;\n';

async function rulesBroken(files: Files): Promise<readonly string[]> {
  const { violations, unseen } = await checkImports({ root: plant(files) });
  expect(unseen).toEqual([]);
  return violations.map((violation: string) => violation.split(':')[0] ?? '').sort();
}

const folderOf = (name: string) => name.replace('*', 'one');
const importing = (from: string, to: string): Files => ({
  [`src/${folderOf(to)}/target.ts`]: VALUE,
  [`src/${folderOf(from)}/origin.ts`]: `import { value } from '${'../'.repeat(folderOf(from).split('/').length)}${folderOf(to)}/target.ts';\nexport const copy = value;\n`,
});

const folders = Object.keys(IMPORTS);
const pairs = folders.flatMap((from) => folders.filter((to) => to !== from).map((to) => ({ from, to })));
const allowed = pairs.filter(({ from, to }) => IMPORTS[from]?.includes(to));
const forbidden = pairs.filter(({ from, to }) => !IMPORTS[from]?.includes(to));

test('every arrow of the table passes', async () => {
  const broken = await Promise.all(allowed.map(({ from, to }) => rulesBroken(importing(from, to))));
  expect(broken.flat()).toEqual([]);
});

test('every arrow that is not in the table is caught', async () => {
  const broken = await Promise.all(
    forbidden.map(async ({ from, to }) => ({ from, to, rules: await rulesBroken(importing(from, to)) })),
  );
  expect(broken).toEqual(forbidden.map(({ from, to }) => ({ from, to, rules: [`table-${from.replace('/*', '')}`] })));
});

test('a type-only arrow that is not in the table is caught as well', async () => {
  expect(
    await rulesBroken({
      'src/drill/clock.ts': 'export type Reading = number;\n',
      'src/kernel/origin.ts': "import type { Reading } from '../drill/clock.ts';\nexport const now: Reading = 1;\n",
    }),
  ).toEqual(['table-kernel']);
});

test('the table itself has no cycle', () => {
  const reach = (from: string, path: readonly string[]): readonly string[] =>
    path.includes(from) ? [...path, from] : (IMPORTS[from] ?? []).flatMap((to) => reach(to, [...path, from]));
  expect(folders.flatMap((folder) => reach(folder, []))).toEqual([]);
});

test('an adapter that imports another adapter is caught', async () => {
  expect(
    await rulesBroken({
      'src/adapters/process/run.ts': VALUE,
      'src/adapters/postgres/server.ts': "import { value } from '../process/run.ts';\nexport const copy = value;\n",
    }),
  ).toEqual(['table-adapters']);
});

test('an adapter may import itself', async () => {
  expect(
    await rulesBroken({
      'src/adapters/postgres/run.ts': VALUE,
      'src/adapters/postgres/server.ts': "import { value } from './run.ts';\nexport const copy = value;\n",
    }),
  ).toEqual([]);
});

test.each([
  'node:fs',
  'fs/promises',
  'node:net',
  'http',
  'node:child_process',
  'os',
  'node:worker_threads',
  'node:sqlite',
])('a domain folder that imports %s is caught, an adapter is not', async (module) => {
  const text = `import * as outside from '${module}';\nexport const used = outside;\n`;
  expect(await rulesBroken({ 'src/proof/record.ts': text })).toEqual(['domain-does-no-io']);
  expect(await rulesBroken({ 'src/adapters/process/record.ts': text, 'src/proof/x.test.ts': text })).toEqual([]);
});

test('hashing is fine anywhere', async () => {
  expect(
    await rulesBroken({
      'src/kernel/digest.ts': "import { createHash } from 'node:crypto';\nexport const h = createHash;\n",
    }),
  ).toEqual([]);
});

test('a domain folder that imports a driver is caught, one that imports zod is not', async () => {
  expect(
    await rulesBroken({
      ...PG,
      ...ZOD,
      'src/plan/schema.ts': "import 'zod';\n",
      'src/subject/rows.ts': "import 'pg';\n",
    }),
  ).toEqual(['domain-packages']);
});

test('a development package in what ships is caught, in a unit test it is not', async () => {
  expect(
    await rulesBroken({
      ...VITEST,
      'src/cli/main.ts': "import 'vitest';\n",
      'src/cli/main.test.ts': "import 'vitest';\n",
    }),
  ).toEqual(['declared-packages']);
});

test('sources that import tests are caught', async () => {
  expect(
    await rulesBroken({
      'test/support/fake.ts': VALUE,
      'src/cli/main.ts': "import { value } from '../../test/support/fake.ts';\nexport const copy = value;\n",
    }),
  ).toEqual(['sources-stand-alone']);
});

test('a cycle is caught, unless one of its edges is only a type', async () => {
  const cycle = (keyword: string): Files => ({
    'src/plan/a.ts': "import { b } from './b.ts';\nexport const a = (): number => b();\nexport type A = number;\n",
    'src/plan/b.ts': `import ${keyword} { ${keyword === 'type' ? 'A' : 'a'} } from './a.ts';\nexport const b = (): number => 1;\n`,
  });
  expect(await rulesBroken(cycle(''))).toContain('no-cycles');
  expect(await rulesBroken(cycle('type'))).toEqual([]);
});

test.each(['src/cleverness/idea.ts', 'src/idea.ts', 'src/adapters/idea.ts'])(
  '%s stands in no folder of the table',
  async (file) => {
    expect(await rulesBroken({ [file]: VALUE })).toEqual(['folder-in-table']);
  },
);

test('an import of a file that does not exist is caught', async () => {
  expect(await rulesBroken({ 'src/kernel/a.ts': "import './nowhere.ts';\n" })).toContain('resolvable');
});

test('a file that the check cannot see is named', async () => {
  const root = plant({ 'src/kernel/seen.ts': VALUE, 'src/kernel/overlooked.ts': VALUE });
  const ruleSet = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { options: object };
  const blind = { ...ruleSet, options: { ...ruleSet.options, exclude: { path: 'overlooked' } } };
  expect(await checkImports({ root, ruleSet: blind })).toMatchObject({
    unseen: ['src/kernel/overlooked.ts'],
    seenCount: 1,
  });
});

test('a check that sees nothing says so', async () => {
  const root = plant({ 'src/kernel/a.ts': VALUE });
  const ruleSet = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { options: object };
  const blind = { ...ruleSet, options: { ...ruleSet.options, exclude: { path: '.' } } };
  expect(await checkImports({ root, ruleSet: blind })).toMatchObject({ unseen: ['src/kernel/a.ts'], seenCount: 0 });
});
