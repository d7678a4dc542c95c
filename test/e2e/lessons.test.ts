import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadedPlan, loadPlan } from '../../src/plan/load.ts';
import { type DrillStory, drilledAs, findingOf } from '../support/lessons.ts';
import { SAMPLE_PLAN } from '../support/plans.ts';
import { makeWorkplace, objectsOf, rollproof, type Run, type Workplace } from './run-cli.ts';

let place: Workplace;
beforeEach(async () => {
  place = await makeWorkplace();
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-C', place.folder, ...args], { encoding: 'utf8' });
}

/** A plan in a repository, and drills of it in the state folder. */
async function drilled(file: string, stories: readonly DrillStory[], text = SAMPLE_PLAN): Promise<string> {
  const path = join(place.folder, file);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  git('init', '--quiet');
  git('add', '--', file);
  for (const [index, story] of stories.entries()) {
    const record = await drilledAs(good(loadPlan(text, path)), { id: `d-${index + 1}`, ...story });
    const folder = join(place.state, 'drills', record.drill.id);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'record.json'), JSON.stringify(record));
  }
  return path;
}

function good(loaded: LoadedPlan): Extract<LoadedPlan, { ok: true }> {
  if (!loaded.ok) throw new Error('the plan should load');
  return loaded;
}

function run(...args: readonly string[]): Promise<Run> {
  return rollproof([...args, '--state', place.state], { cwd: place.folder });
}

const SLOW: DrillStory = {
  took: { lock: 50_000 },
  findings: [findingOf({ what: 'no-statistics', severity: 'medium', title: 'db has tables without statistics' })],
};

describe('lessons', () => {
  it.each([
    ['at the top', 'rollproof.yaml', SAMPLE_PLAN],
    ['in a subfolder with a space and a letter of its own', 'plans/für crm/rollproof.yaml', SAMPLE_PLAN],
    ['with line ends of Windows', 'rollproof.yaml', SAMPLE_PLAN.replaceAll('\n', '\r\n')],
    ['without an end of its last line', 'rollproof.yaml', SAMPLE_PLAN.trimEnd()],
  ])('are a patch that git takes for a plan %s', async (_where, file, text) => {
    const path = await drilled(file, [{ took: { lock: 45_000 } }, SLOW], text);
    const made = await run('lessons', '-o', 'revision.patch');
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain('go-back.lock is expected to take at most 40.0 s; it took 45.0 s to 50.0 s in 2 runs');
    git('apply', '--check', 'revision.patch');
    git('apply', 'revision.patch');
    const revised = await readFile(path, 'utf8');
    expect(revised).toContain('stop: app, expected: { p50: 45s, p90: 57s } }');
    expect(revised).toContain('{ id: analyze-db, phase: restore, owner: dba, deputy: sponsor, sql: ANALYZE, in: db,');
    expect(git('diff', '--numstat', '--', file)).toMatch(/^2\t1\t/);
    expect((await rollproof(['check', path])).code).toBe(0);
    const again = await run('lessons', '-o', 'again.patch');
    expect(again.out).toContain('teaches nothing that the plan does not say; nothing was written');
  });

  it('come as a patch alone without -o, so that git can read it from a pipe', async () => {
    await drilled('rollproof.yaml', [SLOW]);
    const { out } = await run('lessons', 'd-1');
    execFileSync('git', ['-C', place.folder, 'apply', '-'], { input: out });
    expect(git('diff', '--numstat')).toMatch(/^2\t1\trollproof.yaml/);
  });

  it('are refused with file, line and reason where the plan changed since the drill', async () => {
    const path = await drilled('rollproof.yaml', [SLOW]);
    const changed = SAMPLE_PLAN.replace('stop: app, expected: { p50: 20s, p90: 40s }', 'stop: app, timeout: 5m');
    await writeFile(path, changed);
    const line = changed.slice(0, changed.indexOf('id: lock')).split('\n').length;
    const refused = await run('lessons', '-o', 'revision.patch');
    expect(refused.code).toBe(10);
    expect(refused.err).toContain(`rollproof.yaml:${line}:`);
    expect(refused.err).toContain('go-back.lock: the step does something else than it did in the drill');
    await expect(readFile(join(place.folder, 'revision.patch'))).rejects.toThrow('ENOENT');
    expect(objectsOf(await run('lessons', '--json'))).toMatchObject([{ kind: 'stale', at: 'go-back.lock', line }]);
  });

  it('say each lesson and the patch as JSON', async () => {
    await drilled('rollproof.yaml', [SLOW]);
    expect(objectsOf(await run('lessons', '--json'))).toMatchObject([
      { kind: 'lesson', at: 'procedures.go-back.lock.expected', change: { p50: '50s', p90: '63s' }, byHand: null },
      { kind: 'lesson', at: 'procedures.go-back.steps, behind restore' },
      { kind: 'revision', drill: 'd-1', patch: expect.stringContaining('+++ b/rollproof.yaml') },
    ]);
  });
});

