import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPostgres } from '../../src/adapters/postgres/reading.ts';
import { compareManifests } from '../../src/subject/compare.ts';
import { type DifferenceVerdict, verdictOf } from '../../src/subject/difference.ts';
import { manifestFromJson } from '../../src/subject/manifest-json.ts';
import { startPostgres, type TestServer } from '../support/postgres.ts';
import { makeWorkplace, objectsOf, rollproof, type Workplace } from './run-cli.ts';

const run = promisify(execFile);
const ROLLPROOF = join(import.meta.dirname, '../../bin/rollproof.js');

const SCHEMA = `
  create table deals (id serial primary key, amount numeric);
  insert into deals (amount) select k * 10 from generate_series(1, 500) k;
`;

describe('a baseline and a dump of one snapshot', () => {
  let server: TestServer;
  let place: Workplace;
  let out: string;
  let count = 0;

  beforeAll(async () => {
    server = await startPostgres();
    place = await makeWorkplace();
    await server.create('crm');
    await server.sql('crm', SCHEMA);
  });
  beforeEach(async () => {
    count += 1;
    out = join(place.folder, `out-${count}`);
    await mkdir(out);
  });
  afterAll(async () => {
    await server?.stop();
    await place?.[Symbol.asyncDispose]();
  });

  const socket = (): string => server.address('crm').host;
  const url = (user = 'tester'): string => `postgresql://${user}@/crm?host=${socket()}`;

  /** The real pg_dump, but `before` happens first, as it may on a server that is in use. */
  async function pgDumpAfter(before: string): Promise<string> {
    const folder = join(place.folder, `bin-${count}`);
    await mkdir(folder);
    const real = join(server.binaries, 'pg_dump');
    await writeFile(
      join(folder, 'pg_dump'),
      `#!/bin/sh\n[ "$1" = --version ] && exec ${real} --version\nprintf '%s\\n' "$@" > ${folder}/argv\n${before}\nexec ${real} "$@"\n`,
    );
    await chmod(join(folder, 'pg_dump'), 0o755);
    return folder;
  }

  const commitsMeanwhile = (): string =>
    `${join(server.binaries, 'psql')} -qX -h ${socket()} -U tester crm -c "insert into deals (amount) values (1); update deals set amount = -1 where id = 7; delete from deals where id = 9" >&2`;

  async function restoredEquals(dump: string, baseline: string): Promise<DifferenceVerdict> {
    const restored = await server.create(`restored_${count}`);
    await run(join(server.binaries, 'pg_restore'), ['-h', socket(), '-U', 'tester', '-d', restored.database, dump]);
    const before = manifestFromJson(await readFile(baseline, 'utf8'));
    const after = await readPostgres(restored, { name: 'crm', like: before });
    await server.drop(restored.database);
    return verdictOf({ ...compareManifests(before, after), objects: [] });
  }

  it('holds the same rows although others commit between the reading and the dump; a later dump does not', async () => {
    const [dump, baseline, later] = [join(out, 'crm.dump'), join(out, 'crm.baseline'), join(out, 'later.dump')];
    const pg = await pgDumpAfter(commitsMeanwhile());
    const args = ['baseline', 'capture', url(), '--with-dump', dump, '-o', baseline, '--pg', pg];
    const captured = await rollproof(args);
    expect(captured).toMatchObject({ code: 0, err: '' });
    expect(captured.out).toContain('1 table with 500 rows');
    expect(captured.out).toContain('of the same snapshot');
    expect(captured.out).toContain(`- { format: pg_dump, path: "${dump}", baseline: "${baseline}" }`);
    expect((await stat(dump)).mode & 0o777).toBe(0o600);
    expect((await readdir(out)).toSorted()).toEqual(['crm.baseline', 'crm.dump']);
    expect(await server.sql('crm', 'select count(*) from deals where amount < 10')).toEqual([{ count: '2' }]);
    expect(await restoredEquals(dump, baseline)).toBe('equal');

    await run(join(server.binaries, 'pg_dump'), ['-Fc', '-h', socket(), '-U', 'tester', '-f', later, 'crm']);
    expect(await restoredEquals(later, baseline)).toBe('different');
  });

  it('--json: the dump with size and digest', async () => {
    const args = ['baseline', 'capture', url(), '--with-dump', join(out, 'd'), '-o', join(out, 'b'), '--json'];
    const captured = await rollproof(args);
    expect(captured.code).toBe(0);
    const { size } = await stat(join(out, 'd'));
    const { stdout } = await run('sha256sum', [join(out, 'd')]);
    expect(objectsOf(captured)).toMatchObject([
      { kind: 'baseline', dump: { file: join(out, 'd'), bytes: size, digest: `sha256:${stdout.slice(0, 64)}` } },
    ]);
  });

  it('keeps the password of the address out of the arguments of pg_dump, and hands it over', async () => {
    const folder = join(place.folder, `bin-${count}`);
    const pg = await pgDumpAfter(`printf '%s' "$PGPASSWORD" > ${folder}/password`);
    const secret = url('tester:s3cr%24t');
    const args = ['baseline', 'capture', 'env:PROD_RO', '--with-dump', join(out, 'd'), '-o', join(out, 'b')];
    const captured = await rollproof([...args, '--pg', pg], { env: { PROD_RO: secret } });
    expect(captured).toMatchObject({ code: 0, err: '' });
    expect(await readFile(join(folder, 'password'), 'utf8')).toBe('s3cr$t');
    const argv = await readFile(join(folder, 'argv'), 'utf8');
    expect(argv).toContain('--snapshot=');
    expect(argv).toContain(`host='${socket()}' port='5432' user='tester' dbname='crm'`);
    expect(argv + captured.out).not.toMatch(/s3cr/);
  });

  it('leaves neither file when pg_dump fails, and says why', async () => {
    await server.sql('crm', 'create role reader login; grant select on deals to reader');
    const args = ['baseline', 'capture', url('reader'), '--with-dump', join(out, 'd'), '-o', join(out, 'b')];
    const captured = await rollproof(args);
    expect(captured).toMatchObject({ code: 11, out: '' });
    expect(captured.err).toMatch(/pg_dump ended with 1: .*permission denied for sequence deals_id_seq/);
    expect(captured.err).toContain('pg_read_all_data');
    expect(await readdir(out)).toEqual([]);
  });

  it('Ctrl-C in the middle of the dump: 130, pg_dump is gone and nothing is left', async () => {
    const pg = await pgDumpAfter(`printf PGDMP; echo $$ > ${out}/.p; mv ${out}/.p ${out}/pid; exec sleep 600`);
    const child = spawn(
      process.execPath,
      [ROLLPROOF, 'baseline', 'capture', url(), '--with-dump', join(out, 'd'), '-o', join(out, 'b'), '--pg', pg],
      { stdio: 'ignore' },
    );
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await appears(out, 'pid');
    const pid = Number(await readFile(join(out, 'pid'), 'utf8'));
    expect((await readdir(out)).length).toBe(3);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(await readdir(out)).toEqual(['pid']);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it.each([
    ['a folder', () => ['.', '--with-dump', 'd'], /is a folder, and only a database can be dumped/],
    ['no folder for it', () => [url(), '--with-dump', '/no/such/d'], /\/no\/such\/d cannot be written/],
    ['one file for both', () => [url(), '--with-dump', 'x', '-o', 'x'], /both baseline and dump/],
  ])('%s: refused before anything is read', async (_what, args, message) => {
    const captured = await rollproof(['baseline', 'capture', ...args()], { cwd: out });
    expect(captured).toMatchObject({ code: 2, out: '' });
    expect(captured.err).toMatch(message);
    expect(await readdir(out)).toEqual([]);
  });

  it('a backup that exists is not overwritten; --force does', async () => {
    await writeFile(join(out, 'd'), 'older');
    const args = ['baseline', 'capture', url(), '--with-dump', 'd', '-o', 'b'];
    const refused = await rollproof(args, { cwd: out });
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('A backup is evidence and is not overwritten');
    expect(await rollproof([...args, '--force'], { cwd: out })).toMatchObject({ code: 0 });
    expect((await readFile(join(out, 'd'))).toString('latin1', 0, 5)).toBe('PGDMP');
  });

  it('no pg_dump that is as new as the server: told before the reading, with what to install', async () => {
    const folder = join(place.folder, 'old');
    await mkdir(folder);
    await writeFile(join(folder, 'pg_dump'), '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.1"\n', { mode: 0o755 });
    const args = ['baseline', 'capture', url(), '--with-dump', join(out, 'd'), '-o', join(out, 'b'), '--pg', folder];
    const captured = await rollproof(args);
    expect(captured).toMatchObject({ code: 3, out: '' });
    expect(captured.err).toContain('found 9.6.1');
    expect(captured.err).toContain(`apt-get install postgresql-client-${server.major}`);
    expect(await readdir(out)).toEqual([]);
  });
});

async function appears(folder: string, name: string): Promise<void> {
  const isThere = async (): Promise<boolean> => (await readdir(folder)).includes(name);
  const changes = watch(folder, { signal: AbortSignal.timeout(60_000) });
  if (await isThere()) return;
  for await (const _change of changes) if (await isThere()) return;
}
