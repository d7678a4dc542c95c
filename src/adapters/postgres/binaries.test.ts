import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPostgres } from './binaries.ts';
import { linkBinaries } from './binaries-npm.ts';

const run = promisify(execFile);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rpt-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('PostgreSQL binaries', () => {
  test('of npm start although its install script did not run, and nothing is written into the package', async () => {
    const installed = await findPostgres({ choice: 'npm', stateFolder: folder });
    const original = dirname(dirname(dirname(installed.postgres)));
    const root = join(folder, 'package');
    const lib = join(root, 'native', 'lib');
    for (const part of ['bin', 'lib', 'pg-symlinks.json'])
      await cp(join(original, 'native', part), join(root, 'native', part), { recursive: true, verbatimSymlinks: true });
    for (const entry of await readdir(lib, { withFileTypes: true }))
      if (entry.isSymbolicLink()) await unlink(join(lib, entry.name));
    const before = await readdir(lib);
    await expect(run(join(root, 'native/bin/postgres'), ['--version'])).rejects.toThrow(/shared libraries/);
    const { folder: bin, env } = await linkBinaries(root, folder);
    const { stdout } = await run(join(bin, 'postgres'), ['--version'], { env });
    expect(stdout).toContain(installed.version);
    expect(await readdir(lib)).toEqual(before);
    expect(await linkBinaries(root, folder)).toEqual({ folder: bin, env });
  });

  test('that are not there are an error that names what was found and what to install', async () => {
    const missing = findPostgres({ choice: { folder }, stateFolder: folder });
    await expect(missing).rejects.toMatchObject({
      code: 'environment-not-ready',
      message: expect.stringContaining(folder),
      hint: expect.stringContaining('apt-get install postgresql'),
    });
    await expect(findPostgres({ choice: 'npm', major: 9, stateFolder: folder })).rejects.toMatchObject({
      hint: expect.stringContaining('npm install'),
    });
  });

  test('of different versions in one folder are refused', async () => {
    const npm = await findPostgres({ choice: 'npm', stateFolder: folder });
    await symlink(npm.postgres, join(folder, 'postgres'));
    await expect(findPostgres({ choice: { folder }, stateFolder: folder })).rejects.toThrow(/do not belong together/);
  });
});
