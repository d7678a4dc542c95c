import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkplace, objectsOf, rollproof, type Workplace } from './run-cli.ts';

const BIN = fileURLToPath(new URL('../../bin/rollproof.js', import.meta.url));

describe('environments that were kept, and drills whose process died', () => {
  let place: Workplace;
  let plan: string;
  let drill: string;
  const here = (...args: readonly string[]): ReturnType<typeof rollproof> =>
    rollproof([...args, '--state', place.state]);

  beforeAll(async () => {
    place = await makeWorkplace();
    const folder = join(place.folder, 'example');
    expect(await here('init', folder, '--template', 'in-place-upgrade')).toMatchObject({ code: 0 });
    plan = join(folder, 'with-gap.yaml');
    const text = await readFile(join(folder, 'rollproof.yaml'), 'utf8');
    await writeFile(
      plan,
      text
        .replace('  deals-total:', '  gate-open: { in: db, sql: "select count(*) from gate", is: 1 }\n  deals-total:')
        .replace('checks: [no-orphans, deals-total', 'checks: [gate-open, no-orphans, deals-total'),
    );
    const run = await here('drill', 'clean-return', '--unattended', '--hold', '1h', '--plan', plan, '--json');
    drill = String(objectsOf(run).at(-1)?.['drill']);
    expect(run.code).toBe(11);
  });
  afterAll(async () => {
    await here('clean', '--all', '--yes');
    await place?.[Symbol.asyncDispose]();
  });

  it('env list shows the kept one with its lease', async () => {
    const [environment, ...others] = objectsOf(await here('env', 'list', '--json'));
    expect(others).toEqual([]);
    expect(environment).toMatchObject({ id: drill, held: true });
    expect((await here('env', 'list')).out).toMatch(/kept +lease for 5\d min/);
  });

  it('recheck: a check that still cannot be asked stays unknown, exit 11', async () => {
    const run = await here('recheck', '--json');
    expect(run.code).toBe(11);
    expect(objectsOf(run)).toEqual([
      expect.objectContaining({ name: 'gate-open', outcome: 'unknown', was: 'unknown' }),
    ]);
  });

  it('env shell runs inside, with addresses as variables and nothing of ours', async () => {
    const run = await rollproof(['env', 'shell', drill, '--state', place.state, '--', 'sh', '-c', 'env; exit 7'], {
      env: { SECRET_OF_MINE: 'x' },
    });
    expect(run.code).toBe(7);
    expect(run.out).toMatch(/^DB=postgresql:\/\//m);
    expect(run.out).toMatch(/^DOCS=\//m);
    expect(run.out).toMatch(/^APP_SOCKET=\//m);
    expect(run.out).not.toContain('SECRET_OF_MINE');
  });

  it('recheck: the missing answer comes, and the record stays as it was', async () => {
    const file = join(place.state, 'drills', drill, 'record.json');
    const before = await readFile(file, 'utf8');
    const script = `const { Client } = require('pg'); (async () => { const c = new Client({ connectionString: process.env.DB }); await c.connect(); await c.query('create table gate as select 1'); await c.end(); })()`;
    const made = await rollproof([
      'env',
      'shell',
      drill,
      '--state',
      place.state,
      '--',
      'env',
      `NODE_PATH=${fileURLToPath(new URL('../../node_modules', import.meta.url))}`,
      'node',
      '-e',
      script,
    ]);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(objectsOf(await here('recheck', '--json'))).toEqual([
      expect.objectContaining({ name: 'gate-open', outcome: 'passed' }),
    ]);
    const all = await here('recheck', '--all');
    expect(all.code).toBe(0);
    expect(all.out).toContain('5 asked again');
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('recheck: a check that changed since the drill is not asked', async () => {
    const text = await readFile(plan, 'utf8');
    await writeFile(plan, text.replace('from gate"', 'from gate where true"'));
    const run = await here('recheck', '--json');
    await writeFile(plan, text);
    expect(run.code).toBe(11);
    expect(objectsOf(run)[0]).toMatchObject({
      outcome: 'unknown',
      actual: 'the plan has changed this check since the drill',
    });
  });

  it('clean leaves a kept environment alone; env rm removes it, and recheck then says so', async () => {
    expect(await here('clean')).toMatchObject({ code: 0 });
    expect(objectsOf(await here('env', 'list', '--json'))).toHaveLength(1);
    const [removed] = objectsOf(await here('env', 'rm', drill, '--json'));
    expect(removed).toMatchObject({ id: drill, leaked: [] });
    expect(objectsOf(await here('env', 'list', '--json'))).toEqual([]);
    expect(await here('recheck', drill)).toMatchObject({ code: 2, out: '' });
  });

  it('a running drill is left alone; once its process was killed, clean ends it by one recorded decision', async () => {
    await using running = await startDrill(place.state, plan);
    const { id } = running;
    expect(await here('env', 'rm', id)).toMatchObject({ code: 4, out: '' });
    const [left] = objectsOf(await here('clean', '--json'));
    expect(left).toMatchObject({ environments: [], drills: { closed: [], running: [id] } });
    const all = await here('clean', '--all', '--yes', '--json');
    expect(all.code).toBe(4);
    expect(objectsOf(await here('env', 'list', '--json'))).toEqual([expect.objectContaining({ id })]);
    await running.kill();
    const [cleaned] = objectsOf(await here('clean', '--json'));
    expect(cleaned).toMatchObject({ kind: 'cleaned', drills: { closed: [id], running: [], leaked: [] } });
    expect(objectsOf(await here('env', 'list', '--json'))).toEqual([]);
    expect((await here('clean')).out).toContain('nothing to clean');
    expect(await readdir(join(place.state, 'environments'))).toEqual([]);
  });
});

interface RunningDrill extends AsyncDisposable {
  readonly id: string;
  kill(): Promise<void>;
}

/** Resolves as soon as its environment stands. */
async function startDrill(state: string, plan: string): Promise<RunningDrill> {
  const child = spawn(
    process.execPath,
    [BIN, 'drill', 'clean-return', '--unattended', '--json', '--plan', plan, '--state', state],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  await new Promise<void>((resolve, reject) => {
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (/"kind":"node-ended","node":"provision"/.test(out)) resolve();
    });
    child.once('close', () => reject(new Error(`the drill ended before its environment stood: ${out.slice(-500)}`)));
  });
  const [id = 'none'] = await readdir(join(state, 'environments'));
  return { id, kill, [Symbol.asyncDispose]: kill };
}
