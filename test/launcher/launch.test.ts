import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findEntry, findPlatformNode, isNewEnough } from '../../bin/launch.js';
import { findMachineNode, Launched } from './launched.ts';

const CHECKOUT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PLATFORM_PACKAGE = `node-${process.platform}-${process.arch}`;
const machineNode = findMachineNode();
const isOld =
  machineNode !== undefined &&
  !isNewEnough(execFileSync(machineNode, ['-p', 'process.versions.node'], { encoding: 'utf8' }));

/** A package folder with the real `bin/` and engines that say who ran them. */
function makePackage({ withSource = true, withBuild = false, withNode = true } = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'rollproof-package-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  cpSync(join(CHECKOUT, 'bin'), join(root, 'bin'), { recursive: true });
  copyFileSync(join(CHECKOUT, 'package.json'), join(root, 'package.json'));
  const say = (kind: string) => `console.log('${kind}', process.versions.node, process.argv.slice(2).join(' '));`;
  if (withSource)
    writeIn(root, 'src/cli/main.ts', `const typed: number = 7;\n${say('source')}\nprocess.exitCode = typed;`);
  if (withBuild) writeIn(root, 'dist/cli/main.js', say('build'));
  if (withNode) linkNode(root);
  return root;
}

function writeIn(root: string, file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** Only the package's folder: nothing in `.bin`, as when npm did not link it. */
function linkNode(root: string): void {
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(join(CHECKOUT, 'node_modules', PLATFORM_PACKAGE), join(root, 'node_modules', PLATFORM_PACKAGE));
}

test('24 and newer is new enough', () => {
  expect(['18.20.4', '20.20.2', '22.11.0', '24.0.0', '26.1.0'].map((version) => isNewEnough(version))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
});

test('sources are run in a checkout, even when there is a build', () => {
  const root = makePackage({ withBuild: true, withNode: false });
  expect(findEntry(root)).toBe(join(root, 'src', 'cli', 'main.ts'));
});

test('a packed package runs its build', () => {
  const root = makePackage({ withSource: false, withBuild: true, withNode: false });
  expect(findEntry(root)).toBe(join(root, 'dist', 'cli', 'main.js'));
});

test('the platform package is found without a link, and missing is no error', () => {
  expect(findPlatformNode(makePackage())).toMatch(new RegExp(`${PLATFORM_PACKAGE}/bin/node$`));
  expect(findPlatformNode(makePackage({ withNode: false }))).toBeUndefined();
});

test('a lost executable bit is put back', () => {
  const root = makePackage({ withNode: false });
  const binary = join('node_modules', PLATFORM_PACKAGE, 'bin', 'node');
  writeIn(root, join('node_modules', PLATFORM_PACKAGE, 'package.json'), '{}');
  writeIn(root, binary, '');
  chmodSync(join(root, binary), 0o644);
  expect(findPlatformNode(root)).toMatch(/bin\/node$/);
  expect(statSync(join(root, binary)).mode & 0o777).toBe(0o755);
});

test('on Node 24 the engine runs in the same process', async () => {
  await using launched = new Launched([join(makePackage(), 'bin', 'rollproof.js'), 'check', '--json']);
  expect(await launched.ended).toEqual({ code: 7, signal: null });
  expect(launched.lines).toEqual([`source ${process.versions.node} check --json`]);
});

test('an incomplete package is refused with 3', async () => {
  await using launched = new Launched([join(makePackage({ withSource: false }), 'bin', 'rollproof.js')]);
  expect(await launched.ended).toEqual({ code: 3, signal: null });
  expect(launched.lines.join(' ')).toMatch(/dist\/cli\/main\.js is missing/);
});

test.skipIf(machineNode === undefined)('the machine’s own Node, however old, reaches the engine', async () => {
  const command = [join(makePackage(), 'bin', 'rollproof.js'), 'drill', '--all'];
  await using launched = new Launched(command, machineNode);
  expect(await launched.ended).toEqual({ code: 7, signal: null });
  expect(launched.lines).toEqual([expect.stringMatching(/^source (2[4-9]|[3-9]\d)\.\S+ drill --all$/)]);
});

test.skipIf(!isOld)('an old Node without the platform package says what to install', async () => {
  await using launched = new Launched([join(makePackage({ withNode: false }), 'bin', 'rollproof.js')], machineNode);
  expect(await launched.ended).toEqual({ code: 3, signal: null });
  expect(launched.lines.join('\n')).toMatch(/needs Node 24 or newer; this is Node .*\n.*install Node 24/);
});
