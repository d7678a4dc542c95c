import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { editedPlan } from '../../test/support/plans.ts';
import { digestBytes } from '../kernel/digest.ts';
import { partDigests, readPlan } from './plan-file.ts';

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rpp-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the digest of a script that a step names is that of its content, and a folder is no script', async () => {
  await withFolder(async (folder) => {
    await writeFile(
      join(folder, 'rollproof.yaml'),
      editedPlan(['node, migrate.js', 'node, migrate.js, conf.d, missing.js, --x.js']),
    );
    await writeFile(join(folder, 'migrate.js'), 'migrate()');
    await mkdir(join(folder, 'conf.d'));
    const loaded = await readPlan(folder);
    if (!loaded.ok) throw new Error('the plan should load');
    const scripts = Object.entries(await partDigests(loaded)).filter(([name]) => name.startsWith('scripts.'));
    expect(scripts).toEqual([['scripts.migrate.js', digestBytes('migrate()')]]);
  });
});

test('every part has a digest under its dotted name', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'rollproof.yaml'), editedPlan());
    const loaded = await readPlan(join(folder, 'rollproof.yaml'));
    if (!loaded.ok) throw new Error('the plan should load');
    const parts = await partDigests(loaded);
    expect(Object.keys(parts)).toEqual(
      expect.arrayContaining(['procedures.go-back.restore', 'checks.deals-total', 'team']),
    );
    for (const digest of Object.values(parts)) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

test('a plan that cannot be read is a mistake of the user, with what to do', async () => {
  await expect(readPlan('/nonexistent')).rejects.toMatchObject({
    code: 'usage-invalid',
    hint: expect.stringMatching(/rollproof init/),
  });
});
