import { mkdir, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/kernel/random.ts';
import type { RestorePointFormat, RestorePointSource } from '../../src/subject/restore-point.ts';
import { isSqlStore, type Store } from '../../src/subject/store.ts';
import { verdictOf, type Difference } from '../../src/subject/difference.ts';
import {
  comparison,
  filledPostgres,
  makeStorePlace,
  never,
  type StorePlace,
  systemBinaries,
} from '../support/stores.ts';

interface Subject {
  readonly title: string;
  readonly format: RestorePointFormat;
  readonly needsSystem: boolean;
  readonly make: (place: StorePlace) => Promise<Store>;
  /** Adds something that the backup does not have. */
  readonly add: (store: Store) => Promise<void>;
  readonly damage: (store: Store) => Promise<void>;
  /** What a difference calls what `add` made. */
  readonly added: RegExp;
}

const SQL = {
  add: async (store: Store) =>
    void (
      isSqlStore(store) &&
      (await store.query('create table leftover (id int primary key); insert into leftover values (1)'))
    ),
  damage: async (store: Store) =>
    void (
      isSqlStore(store) &&
      (await store.query("delete from by_text where \"Key\" = ''; update log set k = 9 where t = 'once'"))
    ),
  added: /leftover/,
};

const FILES = {
  add: (store: Store) => writeFile(join(store.address(), 'leftover.txt'), 'left'),
  damage: (store: Store) => writeFile(join(store.address(), 'letters', 'b.txt'), 'damaged'),
  added: /files/,
};

const SUBJECTS: readonly Subject[] = [
  {
    title: 'postgres by pg_dump',
    format: 'pg_dump',
    needsSystem: true,
    make: (place) => filledPostgres(place, 'system'),
    ...SQL,
  },
  {
    title: 'postgres by base backup',
    format: 'base-backup',
    needsSystem: true,
    make: (place) => filledPostgres(place, 'system'),
    ...SQL,
  },
  {
    title: 'postgres by base backup, npm binaries',
    format: 'base-backup',
    needsSystem: false,
    make: (place) => filledPostgres(place, 'npm'),
    ...SQL,
  },
  { title: 'directory', format: 'tar', needsSystem: false, make: filledDirectory, ...FILES },
];

async function filledDirectory(place: StorePlace): Promise<Store> {
  const origin = join(place.environment.folder, 'origin');
  await mkdir(join(origin, 'letters', 'empty'), { recursive: true });
  for (const name of ['a', 'b', 'ä ö'])
    await writeFile(join(origin, 'letters', `${name}.txt`), `content of ${name}\n`.repeat(500));
  await writeFile(join(origin, 'run.sh'), '#!/bin/sh\n', { mode: 0o750 });
  await writeFile(join(origin, 'nothing'), '');
  await symlink('letters/a.txt', join(origin, 'latest'));
  const store = place.directory();
  await store.restore({ format: 'tar', path: origin }, 'empty', never);
  return store;
}

const hasSystem = (await systemBinaries()) !== null;

for (const subject of SUBJECTS) {
  describe.skipIf(!hasSystem && subject.needsSystem)(`a store: ${subject.title}`, () => {
    let place: StorePlace;
    let store: Store;
    let point: RestorePointSource;

    beforeAll(async () => {
      place = await makeStorePlace();
      store = await subject.make(place);
      point = await backupOf(store, 'first');
    });
    afterAll(() => place[Symbol.asyncDispose]());

    async function backupOf(from: Store, folder: string): Promise<RestorePointSource> {
      const [made] = await from.backup([subject.format], join(place.environment.folder, folder), never);
      if (made === undefined) throw new Error('no restore point was made');
      return made;
    }

    test('comes back from its own backup exactly as it was, again and again', async () => {
      await store.restore(point, 'empty', never);
      const before = await store.read();
      const again = await backupOf(store, 'again');
      await subject.add(store);
      await subject.damage(store);
      const damaged = comparison(before, await store.read({ like: before }));
      expect(verdictOf(damaged)).toBe('different');
      await store.restore(again, 'empty', never);
      expect(differing(comparison(before, await store.read({ like: before })))).toEqual([]);
      expect(await store.answers()).not.toBeNull();
    });

    test('keeps what the backup does not have when it is restored over', async () => {
      await store.restore(point, 'empty', never);
      const before = await store.read();
      await subject.add(store);
      await store.restore(point, 'over', never);
      const names = differing(comparison(before, await store.read({ like: before })));
      expect(names.join(' ')).toMatch(subject.added);
    });

    test('has clones that live apart, made while others are connected', async () => {
      await store.restore(point, 'empty', never);
      const before = await store.read();
      const busy = isSqlStore(store) ? store.query('select pg_sleep(0.5)').catch(() => []) : Promise.resolve([]);
      const clone = await store.clone('twin');
      expect(differing(comparison(before, await clone.read({ like: before })))).toEqual([]);
      await subject.add(clone);
      expect(differing(comparison(before, await store.read({ like: before })))).toEqual([]);
      await busy;
      await store.restore(point, 'empty', never);
      expect(differing(comparison(before, await clone.read({ like: before }))).join(' ')).toMatch(subject.added);
      await clone.release();
      await clone.release();
      expect(differing(comparison(before, await store.read({ like: before })))).toEqual([]);
    });

    test('drifts by ordinary work that a reading sees, the same with the same seed', async () => {
      await store.restore(point, 'empty', never);
      const before = await store.read();
      const sentences = await store.drift(seededRandom(7));
      expect(sentences.length).toBeGreaterThan(0);
      const difference = comparison(before, await store.read({ like: before }));
      expect(difference.parts.length).toBeGreaterThan(0);
      expect(difference.objects).toEqual([]);
      await store.restore(point, 'empty', never);
      expect(await store.drift(seededRandom(7))).toEqual(sentences);
    });

    test('certifies a whole restore point and refuses one that is cut off', async () => {
      const cut = await backupOf(store, 'cut');
      const certificate = await store.certify(cut);
      expect(certificate.sizeBytes).toBeGreaterThan(0);
      expect(certificate.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(await store.certify(cut)).toEqual(certificate);
      await cutOff(cut);
      await expect(store.certify(cut)).rejects.toMatchObject({ code: 'restore-point-bad' });
    });

    test('refuses what is missing, empty or of another kind', async () => {
      const strange = join(place.environment.folder, `strange-${subject.format}`);
      await expect(store.certify({ format: subject.format, path: `${strange}-missing` })).rejects.toMatchObject({
        code: 'restore-point-bad',
      });
      await writeFile(strange, '');
      await expect(store.certify({ format: subject.format, path: strange })).rejects.toMatchObject({
        code: 'restore-point-bad',
      });
      await writeFile(strange, 'a letter to a customer\n'.repeat(1_000));
      await expect(store.certify({ format: subject.format, path: strange })).rejects.toMatchObject({
        code: 'restore-point-bad',
      });
      await expect(store.restore({ format: subject.format, path: strange }, 'empty', never)).rejects.toMatchObject({
        code: 'restore-point-bad',
      });
    });

    test('says whose it is, and is released once and again', async () => {
      await store.restore(point, 'empty', never);
      expect((await store.identify()).environment).toBe(place.environment.id);
      await store.release();
      await store.release();
      expect(await store.answers().catch(() => null)).toBeNull();
    });
  });
}

async function cutOff(source: RestorePointSource): Promise<void> {
  const isFolder = (await stat(source.path)).isDirectory();
  const path = isFolder ? join(source.path, 'global', 'pg_filenode.map') : source.path;
  await truncate(path, Math.floor((await stat(path)).size * 0.6));
}

/** Everything that differs, by name. A database's own name for a clone and sequences ahead are no difference. */
function differing(difference: Difference): readonly string[] {
  return [
    ...difference.parts.map(({ part }) => part),
    ...difference.objects.map(({ kind, name }) => `${kind} ${name}`),
    ...difference.counters.filter(({ direction }) => direction !== 'ahead').map(({ name }) => name),
  ];
}
