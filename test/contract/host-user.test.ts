import { execFile } from 'node:child_process';
import { chown, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { makeStateFolder } from '../support/environments.ts';

const run = promisify(execFile);
const FIXTURE = fileURLToPath(new URL('./fixtures/ordinary-user.ts', import.meta.url));
const NOBODY = { uid: 65_534, gid: 65_534 } as const;
interface User {
  readonly uid: number;
  readonly gid: number;
}

/** No entry in /etc/passwd, as in many containers. */
const NAMELESS = { uid: 54_321, gid: 54_321 } as const;

/** Root tries it as somebody else; an ordinary user is the subject of all other tests of the host already. */
const isRoot = process.getuid?.() === 0;

async function asUser(user: User, argv: readonly string[]) {
  return run(
    'setpriv',
    [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--', process.execPath, ...argv],
    { cwd: '/' },
  );
}

async function canRead(user: User): Promise<boolean> {
  return asUser(user, ['--check', FIXTURE]).then(
    () => true,
    () => false, // a checkout under a home that others may not enter
  );
}

async function canMakeUserNamespace(user: User): Promise<boolean> {
  return run('setpriv', [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--',
    'unshare',
    '--user',
    '--net',
    'true',
  ]).then(
    () => true,
    () => false, // switched off for ordinary users here
  );
}

const readable = isRoot && (await canRead(NOBODY));
const levels = readable ? ['none', ...((await canMakeUserNamespace(NOBODY)) ? ['userns'] : [])] : [];

describe.skipIf(!readable)('an ordinary user', () => {
  test.each(levels)('makes and removes an environment of level %s', async (level) => {
    const stateFolder = await makeStateFolder();
    await chown(stateFolder, NOBODY.uid, NOBODY.gid);
    const { stdout } = await asUser(NOBODY, [FIXTURE, stateFolder, level]);
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({ said: 'nobody\n', account: 'nobody', exitCode: 0, processes: 2, leaked: [] });
    expect(seen.isolation).toMatchObject({ level, outsideReached: true, attempts: 2 });
    expect(seen.isolation.escaped.length === 0).toBe(level !== 'none');
    await rm(stateFolder, { recursive: true });
  });

  test.skipIf(!levels.includes('userns'))('without a name gets one inside', async () => {
    const stateFolder = await makeStateFolder();
    await chown(stateFolder, NAMELESS.uid, NAMELESS.gid);
    const { stdout } = await asUser(NAMELESS, [FIXTURE, stateFolder, 'userns']);
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({ said: `${seen.account}\n`, exitCode: 0, leaked: [] });
    expect(seen.account).not.toBe(String(NAMELESS.uid));
    await rm(stateFolder, { recursive: true });
  });
});
