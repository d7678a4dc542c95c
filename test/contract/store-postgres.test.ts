import { isRollproofError } from '../../src/kernel/errors.ts';
import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withConnection } from '../../src/adapters/postgres/connection.ts';
import type { PostgresStore } from '../../src/adapters/postgres/store.ts';
import { walk } from '../../src/adapters/files/tree.ts';
import type { RestorePointSource } from '../../src/subject/restore-point.ts';
import { until } from '../support/environments.ts';
import { filledPostgres, makeStorePlace, never, type StorePlace, systemBinaries } from '../support/stores.ts';

const run = promisify(execFile);
const system = await systemBinaries();
let place: StorePlace;

beforeAll(async () => {
  place = await makeStorePlace();
});
afterAll(() => place[Symbol.asyncDispose]());

const folderFor = (name: string): string => join(place.environment.folder, name);

async function baseBackup(store: PostgresStore, name: string): Promise<RestorePointSource & { path: string }> {
  const [made] = await store.backup(['base-backup'], folderFor(name), never);
  if (made === undefined) throw new Error('no backup');
  return made;
}

describe('the identity of a server', () => {
  test('is refused when another server sits on the socket', async () => {
    const store = await filledPostgres(place, 'npm');
    const { server } = store;
    const { binaries } = server.request;
    const pid = Number((await store.identify()).facts['pid']);
    process.kill(pid, 'SIGQUIT');
    const socket = join(server.layout.socketFolder, '.s.PGSQL.5432');
    // While it goes, a last child may still refuse connections: that it is not ours any more is known then already.
    const isGone = (): Promise<boolean> =>
      store.answers().then(
        (version) => version === null,
        (error: unknown) => isRollproofError(error) && error.code === 'identity-mismatch',
      );
    await until('the server is gone', isGone);
    const other = await place.postgres('npm');
    await other.server.createEmpty();
    await place.environment.start({
      name: 'intruder',
      cwd: place.environment.folder,
      env: binaries.env,
      stopSignal: 'SIGINT',
      argv: [
        binaries.postgres,
        '-D',
        other.server.layout.dataFolder,
        '-c',
        'listen_addresses=',
        '-c',
        `unix_socket_directories=${server.layout.socketFolder}`,
        '-c',
        `cluster_name=${place.environment.id}`,
      ],
    });
    await until('the intruder listens', async () => (await readFile(`${socket}.lock`, 'utf8').catch(() => '')) !== '');
    await until('the intruder answers', async () =>
      store.identify().then(
        () => false,
        (error: { code: string }) => error.code === 'identity-mismatch',
      ),
    );
    const mismatch = { code: 'identity-mismatch' };
    await expect(store.query('create table crm_was_here ()')).rejects.toMatchObject(mismatch);
    await expect(store.read()).rejects.toMatchObject(mismatch);
    await expect(store.backup(['base-backup'], folderFor('intruder'), never)).rejects.toMatchObject(mismatch);
    await expect(store.answers()).rejects.toMatchObject(mismatch);
  });
});

