// Checks the import table with dependency-cruiser, and that it saw every file: a parser that cannot read TypeScript sees
// none, finds nothing wrong and passes.
import { existsSync, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import importTable from './import-table.cjs';

const { IMPORTS } = importTable;
const CRUISED = ['src', 'test', 'bench'];

/**
 * @param {{ root: string, ruleSet?: object }} where the folder that holds src/
 * @returns {Promise<{ violations: string[], unseen: string[], seenCount: number }>}
 */
export async function checkImports({ root, ruleSet = loadRules() }) {
  const onDisk = sourceFiles(root);
  const { forbidden, options } = ruleSet;
  const { output } = await cruise(
    CRUISED.filter((folder) => existsSync(join(root, folder))),
    { ...options, baseDir: root, validate: true, ruleSet: { forbidden, options } },
    undefined,
    { tsConfig: readTsConfig(root) },
  );
  const seen = new Set(output.modules.map((module) => module.source));
  return {
    violations: [
      ...output.summary.violations.map(describeViolation),
      ...onDisk.filter(isOutsideTable).map(describeStranger),
    ],
    unseen: onDisk.filter((file) => !seen.has(file)),
    seenCount: onDisk.filter((file) => seen.has(file)).length,
  };
}

function loadRules() {
  return createRequire(import.meta.url)('../.dependency-cruiser.cjs');
}

function readTsConfig(root) {
  const file = join(root, 'tsconfig.json');
  return existsSync(file) ? extractTSConfig(file) : undefined;
}

function sourceFiles(root) {
  return globSync(
    CRUISED.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  ).sort();
}

function isOutsideTable(file) {
  if (!file.startsWith('src/')) return false;
  return !Object.keys(IMPORTS).some((folder) => new RegExp(`^src/${folder.replace('/*', '/[^/]+')}/`).test(file));
}

function describeStranger(file) {
  return `folder-in-table: ${file}\n    every folder of src/ stands in scripts/import-table.cjs: add it there and in ARCHITECTURE.md`;
}

function describeViolation({ rule, from, to, cycle, comment }) {
  const way = cycle === undefined ? `${from} → ${to}` : [from, ...cycle.map((step) => step.name)].join(' → ');
  return `${rule.name}: ${way}${comment === undefined ? '' : `\n    ${comment}`}`;
}
