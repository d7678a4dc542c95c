import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestTree, hashFile } from '../../src/adapters/files/tree.ts';
import { packArchive } from '../../src/adapters/files/archive.ts';
import type { TrialStore } from '../../src/proof/trial-record.ts';
import { filledPostgres, makeStorePlace, never } from '../support/stores.ts';
import { ORIGIN } from '../support/origin.ts';
import { startPostgres, type TestServer } from '../support/postgres.ts';
import { type TriedBackup, tryCommand } from '../support/try-command.ts';

const run = promisify(execFile);
const SHARED = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'northwind.sql.xz');

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startPostgres();
  folder = await mkdtemp(path.join(tmpdir(), 'rpb-'));
  await chmod(folder, 0o755);
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const pgDump = (): string => path.join(server.binaries, 'pg_dump');
/** The npm package brings only the server. */
const hasDumpTools = ['18', '17', '16', '15', '14'].some((major) =>
  existsSync(`/usr/lib/postgresql/${major}/bin/pg_dump`),
);
const WITHOUT_TOOLS = 'skipped: pg_dump and pg_restore of a distribution are not installed here';
const withTools = it.skipIf(!hasDumpTools);
const note = hasDumpTools ? '' : ` (${WITHOUT_TOOLS})`;

async function dumped(database: string, ...options: readonly string[]): Promise<string> {
  const { host, port, user } = server.address(database);
  const file = path.join(folder, `${database}.dump`);
  await run(pgDump(), ['-h', host, '-p', String(port), '-U', user, '-Fc', '-f', file, ...options, database]);
  return file;
}

/** What every trial owes, however it ends. */
function expectClean(tried: TriedBackup): void {
  expect(tried.left).toEqual([]);
  expect(tried.kept.filter((name) => !['cache', 'environments', 'trials'].includes(name))).toEqual([]);
}

/** Certificate, three restores, at least three kinds of damage found by name and gone afterwards, and equality. */
function expectProof(store: TrialStore | undefined, digest: string): void {
  if (store === undefined || store.certificate === null || store.baseline === null)
    throw new Error('the trial has no certificate or no baseline');
  expect(store.certificate.digest).toBe(digest);
  expect(store.restores.map((one) => one.what)).toEqual(['first copy', 'second copy', 'again, after the damage']);
  expect(store.certificate.restoreMs).toBe(Math.min(...store.restores.map((one) => one.tookMs)));
  expect(new Set(store.damage.map((one) => one.fault)).size).toBeGreaterThanOrEqual(3);
  expect(store.damage.filter((one) => !one.presence.shown || one.remaining.length > 0)).toEqual([]);
  expect(store.damage.filter((one) => one.rows > 0 && one.keys.length === 0)).toEqual([]);
  expect(store.found?.verdict).toBe('different');
  expect(store.equality?.verdict).toBe('equal');
  expect(store.equality?.difference.compared.rows).toBe(store.baseline.rows);
}

