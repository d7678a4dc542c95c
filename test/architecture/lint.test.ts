import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const CHECKOUT = dirname(dirname(import.meta.dirname));

/** Planted file → the rule that must bite there; none for the ones that are fine. */
const PLANTED: readonly { file: string; text: string; rule?: string }[] = [
  { file: 'src/plan/now.ts', text: 'export const a = Date.now();', rule: 'house(no-ambient)' },
  { file: 'src/plan/date.ts', text: 'export const a = new Date();', rule: 'house(no-ambient)' },
  { file: 'src/plan/shown.ts', text: 'export const a = new Date(5).toISOString();' },
  { file: 'src/drill/random.ts', text: 'export const a = Math.random();', rule: 'house(no-ambient)' },
  { file: 'src/drill/timer.ts', text: 'setTimeout(() => {}, 1);', rule: 'house(no-ambient)' },
  { file: 'src/drill/hidden.ts', text: 'globalThis.setTimeout(() => {}, 1);', rule: 'house(no-ambient)' },
  { file: 'src/proof/variable.ts', text: "export const a = process.env['HOME'];", rule: 'house(no-ambient)' },
  { file: 'src/proof/shout.ts', text: "console.log('a');", rule: 'eslint(no-console)' },
  { file: 'src/cli/shout.ts', text: "console.log('a', Date.now(), process.env['HOME']);" },
  { file: 'src/plan/clock.test.ts', text: 'export const a = Date.now();' },
  { file: 'src/plan/any.ts', text: 'export const a: any = 1;', rule: 'typescript(no-explicit-any)' },
  {
    file: 'src/plan/bang.ts',
    text: 'export const f = (a?: string): number => a!.length;',
    rule: 'typescript(no-non-null-assertion)',
  },
  {
    file: 'src/plan/floating.ts',
    text: 'const f = async (): Promise<void> => {};\nexport const g = (): void => {\n  f();\n};',
    rule: 'typescript(no-floating-promises)',
  },
  {
    file: 'src/plan/many.ts',
    text: 'export const f = (a: 1, b: 2, c: 3, d: 4): number => a + b + c + d;',
    rule: 'eslint(max-params)',
  },
  {
    file: 'src/plan/tangle.ts',
    text: `export const f = (a: number): number => ${Array.from({ length: 12 }, (_, n) => `a === ${n} ? ${n + 1} : `).join('')}0;`,
    rule: 'eslint(complexity)',
  },
  { file: 'src/plan/default.ts', text: 'export default 1;', rule: 'import(no-default-export)' },
  { file: 'src/plan/all.ts', text: "export * from './now.ts';", rule: 'house(no-export-all)' },
  { file: 'src/plan/utils.ts', text: 'export const a = 1;', rule: 'house(file-name)' },
  { file: 'src/plan/camelCase.ts', text: 'export const a = 1;', rule: 'unicorn(filename-case)' },
  {
    file: 'src/plan/silenced.ts',
    text: '// oxlint-disable-next-line no-console\nconsole.log(1);',
    rule: 'house(reasoned-disable)',
  },
  {
    file: 'src/plan/reasoned.ts',
    text: '// oxlint-disable-next-line no-console -- shows that a reason is enough\nconsole.log(1);',
  },
];

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly severity: string;
}

let root: string;
let found: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'rollproof-lint-'));
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'scripts/house-rules.mjs']) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(join(CHECKOUT, file), join(root, file));
  }
  symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'));
  for (const { file, text } of PLANTED) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${text}\n`);
  }
  found = group(await lint());
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function lint(): Promise<readonly Diagnostic[]> {
  const program = join(CHECKOUT, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const run = promisify(execFile)(process.execPath, [program, '--type-aware', '--format=json', 'src'], { cwd: root });
  // It exits with 1 because it finds what was planted.
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
}

function group(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, readonly string[]> {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  return new Map(
    [...new Set(errors.map((error) => error.filename))].map((file) => [
      file,
      [...new Set(errors.filter((error) => error.filename === file).map((error) => error.code))],
    ]),
  );
}

test.each(PLANTED)('$file: $rule', ({ file, rule }) => {
  expect(found.get(file) ?? []).toEqual(rule === undefined ? [] : [rule]);
});
