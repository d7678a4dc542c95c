import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/catalogue/catalogue.ts';
import type { DrillRecord } from '../../src/proof/record.ts';
import { s0Proven } from '../fixtures/records/s0-proven.ts';
import { s1Failed } from '../fixtures/records/s1-failed.ts';
import { makeWorkplace, objectsOf, ordinaryUser, rollproof, type Workplace } from './run-cli.ts';

let place: Workplace;
beforeEach(async () => {
  place = await makeWorkplace();
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

const COMMANDS = [
  ['demo'],
  ['try'],
  ['init'],
  ['check'],
  ['doctor'],
  ['drill'],
  ['backtest'],
  ['watch'],
  ['recheck'],
  ['report'],
  ['tabletop'],
  ['runbook'],
  ['record'],
  ['baseline'],
  ['baseline', 'capture'],
  ['baseline', 'compare'],
  ['diff'],
  ['faults'],
  ['env'],
  ['env', 'list'],
  ['env', 'shell'],
  ['env', 'rm'],
  ['clean'],
];

describe('help and usage', () => {
  it('bare, without a terminal: help that names every command, exit 0', async () => {
    const run = await rollproof([]);
    expect(run).toMatchObject({ code: 0, err: '' });
    for (const [command = ''] of COMMANDS) expect(run.out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(run.out).toContain('Exit codes:');
  });

  it.each(COMMANDS.map((words) => [words.join(' '), words] as const))(
    '%s --help has an example',
    async (_name, words) => {
      const run = await rollproof([...words, '--help']);
      expect(run).toMatchObject({ code: 0, err: '' });
      expect(run.out).toMatch(/Examples?:\n {2}rollproof /);
    },
  );

  it('bad usage: exit 2, with the word that was meant', async () => {
    for (const [args, message] of [
      [['drll'], 'Did you mean drill?'],
      [['drill', '--untli', 'x'], 'Did you mean --until?'],
      [['env', 'lst'], 'Did you mean list?'],
      [['drill', '--profile', 'slow'], 'Allowed choices are faithful, fast'],
      [['baseline'], 'Usage: rollproof baseline'],
    ] as const) {
      const run = await rollproof(args);
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.err).toContain(message);
    }
  });

  it('a reader that goes away does not change the exit code', async () => {
    const run = await new Promise<number | null>((resolve) => {
      const child = spawn('bash', [
        '-o',
        'pipefail',
        '-c',
        `"${process.execPath}" bin/rollproof.js faults --json | head -1 >/dev/null`,
      ]);
      child.once('close', resolve);
    });
    expect(run).toBe(0);
  });
});

describe('faults', () => {
  it('lists the whole catalogue, one object a line', async () => {
    const run = await rollproof(['faults', '--json']);
    expect(run.code).toBe(0);
    expect(objectsOf(run)).toEqual(JSON.parse(JSON.stringify(catalogue)));
    const text = await rollproof(['faults']);
    for (const { id, name } of catalogue) expect(text.out).toContain(`${id}  ${name}`);
  });

  it('shows one entry whole, whatever the case of its id', async () => {
    const run = await rollproof(['faults', 'dc-04']);
    const entry = catalogue.find(({ id }) => id === 'DC-04');
    expect(run.code).toBe(0);
    expect(run.out.replaceAll(/\s+/g, ' ')).toContain(entry?.happens);
    expect(run.out).toContain('faults: [{ id: DC-04');
  });

  it('narrows by family and availability; an unknown id is told with the nearest', async () => {
    const run = await rollproof(['faults', '--family', 'DC', '--available', '--json']);
    expect(objectsOf(run).map(({ id }) => id)).toEqual(
      catalogue
        .filter(({ family, availability }) => family === 'DC' && availability === 'available')
        .map(({ id }) => id),
    );
    const unknown = await rollproof(['faults', 'DC4']);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toContain('the catalogue has no entry DC4');
  });
});

describe('check', () => {
  it('a plan with three mistakes gets three precise errors at once', async () => {
    const plan = (await readFile('test/fixtures/plans/in-place-upgrade.yaml', 'utf8'))
      .replace('database: crm', 'databse: crm')
      .replace('limit: 45m', 'limit: soon')
      .replace('rollback: go-back', 'rollback: go-bakc');
    const file = join(place.folder, 'three.yaml');
    await writeFile(file, plan);
    const run = await rollproof(['check', file]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err.match(/three\.yaml:\d+:\d+ /g)).toHaveLength(3);
    expect(run.err).toContain('3 mistakes');
  });

  it('a plan that is not there', async () => {
    const run = await rollproof(['check', '/no/such/plan.yaml']);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain('rollproof init');
  });
});

describe('drill', () => {
  it('refuses a scenario that the plan does not have, and runs nothing', async () => {
    const run = await rollproof([
      'drill',
      'no-such',
      '--plan',
      'test/fixtures/plans/in-place-upgrade.yaml',
      '--state',
      place.state,
    ]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain('no scenario no-such');
    expect(await readdir(place.folder)).toEqual([]);
  });
});

describe('init', () => {
  it('writes a plan that loads without errors, once, and overwrites nothing', async () => {
    const folder = join(place.folder, 'rollback');
    const run = await rollproof(['init', folder]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect((await readdir(folder)).sort()).toEqual(['rollproof-plan.schema.json', 'rollproof.yaml']);
    expect(await rollproof(['check', folder])).toMatchObject({ code: 0 });
    expect(
      objectsOf(await rollproof(['check', folder, '--json'])).filter(({ severity }) => severity === 'error'),
    ).toEqual([]);
    await writeFile(join(folder, 'rollproof.yaml'), 'mine');
    const again = await rollproof(['init', folder]);
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toContain('already has rollproof.yaml');
    expect(await readFile(join(folder, 'rollproof.yaml'), 'utf8')).toBe('mine');
  });

  it('writes nothing where only one of its files exists', async () => {
    await writeFile(join(place.folder, 'rollproof-plan.schema.json'), '{}');
    expect(await rollproof(['init', place.folder])).toMatchObject({ code: 2 });
    expect(await readdir(place.folder)).toEqual(['rollproof-plan.schema.json']);
    expect(await rollproof(['init', join(place.folder, 'rollproof-plan.schema.json')])).toMatchObject({ code: 2 });
  });
});

describe('report', () => {
  async function store(record: DrillRecord): Promise<string> {
    const folder = join(place.state, 'drills', record.drill.id);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'record.json'), JSON.stringify(record));
    return record.drill.id;
  }

  it('lists the drills, newest last; an empty folder has none', async () => {
    expect(await rollproof(['report', '--state', place.state])).toMatchObject({ code: 0 });
    const ids = [await store(s1Failed), await store(s0Proven)];
    const run = await rollproof(['report', '--state', place.state]);
    expect(run).toMatchObject({ code: 0, err: '' });
    for (const id of ids) expect(run.out).toContain(id);
    const started = objectsOf(await rollproof(['report', '--state', place.state, '--json'])).map(({ startedAt }) =>
      String(startedAt),
    );
    expect(started).toEqual(started.toSorted());
    expect(started).toHaveLength(2);
  });

  it('renders again from the record alone: HTML, JUnit and summary', async () => {
    const id = await store(s1Failed);
    const [html, junit] = [join(place.folder, 'r.html'), join(place.folder, 'r.xml')];
    const run = await rollproof([
      'report',
      id.slice(0, -1),
      '--html',
      html,
      '--junit',
      junit,
      '--summary',
      '--state',
      place.state,
    ]);
    expect(run.code).toBe(0);
    expect(run.out).toContain('data');
    expect(run.err).toContain(`Report: ${html}`);
    expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>/);
    expect(await readFile(junit, 'utf8')).toContain('<testsuite');
    expect(await rollproof(['report', 'last', '--state', place.state])).toMatchObject({ code: 0 });
  });

  it('lists trials among the drills, and shows one again', async () => {
    await store(s1Failed);
    await mkdir(join(place.folder, 'docs'));
    await writeFile(join(place.folder, 'docs', 'a.txt'), 'a');
    await writeFile(join(place.folder, 'docs', 'b.txt'), 'b');
    const tried = await rollproof(['try', join(place.folder, 'docs'), '--state', place.state]);
    expect(tried.code).toBe(0);
    const [drill, trial] = objectsOf(await rollproof(['report', '--state', place.state, '--json']));
    expect(drill).toMatchObject({ kind: 'drill', drill: s1Failed.drill.id });
    const backup = { path: join(place.folder, 'docs'), digest: expect.stringMatching(/^sha256:/) as string };
    expect(trial).toMatchObject({ kind: 'trial', whole: 'proven', exitCode: 0, backups: [backup] });
    const id = String(trial?.['trial']);
    const listed = await rollproof(['report', '--state', place.state]);
    expect(listed).toMatchObject({ code: 0, err: '' });
    expect(listed.out).toMatch(new RegExp(`${id} +try · docs +restore .*● proven`));
    expect(listed.out).toContain('1 drill, 1 trial of backups in');
    const again = await rollproof(['report', 'last', '--state', place.state]);
    expect(again.out).toContain(`trial ${id}`);
    expect(tried.out).toContain(again.out.slice(0, again.out.indexOf(`trial ${id}`)).trim());
    const html = join(place.folder, 't.html');
    expect(await rollproof(['report', id, '--html', html, '--state', place.state])).toMatchObject({ code: 0, out: '' });
    expect(await readFile(html, 'utf8')).toBe(await readFile(join(String(trial?.['folder']), 'report.html'), 'utf8'));
    for (const [args, message] of [
      [[id, '--junit', html], 'only drills make JUnit XML'],
      [[id, s1Failed.drill.id, '--html', html], 'a report of its own'],
    ] as const) {
      const refused = await rollproof(['report', ...args, '--state', place.state]);
      expect(refused).toMatchObject({ code: 2, out: '' });
      expect(refused.err).toContain(message);
    }
    await writeFile(join(String(trial?.['folder']), 'trial.json'), '{}');
    expect(await rollproof(['report', '--state', place.state])).toMatchObject({ code: 11 });
  });

  it('an unknown drill is usage; a damaged record is named, never left out', async () => {
    const id = await store(s1Failed);
    const unknown = await rollproof(['report', 'd-nope', '--state', place.state]);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toContain('there is no drill or trial d-nope');
    await writeFile(join(place.state, 'drills', id, 'record.json'), '{"format":"rollproof-record/1"}');
    const listed = await rollproof(['report', '--state', place.state]);
    expect(listed.code).toBe(11);
    expect(listed.out).toContain('is no record of this version');
    expect(await rollproof(['report', id, '--state', place.state])).toMatchObject({ code: 11, out: '' });
  });
});

describe('doctor', () => {
  it('says what works here, as text and as objects', async () => {
    const run = await rollproof(['doctor', '--json', '--state', place.state]);
    expect(run.code).toBe(0);
    const names = objectsOf(run).map(({ name }) => name);
    for (const name of ['Node', 'isolation', 'PostgreSQL', 'memory limits', 'archives', 'disk', 'memory'])
      expect(names).toContain(name);
    expect((await rollproof(['doctor', '--state', place.state])).out).toContain('ready to drill');
  });

  it('tries to write in the state folder, and leaves nothing there', async () => {
    expect((await rollproof(['doctor', '--state', place.state])).out).toContain(`${place.state} can be made`);
    await mkdir(place.state);
    expect((await rollproof(['doctor', '--state', place.state])).out).toContain(`${place.state} can be written`);
    expect((await readdir(place.state)).filter((name) => name.includes('doctor'))).toEqual([]);
    await writeFile(join(place.folder, 'file'), '');
    const inTheWay = await rollproof(['doctor', '--state', join(place.folder, 'file', 'state')]);
    expect(inTheWay.code).toBe(3);
    expect(inTheWay.out).toMatch(/✖ state folder +nothing can be written in .*file: ENOTDIR/);
  });

  it('a state folder that may not be written: exit 3, and what to do', async (context) => {
    const { user, canRun } = await ordinaryUser();
    context.skip(!canRun, 'this checkout cannot be run by an ordinary user');
    await chmod(place.folder, 0o555);
    const run = await rollproof(['doctor', '--state', place.state], { ...user, cwd: '/' });
    await chmod(place.folder, 0o755);
    expect(run.code).toBe(3);
    expect(run.out).toMatch(/✖ state folder +nothing can be written in/);
    expect(run.out).toContain('give this account the right to write there, or name another folder: --state FOLDER');
    expect(run.out).toMatch(/not ready: .*state folder/);
  });

  it('without PostgreSQL: exit 3 and the line that installs it', async () => {
    const run = await rollproof(['doctor', '--pg', join(place.folder, 'nothing'), '--state', place.state]);
    expect(run.code).toBe(3);
    expect(run.out).toContain('✖ PostgreSQL');
    expect(run.out).toContain('apt-get install postgresql');
    expect(run.out).toContain('not ready: PostgreSQL');
  });

  it('with a plan: what does not fit here, and restore points that are not there', async () => {
    const run = await rollproof([
      'doctor',
      '--json',
      '--plan',
      'test/fixtures/plans/in-place-upgrade.yaml',
      '--state',
      place.state,
    ]);
    expect(run.code).toBe(3);
    expect(objectsOf(run).find(({ name }) => name === 'db')).toMatchObject({ state: 'missing' });
    const forecast = objectsOf(run).find(({ kind }) => kind === 'forecast');
    const disk = forecast?.['diskBytes'] as { readonly low: number } | undefined;
    expect(disk?.low).toBeGreaterThan(412 * 2 ** 30);
  });

  it('a bad plan is exit 2', async () => {
    await writeFile(join(place.folder, 'rollproof.yaml'), 'rollproof: 2\n');
    expect(await rollproof(['doctor', '--plan', place.folder, '--state', place.state])).toMatchObject({
      code: 2,
      out: '',
    });
  });
});

describe('env, recheck and clean without anything', () => {
  it('say so', async () => {
    expect((await rollproof(['env', 'list', '--state', place.state])).out).toContain('no environments in');
    expect(await rollproof(['env', 'rm', 'd-x', '--state', place.state])).toMatchObject({ code: 2, out: '' });
    expect(await rollproof(['env', 'shell', 'd-x', '--state', place.state])).toMatchObject({ code: 2, out: '' });
    const recheck = await rollproof(['recheck', '--state', place.state]);
    expect(recheck).toMatchObject({ code: 2, out: '' });
    expect(recheck.err).toContain('--keep');
    expect((await rollproof(['clean', '--state', place.state])).out).toContain('nothing to clean');
  });

  it('clean removes row values and leaves results; --all needs --yes and refuses a foreign folder', async () => {
    await mkdir(join(place.state, 'private', 'd-1'), { recursive: true });
    await mkdir(join(place.state, 'drills', 'd-1'), { recursive: true });
    const run = await rollproof(['clean', '--state', place.state]);
    expect(run).toMatchObject({ code: 0 });
    expect(run.out).toContain('values of d-1');
    expect(await readdir(join(place.state, 'private'))).toEqual([]);
    expect(await readdir(join(place.state, 'drills'))).toEqual(['d-1']);
    const asked = await rollproof(['clean', '--all', '--state', place.state]);
    expect(asked).toMatchObject({ code: 2, out: '' });
    await writeFile(join(place.state, 'thesis.txt'), 'mine');
    const foreign = await rollproof(['clean', '--all', '--yes', '--state', place.state]);
    expect(foreign).toMatchObject({ code: 2, out: '' });
    expect(foreign.err).toContain('thesis.txt');
    await rm(join(place.state, 'thesis.txt'));
    expect(await rollproof(['clean', '--all', '--yes', '--state', place.state])).toMatchObject({ code: 0 });
    expect(await readdir(place.folder)).toEqual([]);
  });
});

describe('the example as a template', () => {
  it('is ready to drill in its own folder', async () => {
    const folder = join(place.folder, 'example');
    const made = await rollproof(['init', folder, '--template', 'in-place-upgrade', '--state', place.state]);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(await rollproof(['check', folder])).toMatchObject({ code: 0 });
    const fits = await rollproof(['doctor', '--plan', folder, '--state', place.state]);
    expect(fits.code).toBe(0);
    expect(fits.out).toContain('friday as base-backup');
    const dry = await rollproof(['drill', '--all', '--dry-run', '--plan', folder]);
    expect(dry.code).toBe(0);
    const again = await rollproof(['init', folder, '--template', 'in-place-upgrade', '--state', place.state]);
    expect(again).toMatchObject({ code: 2, out: '' });
  });
});
