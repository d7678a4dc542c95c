import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tabletopRecord, type TabletopRecord } from '../../src/people/tabletop/tabletop.ts';
import { SAMPLE_PLAN } from '../support/plans.ts';
import { type Run, rollproof } from './run-cli.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rpt-'));
  await writeFile(join(folder, 'rollproof.yaml'), SAMPLE_PLAN);
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const STEPS = ['lock', 'restore', 'old', 'up', 'open'] as const;

/** Everybody says yes, but for what is said otherwise. */
function saidBy(person: (step: string) => string, findings: Readonly<Record<string, string>> = {}): readonly string[] {
  return STEPS.map((step) =>
    JSON.stringify({ step: `go-back.${step}`, by: person(step), ...(findings[step] && { finding: findings[step] }) }),
  );
}

async function walk(lines: readonly string[], ...more: readonly string[]): Promise<Run> {
  await writeFile(join(folder, 'said.ndjson'), lines.join('\n'));
  return rollproof(['tabletop', 'clean-return', '--answers', 'said.ndjson', ...more], { cwd: folder });
}

async function kept(): Promise<readonly TabletopRecord[]> {
  const parent = join(folder, '.rollproof', 'tabletops');
  const ids = await readdir(parent).catch(() => []);
  return Promise.all(
    ids.map(async (id) => tabletopRecord.parse(JSON.parse(await readFile(join(parent, id, 'tabletop.json'), 'utf8')))),
  );
}

describe('rollproof tabletop', () => {
  test('walked by the owners: kept with digest and roles, and never with a time', async () => {
    const { code, out } = await walk(saidBy(() => 'Ada Nwosu'));
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('5 of 5 steps, 0 findings') });
    const [record] = await kept();
    expect(record).toMatchObject({ scenario: 'clean-return', procedure: 'go-back', endedAt: expect.any(String) });
    expect(record?.plan.digest).toMatch(/^sha256:/);
    expect(record?.walked.map(({ talkedMs }) => talkedMs)).toEqual([null, null, null, null, null]);
    const listed = await rollproof(['report'], { cwd: folder });
    expect(listed.out).toMatch(/t-\w+ +crm-10-to-11 · clean-return +5 of 5 steps by their roles +0 findings/);
  });

  test('a finding ends with 10 and is named', async () => {
    const { code, out } = await walk(saidBy(() => 'Ada Nwosu', { restore: 'the key is in the safe' }));
    expect({ code, out }).toMatchObject({
      code: 10,
      out: expect.stringContaining('go-back.restore, Ada Nwosu: the key is in the safe'),
    });
  });

  test('walked by somebody else it shows nothing', async () => {
    const { code, out } = await walk(saidBy((step) => (step === 'old' ? 'Jo Doe' : 'Tom Weber')));
    expect({ code, out }).toMatchObject({
      code: 11,
      out: expect.stringContaining('not by the role that owns it: go-back.old'),
    });
  });

  test('an interrupted walk goes on; after a change of the plan a new one begins', async () => {
    const lines = saidBy(() => 'Ada Nwosu');
    expect((await walk(lines.slice(0, 2))).code).toBe(11);
    const resumed = await walk(lines);
    expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining('at step 3') });
    expect(await kept()).toHaveLength(1);
    expect((await walk(lines.slice(0, 1))).code).toBe(11);
    await writeFile(join(folder, 'rollproof.yaml'), SAMPLE_PLAN.replace('within: 15m', 'within: 10m'));
    expect((await walk(lines)).out).not.toContain('going on');
    expect(await kept()).toHaveLength(3);
  });

  test('answers that do not fit are refused as a whole', async () => {
    const { code, err } = await walk(['{"step":"go-back.luck","by":"Ada Nwosu"}']);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('names the step go-back.luck') });
    expect(await kept()).toEqual([]);
  });

  test('without a terminal and without answers it asks for one', async () => {
    const { code, err } = await rollproof(['tabletop', 'clean-return'], { cwd: folder });
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('--answers') });
  });
});
