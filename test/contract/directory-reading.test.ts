import { chmod, cp, mkdir, mkdtemp, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainDirectory } from '../../src/adapters/directory/explain.ts';
import { readDirectory } from '../../src/adapters/directory/reading.ts';
import { compareManifests } from '../../src/subject/compare.ts';
import { type Difference, verdictOf } from '../../src/subject/difference.ts';
import type { Manifest } from '../../src/subject/manifest.ts';

let folder: string;
let witness: string;
let current: string;
let baseline: Manifest;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rpf-'));
  witness = path.join(folder, 'witness');
  current = path.join(folder, 'current');
  await mkdir(path.join(witness, 'a', 'deep'), { recursive: true });
  await writeFile(path.join(witness, 'a', 'one.txt'), 'one');
  await writeFile(path.join(witness, 'a', 'deep', 'two.txt'), 'two');
  await writeFile(path.join(witness, 'a-file'), '');
  await writeFile(path.join(witness, 'ünï.txt'), 'x');
  await symlink('one.txt', path.join(witness, 'a', 'link'));
  await cp(witness, current, { recursive: true, verbatimSymlinks: true });
  // Only now: copying knows no names that are not UTF-8.
  await writeFile(Buffer.concat([Buffer.from(`${witness}/bad`), Buffer.from([0xff])]), 'not UTF-8');
  await writeFile(Buffer.concat([Buffer.from(`${current}/bad`), Buffer.from([0xff])]), 'not UTF-8');
  baseline = await readDirectory(witness, { name: 'docs' });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function difference(): Promise<Difference> {
  const found = compareManifests(baseline, await readDirectory(current, { name: 'docs', like: baseline }));
  return explainDirectory(found, { current, witness }, () => undefined);
}

const listed = (found: Difference): readonly string[] =>
  found.parts.flatMap((part) =>
    part.changes.map(({ operation, key, columns }) => `${operation} ${key} ${columns.join('+')}`.trim()),
  );

describe('a reading of a folder', () => {
  it('is equal for a copy, whatever its times and its place', async () => {
    await utimes(path.join(current, 'a', 'one.txt'), 1, 1);
    const found = await difference();
    expect(verdictOf(found)).toBe('equal');
    expect(found.compared.rows).toBe(9);
  });

  it.each([
    [
      'content of the same length',
      () => writeFile(path.join(current, 'a', 'one.txt'), 'eno'),
      ['update a/one.txt content'],
    ],
    ['permissions', () => chmod(path.join(current, 'a', 'one.txt'), 0o600), ['update a/one.txt mode']],
    ['permissions of the folder itself', () => chmod(current, 0o700), ['update . mode']],
    [
      'a new name',
      () => rename(path.join(current, 'a', 'one.txt'), path.join(current, 'a', 'uno.txt')),
      ['delete a/one.txt', 'insert a/uno.txt'],
    ],
    ['a lost file', () => unlink(path.join(current, 'a', 'deep', 'two.txt')), ['delete a/deep/two.txt']],
    ['an added empty folder', () => mkdir(path.join(current, 'b')), ['insert b']],
    [
      'a file whose name is not UTF-8',
      () => writeFile(Buffer.concat([Buffer.from(`${current}/bad`), Buffer.from([0xfe])]), ''),
      ['insert bad\\xfe'],
    ],
  ])('sees and names %s', async (_, change, expected) => {
    await change();
    const found = await difference();
    expect(listed(found)).toEqual(expected);
    expect(verdictOf(found)).toBe('different');
  });

  it('tells a link from its target and one target from another', async () => {
    await unlink(path.join(current, 'a', 'link'));
    await symlink('deep/two.txt', path.join(current, 'a', 'link'));
    expect(listed(await difference())).toEqual(['update a/link target']);
    await unlink(path.join(current, 'a', 'link'));
    await writeFile(path.join(current, 'a', 'link'), 'one');
    expect(listed(await difference())).toEqual(['update a/link content+kind+mode+target']);
  });

  it('does not read what is no folder', async () => {
    await expect(readDirectory(path.join(folder, 'absent'), { name: 'docs' })).rejects.toMatchObject({
      code: 'could-not-read',
    });
    await expect(readDirectory(path.join(witness, 'a-file'), { name: 'docs' })).rejects.toMatchObject({
      code: 'could-not-read',
    });
  });

  it('ends when it is called off', async () => {
    await expect(readDirectory(witness, { name: 'docs', signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });
});
