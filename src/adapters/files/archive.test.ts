import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashFile } from './tree.ts';
import { compressionOf, packArchive, unpackArchive } from './archive.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rpt-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Entry = Parameters<tar.Pack['entry']>[0];

/** A tar as an attacker or a foreign tool may write it. */
async function write(entries: readonly Entry[], name = 'made.tar'): Promise<string> {
  const pack = tar.pack();
  for (const entry of entries) {
    if (entry.type === undefined || entry.type === 'file') pack.entry(entry, 'content');
    else pack.entry(entry);
  }
  pack.finalize();
  const path = join(folder, name);
  await pipeline(pack, createWriteStream(path));
  return path;
}

describe('unpacking', () => {
  test.for<[string, readonly Entry[]]>([
    ['a name that climbs out', [{ name: '../evil' }]],
    ['a name that climbs out on a detour', [{ name: 'a/../../evil' }]],
    ['an absolute name', [{ name: '/tmp/evil' }]],
    ['a link to an absolute place', [{ name: 'l', type: 'symlink', linkname: '/etc' }]],
    ['a link that climbs out', [{ name: 'a/l', type: 'symlink', linkname: '../../x' }]],
    ['a hard link that climbs out', [{ name: 'h', type: 'link', linkname: '../x' }]],
    ['a device', [{ name: 'd', type: 'block-device', devmajor: 8, devminor: 0 }]],
    ['a pipe', [{ name: 'p', type: 'fifo' }]],
  ])('refuses %s', async ([, entries]) => {
    const archive = await write(entries);
    const into = join(folder, 'deep', 'into');
    await expect(unpackArchive({ archive, into })).rejects.toMatchObject({ code: 'restore-point-bad' });
    expect(await readdir(join(folder, 'deep'))).toEqual(['into']);
    expect(await readdir(into)).toEqual([]);
  });

  test('never writes through a link, neither of the archive nor one that stands there', async () => {
    const victim = join(folder, 'victim');
    await mkdir(victim);
    const into = join(folder, 'into');
    await mkdir(into);
    await symlink(victim, join(into, 'sub'));
    await symlink(join(victim, 'file'), join(into, 'top'));
    const archive = await write([
      { name: 'sub/file' },
      { name: 'top' },
      { name: 'ring', type: 'symlink', linkname: 'sub' },
      { name: 'ring/file' },
    ]);
    await unpackArchive({ archive, into });
    expect(await readdir(victim)).toEqual([]);
    expect(await readFile(join(into, 'sub', 'file'), 'utf8')).toBe('content');
    expect((await stat(join(into, 'ring'))).isDirectory()).toBe(true);
  });

  test.for(['none', 'zstd'] as const)(
    'gives back what was packed (%s), and the same bytes for the same content',
    async (compression) => {
      const origin = join(folder, 'origin');
      await mkdir(join(origin, 'empty'), { recursive: true });
      const longName = `${'long '.repeat(45)}ä.txt`;
      await writeFile(join(origin, longName), 'x'.repeat(3_000_000));
      await writeFile(join(origin, 'script'), 'run', { mode: 0o711 });
      await writeFile(join(origin, 'zero'), '');
      await symlink('script', join(origin, 'link'));
      await utimes(join(origin, 'script'), 1_000_000, 1_000_000);
      const archive = join(folder, 'a');
      await packArchive({ folder: origin, into: archive, compression });
      await packArchive({ folder: origin, into: join(folder, 'b'), compression });
      expect(await hashFile(archive)).toBe(await hashFile(join(folder, 'b')));
      expect(await compressionOf(archive)).toBe(compression);
      const into = join(folder, 'into');
      expect(await unpackArchive({ archive, into })).toEqual({ files: 3, bytes: 3_000_003 });
      expect((await readdir(into)).toSorted()).toEqual([longName, 'empty', 'link', 'script', 'zero'].toSorted());
      expect((await readFile(join(into, longName))).length).toBe(3_000_000);
      const script = await stat(join(into, 'link'));
      expect([script.mode & 0o777, script.mtimeMs]).toEqual([0o711, 1_000_000_000]);
    },
  );

  test('refuses an archive that is cut off anywhere', async () => {
    const origin = join(folder, 'origin');
    await mkdir(origin);
    for (let file = 0; file < 5; file += 1) await writeFile(join(origin, `f${file}`), 'x'.repeat(700));
    const whole = join(folder, 'whole');
    await packArchive({ folder: origin, into: whole, compression: 'none' });
    const { size } = await stat(whole);
    for (let length = 100; length < size; length += 412) {
      const cut = join(folder, 'cut');
      await writeFile(cut, await readFile(whole));
      await truncate(cut, length);
      const refused = await unpackArchive({ archive: cut, into: join(folder, 'into') }).then(
        () => `accepted ${length} of ${size}`,
        (error: { code: string }) => error.code,
      );
      expect(refused).toBe('restore-point-bad');
    }
  });

  test('refuses a packed archive that is cut off or damaged', async () => {
    const origin = join(folder, 'origin');
    await mkdir(origin);
    await writeFile(
      join(origin, 'f'),
      Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 251)),
    );
    const whole = join(folder, 'whole');
    await packArchive({ folder: origin, into: whole, compression: 'zstd' });
    const content = await readFile(whole);
    await writeFile(whole, content.subarray(0, content.length / 2));
    await expect(unpackArchive({ archive: whole, into: join(folder, 'into') })).rejects.toMatchObject({
      code: 'restore-point-bad',
    });
    content[200] = (content[200] ?? 0) ^ 0x10;
    await writeFile(whole, content);
    await expect(unpackArchive({ archive: whole, into: join(folder, 'other') })).rejects.toMatchObject({
      code: 'restore-point-bad',
    });
  });
});