describe('findings', () => {
  const BAD = findingOf();
  const idOf = (made: Run): string => String(objectsOf(made)[0]?.['id']);

  it('are carried with owner and day, exit 10 while a critical one is open, and end with a re-test', async () => {
    await drilled('rollproof.yaml', [{ findings: [BAD] }]);
    const listed = await run('findings', '--json');
    expect(listed.code).toBe(10);
    const id = idOf(listed);
    const assigned = await run('findings', 'assign', id, '--owner', 'dba', '--due', '2999-01-01');
    expect(assigned).toMatchObject({ code: 0, out: expect.stringContaining('accepted: dba, due 2999-01-01') });
    const risk = ['--by', 'sponsor', '--until', '2999-02-01', '--why', 'once a year'];
    expect((await run('findings', 'accept-risk', id, ...risk)).code).toBe(0);
    expect(await run('findings')).toMatchObject({
      code: 0,
      out: expect.stringContaining('risk accepted until 2999-02-01 by sponsor: once a year'),
    });
    await drilled('rollproof.yaml', [{ findings: [BAD] }, { day: 2 }]);
    expect(await run('findings')).toMatchObject({ code: 0, out: expect.stringContaining('1 closed by a re-test') });
    expect((await run('findings', '--all')).out).toContain('closed: did not occur in drill d-2');
    expect((await run('findings', 'fixed', id, '--by', 'dba')).err).toContain('was closed by drill d-2');
  });

  it.each([
    [['assign', 'ID', '--owner', 'dab', '--due', '2999-01-01'], 'Did you mean dba?'],
    [['assign', 'ID', '--owner', 'dba', '--due', '2999-02-30'], 'is no day'],
    [['assign', 'ID', '--owner', 'dba', '--due', '2020-01-01'], 'is past'],
    [['accept-risk', 'ID', '--by', 'dba', '--until', '2999-01-01'], 'not said why'],
    [['close', 'ID'], 'Write assign, fixed or accept-risk.'],
    [['assign', 'f-00000000'], 'there is no finding f-00000000'],
  ])('%j is refused, and nothing is written', async (args, why) => {
    await drilled('rollproof.yaml', [{ findings: [BAD] }]);
    const id = idOf(await run('findings', '--json'));
    const refused = await run('findings', ...args.map((arg) => (arg === 'ID' ? id : arg)));
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(why);
    expect(objectsOf(await run('findings', '--json'))).toMatchObject([{ state: 'open', owner: null }]);
  });

  it('are told apart from a log that somebody changed, and what people wrote survives clean --all', async () => {
    await drilled('rollproof.yaml', [{ findings: [{ ...BAD, severity: 'low' }] }]);
    const id = idOf(await run('findings', '--json'));
    await run('findings', 'assign', id, '--owner', 'dba', '--due', '2999-01-01');
    await run('findings', 'fixed', id, '--by', 'dba');
    const file = join(place.state, 'findings', 'crm-10-to-11', '000001.ndjson');
    expect((await run('findings')).code).toBe(0);
    await run('clean', '--all', '--yes');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"dba"', '"sponsor"'));
    const listed = await run('findings');
    expect(listed.code).toBe(11);
    expect(listed.err).toContain('entry 2 does not follow the one before it');
  });
});
