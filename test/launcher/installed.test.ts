import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { missingPackages } from '../../bin/installed.js';

const LOCKED = {
  '': { version: '0.1.0' },
  'node_modules/runs': { version: '1.0.0' },
  'node_modules/tests': { version: '1.0.0', dev: true },
  'node_modules/here': { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] },
  'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['aix'], cpu: [process.arch] },
  'node_modules/helper-of-elsewhere': { version: '1.0.0', optional: true },
};

/** A clone whose `node_modules` holds `present`, each in the version given. */
function makeClone(present: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'rollproof-clone-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeJson(join(root, 'package-lock.json'), { packages: LOCKED });
  const packages = Object.entries(present).map(([name, version]) => [`node_modules/${name}`, { version }]);
  if (packages.length > 0) {
    writeJson(join(root, 'node_modules', '.package-lock.json'), { packages: Object.fromEntries(packages) });
  }
  for (const name of Object.keys(present)) writeJson(join(root, 'node_modules', name, 'package.json'), {});
  return root;
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

const missingIn = (root: string, withDevelopment = true) =>
  missingPackages({ root, withDevelopment }).map((entry: { name: string }) => entry.name);

test('a fresh clone misses everything that fits this platform', () => {
  expect(missingIn(makeClone({}))).toEqual(['runs', 'tests', 'here']);
});

test('the demo needs no development packages', () => {
  expect(missingIn(makeClone({ runs: '1.0.0', here: '1.0.0' }), false)).toEqual([]);
});

test('another version than locked is missing', () => {
  expect(missingIn(makeClone({ runs: '0.9.0', here: '1.0.0', tests: '1.0.0' }))).toEqual(['runs']);
});

test('a deleted folder is missing, whatever npm’s own list says', () => {
  const root = makeClone({ runs: '1.0.0', here: '1.0.0', tests: '1.0.0' });
  rmSync(join(root, 'node_modules', 'tests'), { recursive: true });
  expect(missingIn(root)).toEqual(['tests']);
});

test('nothing is missing when all that fits is there', () => {
  expect(missingIn(makeClone({ runs: '1.0.0', here: '1.0.0', tests: '1.0.0' }))).toEqual([]);
});