describe('rollproof try', () => {
  withTools(`proves a dump of a database that it never saw${note}`, async () => {
    await server.create('unseen');
    await server.sql('unseen', ORIGIN);
    const dump = await dumped('unseen');
    const before = await hashFile(dump);

    const tried = await tryCommand({ args: [dump] });

    expect(tried.stderr).toBe('');
    expect(tried.exitCode).toBe(0);
    expectClean(tried);
    expect(await hashFile(dump)).toBe(before);
    expectProof(tried.record?.stores[0], `sha256:${before}`);
    expect(tried.stdout).toMatch(/cut off|NOT cut off/);
    expect(tried.stdout).toMatch(/deletes\s+everything above/);
    expect(tried.stdout).toContain('Not shown yet');
    expect(tried.record?.notShown.join(' ')).toMatch(/Users.*Flows.*procedure.*Production speed.*Completeness/);
    expect(tried.report).toContain('What was not shown yet');
  });

  withTools(`groups three hundred missing roles into one finding and goes on${note}`, async () => {
    await server.create('owned');
    await server.sql(
      'owned',
      `create table t (id int primary key, v text); insert into t select k, 'v' || k from generate_series(1, 500) k;
      do $$ begin for k in 1..300 loop
        execute format('create role clerk_%s', k);
        execute format('create function f_%s() returns int language sql as ''select %s''', k, k);
        execute format('alter function f_%s() owner to clerk_%s', k, k);
      end loop; end $$;`,
    );

    const tried = await tryCommand({ args: [await dumped('owned'), '--profile', 'fast'] });

    expect(tried.exitCode).toBe(0);
    const aboutRoles = tried.record?.findings.filter((finding) => finding.title.includes('role')) ?? [];
    expect(aboutRoles).toHaveLength(1);
    expect(aboutRoles[0]?.title).toMatch(/role "…" does not exist, 30\d times/);
    expect(tried.stdout.match(/clerk_/g) ?? []).toHaveLength(0);
    expectClean(tried);
  });

  it('proves a physical backup with the binaries from npm alone, and says what else is in it', async () => {
    await using place = await makeStorePlace();
    const store = await filledPostgres(place, 'npm');
    await store.query('create database payroll');
    const [backup] = await store.backup(['base-backup'], path.join(place.stateFolder, 'taken'), never);
    const base = path.join(folder, 'base');
    await cp(backup?.path ?? '', base, { recursive: true });

    const tried = await tryCommand({ args: [base, '--pg', 'npm', '--profile', 'fast'] });

    expect(tried.stderr).toBe('');
    expect(tried.exitCode).toBe(0);
    expect(tried.record?.stores[0]).toMatchObject({
      state: 'proven',
      notCompared: ['payroll'],
      recognisedAs: 'PostgreSQL base backup, a folder',
    });
    expectClean(tried);
  });

  it('proves a folder and a packed folder together', async () => {
    const docs = path.join(folder, 'docs');
    for (let index = 0; index < 30; index += 1) {
      await mkdir(path.join(docs, `year-${index % 3}`), { recursive: true });
      await writeFile(path.join(docs, `year-${index % 3}`, `note-${index}.txt`), `note ${index}\n`.repeat(index + 1));
    }
    const archive = path.join(folder, 'letters.tar.zst');
    await packArchive({ folder: docs, into: archive, compression: 'zstd' });
    const before = (await digestTree(docs)).digest;

    const tried = await tryCommand({ args: [docs, archive] });

    expect(tried.exitCode).toBe(0);
    expect(tried.record?.stores.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'docs proven',
      'letters proven',
    ]);
    expect(tried.record?.stores[0]?.damage.map((one) => one.description)).toEqual([
      expect.stringContaining('changed in one byte'),
      expect.stringContaining('removed'),
      expect.stringContaining('renamed'),
    ]);
    for (const store of tried.record?.stores ?? []) {
      expect(store.damage.map((one) => [one.presence.shown, one.keys.length, one.remaining.length])).toEqual([
        [true, 1, 0],
        [true, 1, 0],
        [true, 1, 0],
      ]);
    }
    expect((await digestTree(docs)).digest).toBe(before);
    expectClean(tried);
  });

  withTools(`says that a dump which is cut off cannot be restored${note}`, async () => {
    await server.create('whole');
    await server.sql('whole', 'create table t as select k, md5(k::text) as v from generate_series(1, 20000) k');
    const file = await dumped('whole');
    const handle = await open(file, 'r+');
    await handle.truncate(Math.floor((await handle.stat()).size / 2));
    await handle.close();

    const tried = await tryCommand({ args: [file] });

    expect(tried.exitCode).toBe(10);
    expect(tried.record?.verdict).toMatchObject({ whole: 'failed', exitCode: 10 });
    expect(tried.stdout).toContain('cannot be read to its end');
    expect(tried.record?.stores[0]?.equality).toBeNull();
    expectClean(tried);
  });

  withTools(`fails a backup whose restore leaves something out${note}`, async () => {
    const file = path.join(folder, 'partial.sql');
    await writeFile(
      file,
      "create table t (id int primary key, v text);\nCREATE TABLE u (id int);\ninsert into t select k, 'v' from generate_series(1, 50) k;\ninsert into u select id from no_such_table;\n",
    );

    const tried = await tryCommand({ args: [file, '--profile', 'fast'] });

    expect(tried.exitCode).toBe(10);
    expect(tried.record?.findings[0]).toMatchObject({
      severity: 'critical',
      blame: 'backup',
      title: expect.stringContaining('does not exist, 1 time'),
    });
    expectClean(tried);
  });

  withTools(`proves nothing about what comes back different each time${note}`, async () => {
    const file = path.join(folder, 'dice.sql');
    await writeFile(
      file,
      'CREATE TABLE dice AS SELECT k AS id, random() AS thrown FROM generate_series(1, 50) k;\nCREATE TABLE kept AS SELECT k AS id FROM generate_series(1, 50) k;\n',
    );

    const tried = await tryCommand({ args: [file, '--profile', 'fast'] });

    expect(tried.exitCode).toBe(11);
    expect(tried.record?.stores[0]?.equality?.difference.unread).toEqual([
      { what: 'public.dice', why: 'two restores of the same backup already differ here' },
    ]);
    expectClean(tried);
  });

  it('says what it takes instead of a text file, and makes nothing', async () => {
    const file = path.join(folder, 'notes.txt');
    await writeFile(file, 'a list\n-- of things\n');

    const tried = await tryCommand({ args: [file] });

    expect(tried.exitCode).toBe(2);
    expect(tried.stderr).toContain('is a text file, not a backup that can be tried');
    expect(tried.stderr).toContain('try takes PostgreSQL dumps');
    expect(tried.kept).toEqual([]);
    expectClean(tried);
  });

  withTools(`names the line that installs what is missing${note}`, async () => {
    await server.create('small');
    await server.sql('small', 'create table t (id int primary key)');

    const tried = await tryCommand({ args: [await dumped('small'), '--pg', 'npm'] });

    expect(tried.exitCode).toBe(3);
    expect(tried.stderr).toContain('apt-get install postgresql');
    expectClean(tried);
  });

  it('cleans up when it is interrupted in the middle', async () => {
    await using place = await makeStorePlace();
    const store = await filledPostgres(place, 'npm');
    const [backup] = await store.backup(['base-backup'], path.join(place.stateFolder, 'taken'), never);
    const base = path.join(folder, 'interrupted');
    await cp(backup?.path ?? '', base, { recursive: true });
    const isRestored = (line: string): boolean => line.includes('"step-ended"') && line.includes('first copy');

    const tried = await tryCommand({ args: [base, '--pg', 'npm', '--json'], interruptAt: isRestored });

    expect(tried.exitCode).toBe(130);
    expect(tried.stdout).toContain('nothing is left');
    expect(tried.record).toBeNull();
    expectClean(tried);
  });

  const isSharedHere = existsSync(SHARED);
  it.skipIf(!isSharedHere || !hasDumpTools)(
    `proves a public database packed with xz${isSharedHere ? note : ' (skipped: ../shared is absent)'}`,
    async () => {
      const tried = await tryCommand({ args: [SHARED, '--profile', 'fast'] });

      expect(tried.exitCode).toBe(0);
      expect(tried.record?.stores[0]?.certificate?.digest).toBe(`sha256:${await hashFile(SHARED)}`);
      expect(await readFile(SHARED)).not.toHaveLength(0);
      expectClean(tried);
    },
  );
});
