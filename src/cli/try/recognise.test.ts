import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packArchive } from '../../adapters/files/archive.ts';
import { recognise } from './recognise.ts';
import { subjectsOf } from './subjects.ts';

const PLAIN_DUMP = '--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\nCREATE TABLE t (id int);\n';
const ROLES = '--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE clerk;\n';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rpr-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('recognise', () => {
  it.each([
    ['wrong.tar', Buffer.from('PGDMP\u0001\u000e'), { kind: 'dump', isDense: true, mustBeUnpacked: false }],
    ['a.txt', PLAIN_DUMP, { kind: 'dump', packing: 'none' }],
    ['b.bin', gzipSync(PLAIN_DUMP), { kind: 'dump', packing: 'gzip', mustBeUnpacked: false }],
    ['c.bin', zstdCompressSync(PLAIN_DUMP), { kind: 'dump', packing: 'zstd', mustBeUnpacked: false }],
    ['d.bin', gzipSync(Buffer.from('PGDMP\u0001\u000e')), { kind: 'dump', packing: 'gzip', mustBeUnpacked: true }],
    ['script', 'SET x = 1;\nINSERT INTO t VALUES (1);\n', { kind: 'dump' }],
    ['roles.dump', ROLES, { kind: 'globals' }],
  ])('%s by its content', async (name, content, expected) => {
    expect(await recognise(await file(name, content))).toMatchObject(expected);
  });

  it.each([
    ['notes.dump', 'a list\n-- of things\n', 'is a text file'],
    ['db.dump', 'SQLite format 3\0', 'a SQLite database'],
    ['x.dump', 'PK\u0003\u0004', 'a zip archive'],
    ['my.sql', '-- MySQL dump 10.13\nCREATE TABLE `t` (id int) ENGINE=InnoDB;\n', 'a dump of MySQL or MariaDB'],
    ['noise', Buffer.from([1, 0, 2, 0, 3]), 'a file of an unknown kind'],
    ['cluster.sql', `${ROLES}\\connect crm\nCREATE TABLE t (id int);\n`, 'a dump of a whole cluster'],
  ])('%s is refused as what it is', async (name, content, what) => {
    await expect(recognise(await file(name, content))).rejects.toMatchObject({
      code: 'usage-invalid',
      message: expect.stringContaining(what),
    });
  });

  it('an empty file and a packed one that is cut off are bad backups, not bad usage', async () => {
    await expect(recognise(await file('empty', ''))).rejects.toMatchObject({ code: 'restore-point-bad' });
    const cut = zstdCompressSync(PLAIN_DUMP.repeat(100)).subarray(0, 20);
    await expect(recognise(await file('cut', cut))).rejects.toMatchObject({ code: 'restore-point-bad' });
  });

  it('tells a data directory from a folder of files, also when packed', async () => {
    const data = join(folder, 'data');
    await mkdir(join(data, 'global'), { recursive: true });
    await writeFile(join(data, 'PG_VERSION'), '15\n');
    await writeFile(join(data, 'global', 'pg_control'), 'x');
    await packArchive({ folder: data, into: join(folder, 'data.bin'), compression: 'zstd' });
    const files = join(folder, 'files');
    await mkdir(files);
    await writeFile(join(files, 'old.bak'), 'PGDMP');
    await packArchive({ folder: files, into: join(folder, 'files.bin'), compression: 'none' });

    expect(await recognise(data)).toMatchObject({ kind: 'base-backup', major: 15 });
    expect(await recognise(join(folder, 'data.bin'))).toMatchObject({
      kind: 'base-backup',
      major: 15,
      packing: 'zstd',
    });
    expect(await recognise(files)).toMatchObject({ kind: 'files', remark: expect.stringContaining('old.bak') });
    expect(await recognise(join(folder, 'files.bin'))).toMatchObject({ kind: 'files' });
  });
});

describe('subjectsOf', () => {
  it('gives the roles to every dump, and each store a name of its own', async () => {
    const dumps = [await file('crm.dump', PLAIN_DUMP), await file('crm.sql', PLAIN_DUMP)];
    const roles = await file('roles.sql', ROLES);
    const subjects = subjectsOf(await Promise.all([...dumps, roles].map(recognise)));

    expect(subjects.map(({ name, globals }) => [name, globals?.path])).toEqual([
      ['crm', roles],
      ['crm-2', roles],
    ]);
  });

  it('refuses roles without a dump, and two files of roles', async () => {
    const roles = await recognise(await file('roles.sql', ROLES));
    const more = await recognise(await file('more.sql', ROLES));

    expect(() => subjectsOf([roles])).toThrow('belongs to a backup');
    expect(() => subjectsOf([roles, more])).toThrow('are both roles');
  });
});
