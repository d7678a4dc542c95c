import { chmod, chown, cp, mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWorkplace, NOBODY, objectsOf, ordinaryUser, type Run, rollproof, type Workplace } from './run-cli.ts';

const isRoot = process.getuid?.() === 0;
const { user, canRun } = await ordinaryUser();

describe.skipIf(!canRun)('a folder of which something cannot be read', () => {
  let place: Workplace;
  let before: string;
  let after: string;

  beforeEach(async () => {
    place = await makeWorkplace();
    await chmod(place.folder, 0o777);
    [before, after] = [join(place.folder, 'before'), join(place.folder, 'after')];
    await mkdir(join(before, 'closed', 'deep'), { recursive: true });
    const files = ['a.txt', 'secret.txt', 'closed/one.txt', 'closed/deep/two.txt', 'z.txt'];
    for (const name of files) await writeFile(join(before, name), `content of ${name}`);
    await chmod(join(before, 'secret.txt'), 0o600);
    await chmod(join(before, 'closed'), 0o700);
    await cp(before, after, { recursive: true });
    if (isRoot) await own(before, NOBODY);
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const diff = (...more: string[]): Promise<Run> => rollproof(['diff', before, after, ...more], { ...user, cwd: '/' });

  // As after a restore by root: same permissions, another owner. An ordinary user cannot make that.
  describe.skipIf(!isRoot)('on one side only', () => {
    it('is not missing: exit 11, and named', async () => {
      const run = await diff();
      expect(run).toMatchObject({ code: 11, err: '' });
      expect(run.out).toContain('◐ equal as far as it could be read  2 things could not be read');
      expect(run.out).toMatch(/\? files: closed: EACCES/);
      expect(run.out).toMatch(/\? files: secret\.txt: EACCES/);
      expect(run.out).not.toMatch(/missing|new|− |\+ /);
    });

    it('is not new either, looked at from the other side', async () => {
      const run = await rollproof(['diff', after, before, '--json'], { ...user, cwd: '/' });
      expect(run.code).toBe(11);
      expect(objectsOf(run).map(({ kind }) => kind)).toEqual(['sides', 'unread', 'unread', 'verdict']);
    });

    it('and what really differs is still named, and nothing else: exit 10', async () => {
      await writeFile(join(after, 'a.txt'), 'CONTENT of a.txt');
      await unlink(join(after, 'z.txt'));
      const run = await diff('--json');
      expect(run.code).toBe(10);
      const [part] = objectsOf(run).filter(({ kind }) => kind === 'part');
      expect(part).toMatchObject({
        totals: { insert: 0, delete: 1, update: 1 },
        changes: [
          { operation: 'update', key: 'a.txt', columns: ['content'] },
          { operation: 'delete', key: 'z.txt', columns: [] },
        ],
      });
      expect(objectsOf(run).filter(({ kind }) => kind === 'unread')).toHaveLength(2);
    });

    it('its size is known: another one is a difference', async () => {
      await writeFile(join(after, 'secret.txt'), 'longer than what was there before');
      const run = await diff();
      expect(run.code).toBe(10);
      expect(run.out).toContain('~ secret.txt  content');
    });

    it('whoever may read it all finds them equal', async () => {
      expect(await rollproof(['diff', before, after])).toMatchObject({ code: 0 });
    });
  });

  it('against a baseline of when it could be read: exit 11, not different', async () => {
    const file = join(place.folder, 'docs.json');
    expect(await rollproof(['baseline', 'capture', before, '--out', file], user)).toMatchObject({ code: 0 });
    await chmod(join(before, 'closed'), 0o000);
    const run = await rollproof(['baseline', 'compare', before, file], user);
    expect(run).toMatchObject({ code: 11, err: '' });
    expect(run.out).toMatch(/\? files: closed: EACCES/);
    expect(run.out).not.toContain('different');
    await chmod(join(before, 'closed'), 0o700);
    expect(await rollproof(['baseline', 'compare', before, file], user)).toMatchObject({ code: 0 });
  });
});

async function own(folder: string, { uid, gid }: typeof NOBODY): Promise<void> {
  await chown(folder, uid, gid);
  for (const name of await readdir(folder, { recursive: true })) await chown(join(folder, name), uid, gid);
}
