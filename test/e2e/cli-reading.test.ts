import { chmod, cp, mkdir, readFile, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestServer } from '../support/postgres.ts';
import { makeWorkplace, objectsOf, rollproof, type Workplace } from './run-cli.ts';

const SCHEMA = `
  create table accounts (id int primary key, name text not null);
  insert into accounts select k, 'account ' || k from generate_series(1, 300) k;
  create table deals (id serial primary key, account_id int references accounts on delete cascade, amount numeric, stage text);
  insert into deals (account_id, amount, stage) select k, k * 10, 'open' from generate_series(1, 300) k;
  create table log (line text);
  insert into log values ('one'), ('two');
`;

const DAMAGE = `
  update deals set amount = 99999 where id = 17;
  delete from accounts where id = 300;
  insert into log values ('three');
  select setval('deals_id_seq', 5);
  alter table deals drop constraint deals_account_id_fkey;
`;

describe('reading and comparing from the command line', () => {
  let server: TestServer;
  let place: Workplace;

  beforeAll(async () => {
    server = await startPostgres();
    place = await makeWorkplace();
    await server.create('crm');
    await server.sql('crm', SCHEMA);
    await server.create('damaged', { template: 'crm' });
    await server.sql('damaged', DAMAGE);
  });
  afterAll(async () => {
    await server?.stop();
    await place?.[Symbol.asyncDispose]();
  });

  const url = (database: string, user = 'tester'): string =>
    `postgresql://${user}@/${database}?host=${server.address(database).host}`;

  it('diff: exit 0 for a database and itself', async () => {
    const run = await rollproof(['diff', url('crm'), url('crm')]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toContain('● equal  3 tables with 602 rows');
  });

  it('diff: exit 10, names tables by severity, rows and columns, and no value', async () => {
    const run = await rollproof(['diff', url('crm'), url('damaged')]);
    expect(run.code).toBe(10);
    const [accounts, deals, log] = [
      'public.accounts  1 missing',
      'public.deals  1 missing, 1 changed',
      'public.log  1 new',
    ].map((text) => run.out.indexOf(text));
    expect(accounts).toBeGreaterThan(0);
    expect(deals).toBeGreaterThan(accounts ?? 0);
    expect(log).toBeGreaterThan(deals ?? 0);
    expect(run.out).toContain('~ id=17  amount');
    expect(run.out).toContain('− id=300');
    expect(run.out).toContain('public.deals_id_seq');
    expect(run.out).toContain('behind: values would be handed out twice');
    expect(run.out).toContain('− constraint deals_account_id_fkey on public.deals');
    expect(run.out).not.toContain('99999');
  });

  it('diff --json: one object a line, keys and columns but no value', async () => {
    const run = await rollproof(['diff', url('crm'), url('damaged'), '--json']);
    const objects = objectsOf(run);
    expect(run.code).toBe(10);
    expect(objects[0]).toMatchObject({ kind: 'sides' });
    expect(objects.filter(({ kind }) => kind === 'part').map(({ part }) => part)).toEqual([
      'public.accounts',
      'public.deals',
      'public.log',
    ]);
    expect(objects.find(({ part }) => part === 'public.deals')).toMatchObject({
      totals: { insert: 0, delete: 1, update: 1 },
      changes: [
        { operation: 'update', key: 'id=17', columns: ['amount'] },
        { operation: 'delete', key: 'id=300', columns: [] },
      ],
    });
    expect(objects.at(-1)).toMatchObject({ kind: 'verdict', verdict: 'different', exitCode: 10, rowsNamed: true });
    expect(run.out).not.toContain('99999');
  });

  it('diff --values: refused where it is no terminal, so that no value reaches a file', async () => {
    for (const more of [[], ['--json']]) {
      const run = await rollproof(['diff', url('crm'), url('damaged'), '--values', ...more]);
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.err).toContain('shown in a terminal only');
    }
  });

  it('baseline: capture, compare equal, compare different, never overwrite', async () => {
    const file = join(place.folder, 'friday.json');
    const captured = await rollproof(['baseline', 'capture', url('crm'), '--out', file]);
    expect(captured.code).toBe(0);
    expect(captured.out).toContain('3 tables with 602 rows');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain('account 17');
    expect(await rollproof(['baseline', 'compare', url('crm'), file])).toMatchObject({ code: 0 });
    const different = await rollproof(['baseline', 'compare', url('damaged'), file, '--json']);
    expect(different.code).toBe(10);
    expect(objectsOf(different).at(-1)).toMatchObject({ verdict: 'different', rowsNamed: false });
    const again = await rollproof(['baseline', 'capture', url('crm'), '--out', file]);
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toContain('friday.json exists already');
    expect(await rollproof(['baseline', 'capture', url('crm'), '--out', file, '--force'])).toMatchObject({ code: 0 });
  });

  it('baseline files: either side of a diff, also both', async () => {
    const [before, after] = [join(place.folder, 'one.json'), join(place.folder, 'two.json')];
    await rollproof(['baseline', 'capture', url('crm'), '--out', before]);
    await rollproof(['baseline', 'capture', url('damaged'), '--out', after]);
    expect(await rollproof(['diff', before, url('crm')])).toMatchObject({ code: 0 });
    expect(await rollproof(['diff', url('crm'), before])).toMatchObject({ code: 0 });
    expect(await rollproof(['diff', url('damaged'), before])).toMatchObject({ code: 10 });
    const seeds = await rollproof(['diff', before, after]);
    expect(seeds.code).toBe(2);
    expect(seeds.err).toContain('different seeds');
  });

  it('baseline: a table that may not be read is named, and the comparison is never equal', async () => {
    await server.create('guarded', { template: 'crm' });
    await server.sql('guarded', 'create role reader login; grant select on accounts, log to reader');
    const file = join(place.folder, 'guarded.json');
    const run = await rollproof(['baseline', 'capture', url('guarded', 'reader'), '--out', file]);
    expect(run.code).toBe(11);
    expect(run.out).toContain('◐ read in part');
    expect(run.out).toContain('? public.deals: no permission');
    const same = await rollproof(['baseline', 'compare', url('guarded', 'reader'), file]);
    expect(same.code).toBe(11);
    expect(same.out).toContain('equal as far as it could be read');
    expect(same.out).toContain('? public.deals: no permission');
    const left = ['public.deals', 'public.deals_id_seq', 'passwords of roles'].flatMap((what) => ['--leave-out', what]);
    const accepted = await rollproof(['baseline', 'compare', url('guarded', 'reader'), file, ...left]);
    expect(accepted).toMatchObject({ code: 0, err: '' });
    expect(accepted.out).toContain('left out on purpose: public.deals');
    await server.sql('guarded', "update log set line = 'other' where line = 'one'");
    expect(await rollproof(['baseline', 'compare', url('guarded', 'reader'), file])).toMatchObject({ code: 10 });
  });

  it('baseline: rows that the server would hide are refused, not left out', async () => {
    await server.create('hiding', { template: 'crm' });
    await server.sql(
      'hiding',
      'create role visitor login; grant select on all tables in schema public to visitor; alter table log enable row level security',
    );
    const file = join(place.folder, 'hiding.json');
    const run = await rollproof(['baseline', 'capture', url('hiding', 'visitor'), '--out', file]);
    expect(run).toMatchObject({ code: 11, out: '' });
    expect(run.err).toContain('row security hides rows of public.log');
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('folders: equal, and every file that differs named', async () => {
    const [one, other] = [join(place.folder, 'docs'), join(place.folder, 'restored')];
    await mkdir(join(one, 'sub'), { recursive: true });
    for (const name of ['a.txt', 'b.txt', 'sub/c.txt']) await writeFile(join(one, name), `content of ${name}`);
    await symlink('a.txt', join(one, 'link'));
    await cp(one, other, { recursive: true, verbatimSymlinks: true });
    expect(await rollproof(['diff', one, other])).toMatchObject({ code: 0 });
    await writeFile(join(other, 'a.txt'), 'content of z.txt');
    await unlink(join(other, 'b.txt'));
    await chmod(join(other, 'sub', 'c.txt'), 0o600);
    await writeFile(join(other, 'new\u001b[2Jname'), 'x');
    const run = await rollproof(['diff', one, other]);
    expect(run.code).toBe(10);
    expect(run.out).toContain('~ a.txt  content');
    expect(run.out).toContain('− b.txt');
    expect(run.out).toContain('~ sub/c.txt  mode');
    expect(run.out).toContain('new␛[2Jname');
    // oxlint-disable-next-line no-control-regex -- that it does not occur is what is tested
    expect(run.out).not.toMatch(/\u001b/);
  });

  it('names from a database reach the terminal without control characters', async () => {
    await server.create('hostile', { template: 'crm' });
    await server.sql(
      'hostile',
      `create table "evil\u001b]0;owned\u0007" (id int primary key); insert into "evil\u001b]0;owned\u0007" values (1)`,
    );
    const run = await rollproof(['diff', url('crm'), url('hostile')], { env: { FORCE_COLOR: '0' } });
    expect(run.code).toBe(10);
    expect(run.out).toContain('evil␛]0;owned␇');
    // oxlint-disable-next-line no-control-regex -- that none occurs is what is tested
    expect(run.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  it('colours: on demand, and never under NO_COLOR', async () => {
    const coloured = await rollproof(['diff', url('crm'), url('crm')], { env: { FORCE_COLOR: '1' } });
    expect(coloured.out).toContain('\u001b[32m');
    const plain = await rollproof(['diff', url('crm'), url('crm')], { env: { NO_COLOR: '1' } });
    expect(plain.out).not.toContain('\u001b');
  });

  it('secrets: env:NAME is taken, and no password is ever printed', async () => {
    const secret = url('crm').replace('tester@', 'tester:s3cr3t%21@');
    const named = await rollproof(['diff', 'env:PROD_RO', url('crm')], { env: { PROD_RO: secret } });
    expect(named.code).toBe(0);
    expect(named.out).toContain('env:PROD_RO (tester@');
    const open = await rollproof(['diff', secret, url('crm')]);
    expect(open.err).toContain('the password in the address can be read in the process list');
    const bad = [
      'postgresql://u:s3cr3t@127.0.0.1:1/x',
      'postgresql://u:s3cr3t@%zz/x',
      'mysql://u:s3cr3t@h/x',
      'host=h password=s3cr3t dbname=x',
    ];
    for (const address of bad) {
      const run = await rollproof(['diff', address, url('crm')]);
      expect([2, 11], address).toContain(run.code);
      expect(run.out + run.err, address).not.toContain('s3cr3t');
    }
    for (const run of [named, open]) expect(run.out + run.err).not.toMatch(/s3cr3t/);
  });

  it.each([
    [
      'a server that is not there',
      ['diff', 'postgresql://x@127.0.0.1:1/y', 'postgresql://x@127.0.0.1:1/y'],
      11,
      /cannot connect to x@127\.0\.0\.1:1\/y.*ECONNREFUSED/,
    ],
    ['a file that is not there', ['diff', '/no/such', '/no/such'], 2, /there is no file or folder \/no\/such/],
    ['an unset variable', ['baseline', 'capture', 'env:NOT_SET_HERE'], 2, /NOT_SET_HERE is not set/],
    ['another kind of database', ['diff', 'mysql://h/x', '/tmp'], 2, /begins with mysql:\/\/ cannot be read/],
    [
      'a database against a folder',
      ['diff', 'postgresql://x@127.0.0.1:1/y', '/tmp'],
      2,
      /is a PostgreSQL database and .* is a folder/,
    ],
    ['a missing argument', ['diff', '/tmp'], 2, /missing required argument/],
    ['a number that is none', ['diff', '/tmp', '/tmp', '--rows', 'many'], 2, /--rows many is no whole number/],
    ['a baseline as the thing to read', ['baseline', 'compare', '/tmp', '/tmp'], 2, /is a folder, not a baseline file/],
    ['an unknown option', ['diff', '/tmp', '/tmp', '--valeus'], 2, /Did you mean --values\?/],
    ['an unknown command', ['dif'], 2, /Did you mean diff\?/],
  ] as const)('%s: exit code and what to do', async (...[, args, code, message]) => {
    const run = await rollproof(args);
    expect(run).toMatchObject({ code, out: '' });
    expect(run.err).toMatch(message);
    expect(run.err).not.toContain('    at ');
  });

  it('a file that is no baseline: told, not guessed', async () => {
    const file = join(place.folder, 'other.json');
    for (const text of ['{}', 'no json', '{"format":"rollproof-manifest/9"}']) {
      await writeFile(file, text);
      const run = await rollproof(['baseline', 'compare', url('crm'), file]);
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.err).toContain('is not a baseline of this version');
    }
  });
});
