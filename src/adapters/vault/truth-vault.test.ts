import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../kernel/clock.ts';
import type { Truth } from '../../fault/injector.ts';
import { truthDigest } from '../../fault/truth.ts';
import { fileTruthVault } from './truth-vault.ts';

const clock: Clock = {
  wallMs: () => Date.UTC(2026, 11, 4, 18),
  monotonicMs: () => 0,
  bootId: 'test',
  wait: async () => undefined,
};
const TRUTHS: readonly Truth[] = [
  {
    fault: 'DC-01',
    store: 'db',
    part: 'public.deals',
    object: null,
    columns: [],
    operation: 'delete',
    keys: ['id=17'],
    rows: 1,
    seed: 1,
    description: '1 rows lost',
    statements: ['delete …'],
  },
];

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'rpv-'));
  folder = path.join(root, 'private', 'truth');
});
afterEach(() => rm(root, { recursive: true }));

test('what was sealed comes back, for this user only', async () => {
  const vault = fileTruthVault({ folder, clock });
  const digest = await vault.seal(TRUTHS);
  expect(digest).toBe(truthDigest(TRUTHS));
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(folder, 'truth.json'))).mode & 0o777).toBe(0o600);
  expect(await vault.opened()).toEqual([]);
  expect(await fileTruthVault({ folder, clock }).open('evaluate', digest)).toEqual(TRUTHS);
});

test('an early opening is caught: every opening stays written down', async () => {
  const vault = fileTruthVault({ folder, clock });
  const digest = await vault.seal(TRUTHS);
  await fileTruthVault({ folder, clock }).open('evaluate', digest); // somebody looks before the rollback
  const before = await vault.opened();
  expect(before).toEqual(['2026-12-04T18:00:00.000Z evaluate']);
  await vault.open('evaluate', digest);
  expect(await vault.opened()).toHaveLength(2);
});

test('an opening that fails is written down as well', async () => {
  const vault = fileTruthVault({ folder, clock });
  await vault.seal(TRUTHS);
  await rm(path.join(folder, 'truth.json'));
  await expect(vault.open('evaluate', truthDigest(TRUTHS))).rejects.toMatchObject({ code: 'could-not-read' });
  expect(await vault.opened()).toHaveLength(1);
});

test('a changed truth is refused, and sealing again as well', async () => {
  const vault = fileTruthVault({ folder, clock });
  const digest = await vault.seal(TRUTHS);
  await expect(vault.seal([])).rejects.toThrow('sealed already');
  const file = path.join(folder, 'truth.json');
  await chmod(file, 0o600);
  await writeFile(file, (await readFile(file, 'utf8')).replace('id=17', 'id=18'));
  await expect(vault.open('evaluate', digest)).rejects.toThrow('is not the one that was journaled');
});
