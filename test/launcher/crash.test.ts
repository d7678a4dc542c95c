import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isAlive, launchEngine } from './launched.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollproof-launcher-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('kill -9 of the launcher: the engine cleans up and ends', async () => {
  const marker = join(temporaryFolder(), 'cleaned');
  await using launched = launchEngine('clean', marker);
  const engine = await launched.enginePid();

  process.kill(launched.pid, 'SIGKILL');

  await vi.waitFor(() => expect(existsSync(marker)).toBe(true), { timeout: 5_000, interval: 10 });
  await vi.waitFor(() => expect(isAlive(engine)).toBe(false), { timeout: 5_000, interval: 10 });
  expect(readFileSync(marker, 'utf8')).toBe('cleaned, fd variable: undefined');
});

test('kill -9 of the engine: the launcher ends at once with 137', async () => {
  await using launched = launchEngine('wait');
  const engine = await launched.enginePid();

  const killedAt = performance.now();
  process.kill(engine, 'SIGKILL');

  expect(await launched.ended).toEqual({ code: 137, signal: null });
  expect(performance.now() - killedAt).toBeLessThan(2_000);
});

test('the engine’s children never see the launcher’s descriptor', async () => {
  await using launched = launchEngine('wait');
  expect((await launched.line(/^engine .*/m))[0]).toMatch(/fd variable: undefined$/);
});

test.each([0, 2, 11, 12, 130])('the engine’s exit code %i is the launcher’s', async (code) => {
  await using launched = launchEngine('exit', String(code));
  expect(await launched.ended).toEqual({ code, signal: null });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s to the launcher alone reaches the engine once',
  async (signal) => {
    await using launched = launchEngine('count');
    await launched.enginePid();

    process.kill(launched.pid, signal);

    expect(await launched.ended).toEqual({ code: 130, signal: null });
    expect(launched.lines).toContain(`received ${signal}`);
  },
);

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s to both, as from a terminal, counts once', async (signal) => {
  await using launched = launchEngine('count');
  await launched.enginePid();

  process.kill(-launched.pid, signal);

  expect(await launched.ended).toEqual({ code: 130, signal: null });
  expect(launched.lines).toContain(`received ${signal}`);
});

test('signals faster than a person are one request to stop, a later one is the second', async () => {
  await using launched = launchEngine('stops');
  const engine = await launched.enginePid();

  process.kill(engine, 'SIGINT');
  await launched.line(/^stop 1 SIGINT$/m);
  process.kill(engine, 'SIGINT');
  await launched.line(/^after 1: 2$/m);
  expect(launched.lines).not.toContain('stop 2 SIGINT');
  process.kill(engine, 'SIGINT');

  expect(await launched.ended).toEqual({ code: 130, signal: null });
  expect(launched.lines).toContain('stop 2 SIGINT');
});

test('a signal that the engine does not handle ends both', async () => {
  await using launched = launchEngine('wait');
  const engine = await launched.enginePid();

  process.kill(launched.pid, 'SIGTERM');

  expect(await launched.ended).toEqual({ code: 143, signal: null });
  expect(isAlive(engine)).toBe(false);
});

test('input and output go straight through', async () => {
  await using launched = launchEngine('echo');
  launched.process.stdin.end('what is written in\ncomes out\n');

  expect(await launched.ended).toEqual({ code: 0, signal: null });
  expect(launched.lines).toEqual(['what is written in', 'comes out']);
});
