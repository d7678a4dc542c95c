import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { completeLockfile, missingOptional, platformOf } from '../../scripts/complete-lockfile.mjs';

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const CHECKOUT = dirname(dirname(import.meta.dirname));
const readJson = (file: string): unknown => JSON.parse(readFileSync(join(CHECKOUT, file), 'utf8'));
const lock = readJson('package-lock.json') as { packages: Readonly<Record<string, Entry>> };
const manifest = readJson('package.json') as Entry;

test('the lockfile holds every optional package, else npm 11 refuses it', () => {
  expect(missingOptional(lock).map(({ name }: { name: string }) => name)).toEqual([]);
});

test('the lockfile names no registry', () => {
  const named = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
  expect(named.map(([path]) => path)).toEqual([]);
});

test.each(['dependencies', 'devDependencies', 'optionalDependencies'] as const)(
  '%s are exact and locked as such',
  (kind) => {
    const wanted = manifest[kind] ?? {};
    expect(lock.packages['']?.[kind]).toEqual(wanted);
    const locked = Object.keys(wanted).map((name) => [name, lock.packages[`node_modules/${name}`]?.version]);
    const exact = Object.entries(wanted).map(([name, version]) => [name, version.replace(/^npm:.*@/, '')]);
    expect(locked).toEqual(exact);
  },
);

test('a missing platform package is added with its platform, in its place', () => {
  const partial = {
    packages: {
      '': {},
      'node_modules/tool': { version: '1.0.0', dev: true, optionalDependencies: { 'tool-linux-x64-musl': '1.0.0' } },
      'node_modules/zebra': { version: '1.0.0' },
    },
  };
  const complete = completeLockfile(partial).packages;
  expect(Object.keys(complete)).toEqual([
    '',
    'node_modules/tool',
    'node_modules/tool-linux-x64-musl',
    'node_modules/zebra',
  ]);
  expect(complete).toMatchObject({
    'node_modules/tool-linux-x64-musl': {
      version: '1.0.0',
      cpu: ['x64'],
      libc: ['musl'],
      os: ['linux'],
      dev: true,
      optional: true,
    },
  });
});

test('names say the platform, and one that does not is refused', () => {
  expect(platformOf('@oxlint/binding-win32-arm64-msvc')).toEqual({ cpu: ['arm64'], os: ['win32'] });
  expect(platformOf('@oxlint/binding-linux-arm-gnueabihf')).toEqual({ cpu: ['arm'], libc: ['glibc'], os: ['linux'] });
  expect(() => platformOf('left-pad')).toThrow(/does not say for which platform/);
});
