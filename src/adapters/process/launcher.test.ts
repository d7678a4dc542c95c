import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LAUNCHER_SCRIPT, type LauncherSettings, launcherArgv, parseAttempt, REFUSED_EXIT_CODE } from './launcher.ts';
import { openOutwardListener } from './outward-listener.ts';
import { locateTools } from './tools.ts';

const own = await readlink('/proc/self/ns/net');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rpt-'));
  await writeFile(join(folder, 'launcher.bash'), LAUNCHER_SCRIPT);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function settings(part: Partial<LauncherSettings>): LauncherSettings {
  return {
    tools: locateTools(),
    scriptFile: join(folder, 'launcher.bash'),
    logFile: join(folder, 'isolation.log'),
    namespace: own,
    nonce: 'the-word',
    targets: [],
    diesWithUs: true,
    ...part,
  };
}

async function launched(part: Partial<LauncherSettings>, env: Record<string, string> = {}) {
  await rm(join(folder, 'isolation.log'), { force: true });
  const [program, ...options] = launcherArgv(settings(part), {
    name: 'tried',
    channel: 'now',
    cwd: folder,
    argv: ['echo', 'ran'],
    variables: [],
  });
  const { code, stdout } = await promisify(execFile)(program, options, { env: { PATH: '/usr/bin:/bin', ...env } }).then(
    (done) => ({ code: 0, stdout: done.stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code, stdout, attempt: parseAttempt(await readFile(join(folder, 'isolation.log'), 'utf8').catch(() => '')) };
}

describe('the launcher', () => {
  test('becomes the program where it should be and cannot get out', async () => {
    const { code, stdout, attempt } = await launched({});
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ran\n' });
    expect(attempt).toMatchObject({ name: 'tried', namespace: own, reached: [], isStarted: true });
  });

  test('refuses to start the program in another namespace', async () => {
    const { code, stdout, attempt } = await launched({ namespace: 'net:[1]' });
    expect({ code, stdout }).toEqual({ code: REFUSED_EXIT_CODE, stdout: '' });
    expect(attempt).toMatchObject({ namespace: own, isStarted: false });
  });

  test('refuses to start the program when it gets out', async () => {
    const listener = await openOutwardListener();
    const { code, stdout, attempt } = await launched(listener);
    await listener.close();
    expect({ code, stdout }).toEqual({ code: REFUSED_EXIT_CODE, stdout: '' });
    expect(attempt).toMatchObject({ reached: listener.targets, isStarted: false });
  });

  test('only notes that it gets out where nothing can be denied', async () => {
    const listener = await openOutwardListener();
    const { code, attempt } = await launched({ ...listener, namespace: undefined });
    await listener.close();
    expect(code).toBe(0);
    expect(attempt).toMatchObject({ reached: listener.targets, isStarted: true });
  });

  test('takes nobody else on the same port for us', async () => {
    const stranger = createServer((socket) => socket.end('another word\n'));
    await once(stranger.listen(0, '127.0.0.1'), 'listening');
    const { code, attempt } = await launched({ targets: [`127.0.0.1:${(stranger.address() as AddressInfo).port}`] });
    stranger.close();
    expect(code).toBe(0);
    expect(attempt).toMatchObject({ reached: [], isStarted: true });
  });

  test('does not start when its log cannot be written', async () => {
    const { code, stdout } = await launched({ logFile: join(folder, 'no', 'such', 'folder') });
    expect({ code, stdout }).toEqual({ code: REFUSED_EXIT_CODE, stdout: '' });
  });

  test("takes no start file and no function from the program's environment", async () => {
    const startFile = join(folder, 'start-file');
    await writeFile(startFile, 'echo start file; exit 0');
    const { stdout } = await launched(
      {},
      { BASH_ENV: startFile, ENV: startFile, 'BASH_FUNC_printf%%': '() { echo function; }' },
    );
    expect(stdout).toBe('ran\n');
  });
});