describe('a server that was killed', () => {
  test('is no stranger: the restore goes on, from a base backup or a dump', async () => {
    const store = await filledPostgres(place, system === null ? 'npm' : 'system');
    const formats = system === null ? (['base-backup'] as const) : (['base-backup', 'pg_dump'] as const);
    for (const point of await store.backup(formats, folderFor('killed'), never)) {
      process.kill(Number((await store.identify()).facts['pid']), 'SIGKILL');
      await until('it answers no more', async () => (await store.answers()) === null);
      await store.restore(point, 'empty', never);
      expect(await store.query('select count(*) from big')).toEqual([{ count: '20001' }]);
    }
  });

  test('and one whose restore is called off says so', async () => {
    const store = await filledPostgres(place, 'npm');
    const point = await baseBackup(store, 'called-off');
    await expect(store.restore(point, 'empty', AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a base backup', () => {
  test('runs none of its own commands, although they run where it is started as it is', async () => {
    const store = await filledPostgres(place, 'npm');
    const point = await baseBackup(store, 'commands');
    const canary = folderFor('canary');
    const command = (name: string): string =>
      `archive_mode = on\narchive_command = 'touch ${canary}-${name}'\nrestore_command = 'touch ${canary}-restore-${name}'\n`;
    const preload = "shared_preload_libraries = 'no_such_library'\nlisten_addresses = '*'\ncluster_name = 'impostor'\n";
    await appendFile(join(point.path, 'postgresql.conf'), command('own') + preload);
    await appendFile(join(point.path, 'postgresql.auto.conf'), command('alter-system'));
    await rm(join(point.path, 'backup_manifest'));

    // The control: started on its own configuration, the command runs.
    const naive = folderFor('naive');
    await run('cp', ['-a', point.path, naive]);
    await chmod(naive, 0o700);
    const { binaries } = store.server.request;
    const started = await place.environment.start({
      name: 'naive',
      cwd: naive,
      env: binaries.env,
      stopSignal: 'SIGINT',
      argv: [
        binaries.postgres,
        '-D',
        naive,
        '-c',
        'shared_preload_libraries=',
        '-c',
        'listen_addresses=',
        '-c',
        `unix_socket_directories=${naive}`,
      ],
    });
    const canaries = async (): Promise<readonly string[]> =>
      (await readdir(place.environment.folder)).filter((name) => name.startsWith('canary'));
    const naively = { host: naive, port: 5432, user: 'postgres', database: 'crm' };
    await until('the naive server answers', () =>
      withConnection(naively, (connection) => connection.query('create table one (); select pg_switch_wal()')).then(
        () => true,
        () => false,
      ),
    );
    await until('the archive command of the backup runs', async () => (await canaries()).length > 0, 20_000);
    await started.stop(5_000);
    for (const name of await canaries()) await rm(folderFor(name));

    const report = await store.restore(point, 'empty', never);
    await store.query(
      'create table more (i int); insert into more select generate_series(1, 1000); select pg_switch_wal(); checkpoint',
    );
    const [settings] = await store.query(
      "select current_setting('archive_mode') as mode, current_setting('listen_addresses') as listen, current_setting('restore_command') as restore",
    );
    expect(settings).toEqual({ mode: 'off', listen: '', restore: '' });
    expect(await canaries()).toEqual([]);
    expect(report.messages.flatMap(({ examples }) => examples).join(' ')).toMatch(/.*setting/);
    const named = (await store.certify(point)).parts.find(({ what }) => what === 'own settings');
    expect(named?.note).toMatch(/archive_command.*shared_preload_libraries/);
    expect(await readFile(join(store.server.layout.dataFolder, 'postgresql.auto.conf'), 'utf8')).toBe('');
  });

  test('is found cut off, changed or incomplete by its manifest', async () => {
    const store = await filledPostgres(place, 'npm');
    const point = await baseBackup(store, 'manifest');
    await store.certify(point);
    const victim = join(point.path, 'global', '1262');
    const content = await readFile(victim);
    const refusal = async (): Promise<string> =>
      store.certify(point).then(
        () => 'accepted',
        (error: Error) => error.message,
      );
    content[100] = (content[100] ?? 0) ^ 1;
    await writeFile(victim, content);
    expect(await refusal()).toMatch(/another content in global\/1262/);
    await writeFile(victim, content.subarray(0, 4096));
    expect(await refusal()).toMatch(/4096 bytes in global\/1262/);
    await rename(victim, `${victim}-away`);
    expect(await refusal()).toMatch(/lacks the file global\/1262/);
    await rename(`${victim}-away`, victim);
    await rm(join(point.path, 'backup_manifest'));
    expect(await refusal()).toMatch(/global\/1262 ends in the middle of a page/);
  });

  test('says that its WAL is missing', async () => {
    const store = await filledPostgres(place, 'npm');
    const point = await baseBackup(store, 'no-wal');
    for await (const entry of walk(join(point.path, 'pg_wal')))
      if (entry.kind === 'file') await rm(join(point.path, 'pg_wal', entry.path));
    await expect(store.certify(point)).rejects.toMatchObject({
      code: 'restore-point-bad',
      message: expect.stringMatching(/needs the WAL segment 0/),
    });
    await expect(store.restore(point, 'empty', never)).rejects.toMatchObject({ code: 'restore-point-bad' });
  });

  test('is replayed with archived WAL, to the last change in it', async () => {
    const store = await filledPostgres(place, 'npm');
    const point = await baseBackup(store, 'archive');
    await store.query('create table later (i int); insert into later values (7)');
    await store.query('select pg_switch_wal()');
    const wal = folderFor("archive it's/wal 100%");
    await mkdir(wal, { recursive: true });
    await run('cp', ['-a', `${store.server.layout.dataFolder}/pg_wal/.`, wal]);
    await store.restore({ ...point, wal }, 'empty', never);
    expect(await store.query('select i from later')).toEqual([{ i: '7' }]);
    await store.restore(point, 'empty', never);
    expect(await store.query("select to_regclass('later') as later")).toEqual([{ later: null }]);
  });

  test('restores although its superuser has another name, and with its tablespaces inside', async () => {
    const store = await filledPostgres(place, 'npm');
    const outside = folderFor('outside-tablespace');
    await mkdir(outside, { mode: 0o700 });
    await store.query(`create tablespace fast_disk location '${outside}'`);
    await store.query('create table on_disk (i int) tablespace fast_disk; insert into on_disk values (5)');
    await store.query('create role chief superuser login');
    store.server.superuser = 'chief';
    await store.query('alter role postgres rename to was_postgres; alter role was_postgres nologin');
    const point = await baseBackup(store, 'tablespace');
    const restored = await place.postgres('npm', { database: 'crm' });
    await store.release();
    await rm(outside, { recursive: true });
    await restored.restore(point, 'empty', never);
    expect(restored.server.superuser).toBe('chief');
    expect(await restored.query('select i from on_disk')).toEqual([{ i: '5' }]);
    const [row] = await restored.query(
      "select pg_tablespace_location(oid) as place from pg_tablespace where spcname = 'fast_disk'",
    );
    expect(row?.['place']?.startsWith(restored.server.folder)).toBe(true);
    const twin = await restored.clone('tablespace-twin');
    expect(await twin.query('select i from on_disk')).toEqual([{ i: '5' }]);
  });

  test.skipIf(system === null)(
    'of pg_basebackup restores as folder and as tars, and ours passes pg_verifybackup',
    async () => {
      const store = await filledPostgres(place, 'system');
      const tool = (name: string): string => join(store.server.request.binaries.folder, name);
      const from = ['-h', store.server.layout.socketFolder, '-U', 'postgres'];
      const ours = await baseBackup(store, 'verify');
      await run(tool('pg_verifybackup'), [ours.path]);
      const inside = async (argv: readonly [string, ...string[]]) => {
        const done = await place.environment.run({
          name: `tool-${argv.length}`,
          argv,
          cwd: place.environment.folder,
          env: {},
          timeoutMs: 60_000,
        });
        expect(done.stderr).toBe('');
      };
      // Our own rules reject replication connections, so a walsender needs one opened for it.
      await writeFile(
        join(store.server.layout.configFolder, 'pg_hba.conf'),
        'local all all trust\nlocal replication all trust\n',
      );
      await store.query('select pg_reload_conf()');
      await inside([tool('pg_basebackup'), ...from, '-D', folderFor('plain'), '-X', 'fetch', '-c', 'fast']);
      await inside([
        tool('pg_basebackup'),
        ...from,
        '-D',
        folderFor('tars'),
        '-Ft',
        '-z',
        '-X',
        'stream',
        '-c',
        'fast',
      ]);
      await run('tar', ['--zstd', '-cf', folderFor('packed.tar.zst'), '-C', place.environment.folder, 'plain']);
      for (const path of [
        folderFor('plain'),
        folderFor('tars'),
        join(folderFor('tars'), 'base.tar.gz'),
        folderFor('packed.tar.zst'),
      ]) {
        const source = { format: 'base-backup', path } as const;
        expect(await store.obstacleTo(source)).toBeNull();
        expect((await store.certify(source)).parts.map(({ what, present }) => [what, present])).toContainEqual([
          'WAL',
          true,
        ]);
        await store.restore(source, 'empty', never);
        expect(await store.query('select count(*) from big')).toEqual([{ count: '20001' }]);
      }
      const npm = await place.postgres('npm');
      expect(await npm.obstacleTo(ours)).toMatch(/restores only with its own major version/);
    },
  );
});

describe.skipIf(system === null)('a dump', () => {
  test('restores on when roles are missing, and 300 alike messages are one', async () => {
    const store = await filledPostgres(place, 'system');
    await store.query('create role gone login');
    for (let table = 0; table < 300; table += 1)
      await store.query(`create table t_${table} (i int); alter table t_${table} owner to gone`);
    const [dump] = await store.backup(['pg_dump'], folderFor('roles'), never);
    if (dump === undefined) throw new Error('no dump');
    const fresh = await place.postgres('system');
    const report = await fresh.restore({ format: 'pg_dump', path: dump.path }, 'empty', never);
    const missing = report.messages.filter(({ pattern }) => /role "…" does not exist/.test(pattern));
    expect(missing).toHaveLength(1);
    expect(missing[0]?.count).toBeGreaterThanOrEqual(300);
    expect(missing[0]?.examples.length).toBeLessThanOrEqual(5);
    expect(await fresh.query("select count(*) from pg_class where relname like 't\\_%' and relkind = 'r'")).toEqual([
      { count: '300' },
    ]);
    expect(fresh.database).toBe('crm');
    const whole = await place.postgres('system');
    const clean = await whole.restore(dump, 'empty', never);
    expect(clean.messages.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('brings settings, rights and owner of the database, and programs log in as its owner', async () => {
    const store = await place.postgres('system', { database: 'Sales "North"' });
    await store.createEmpty();
    await store.query(`create role seller login; alter database "Sales ""North""" owner to seller; alter database "Sales ""North""" set work_mem = '7MB';
      revoke connect on database "Sales ""North""" from public; comment on database "Sales ""North""" is 'it''s; here'`);
    const [dump] = await store.backup(['pg_dump'], folderFor('properties'), never);
    if (dump === undefined) throw new Error('no dump');
    const fresh = await place.postgres('system', { database: 'renamed' });
    const report = await fresh.restore(dump, 'empty', never);
    expect(report.messages.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(
      await fresh.query(
        "select current_setting('work_mem') as memory, shobj_description(oid, 'pg_database') as comment, pg_get_userbyid(datdba) as owner, datacl::text ~ '=c/' as open from pg_database where datname = current_database()",
      ),
    ).toEqual([{ memory: '7MB', comment: "it's; here", owner: 'seller', open: 'f' }]);
    expect(fresh.address()).toMatch(/^postgresql:\/\/seller@\/renamed\?host=\/.*&port=5432$/);
    const psql = store.server.request.binaries.psql ?? '';
    const asked = await place.environment.run({
      name: 'ask',
      argv: [psql, '-XAtc', 'select current_user', fresh.address()],
      cwd: place.environment.folder,
      env: {},
      timeoutMs: 20_000,
    });
    expect(asked.stdout).toBe('seller\n');
  });

  test('restores from plain text, packed or not, and says when its end is missing', async () => {
    const store = await filledPostgres(place, 'system');
    const binaries = store.server.request.binaries;
    const path = folderFor('plain.sql');
    const argv = [
      binaries.pgDump ?? '',
      '-h',
      store.server.layout.socketFolder,
      '-U',
      'postgres',
      '-f',
      path,
      'crm',
    ] as const;
    await place.environment.run({
      name: 'plain-dump',
      argv,
      cwd: place.environment.folder,
      env: {},
      timeoutMs: 60_000,
    });
    await run('gzip', ['-k', path]);
    for (const packed of [path, `${path}.gz`]) {
      const fresh = await place.postgres('system', { database: 'crm' });
      const certificate = await fresh.certify({ format: 'pg_dump', path: packed });
      expect(certificate.serverVersion).toMatch(/^\d+/);
      await fresh.restore({ format: 'pg_dump', path: packed }, 'empty', never);
      expect(await fresh.query('select count(*) from big')).toEqual([{ count: '20001' }]);
      await fresh.release();
    }
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, text.length * 0.7));
    const fresh = await place.postgres('system', { database: 'crm' });
    await expect(fresh.restore({ format: 'pg_dump', path }, 'empty', never)).rejects.toMatchObject({
      code: 'restore-point-bad',
    });
  });

  test('cannot be restored with binaries that bring no client tools, which is said with what to install', async () => {
    const npm = await place.postgres('npm');
    expect(await npm.obstacleTo({ format: 'pg_dump', path: folderFor('roles/any.dump') })).toMatch(/apt-get install/);
  });
});

describe('queries', () => {
  test('give text values, keep to reading where asked, and end in time', async () => {
    const store = await filledPostgres(place, 'npm');
    expect(
      await store.query('select 1.10::numeric as n, null as nothing, true as yes, $1::int + 1 as next', {
        parameters: [4],
      }),
    ).toEqual([{ n: '1.10', nothing: null, yes: 't', next: '5' }]);
    expect(await store.query('select count(*) from log', { readOnly: true })).toEqual([{ count: '4' }]);
    for (const text of ['delete from log', 'commit; delete from log']) {
      await expect(store.query(text, { readOnly: true })).rejects.toThrow(/read-only transaction/);
    }
    await expect(store.query('select pg_sleep(20)', { timeoutMs: 50 })).rejects.toThrow(/statement timeout/);
    expect(await store.query('select count(*) from log')).toEqual([{ count: '4' }]);
    expect(await store.partsChangedBy({ text: 'update parent set v = $1 where id = 2', parameters: ['new'] })).toEqual([
      'public.parent',
    ]);
    expect(await store.query("select count(*) from parent where v = 'new'")).toEqual([{ count: '0' }]);
    expect(await store.foreignSessions()).toBe(0);
  });
});
