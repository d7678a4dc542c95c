import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createProcessHost } from '../../src/adapters/process/host.ts';
import type { IsolationLevel } from '../../src/environment/host.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { clock, makeStateFolder, reasonAgainst, until } from '../support/environments.ts';
import type { OwnerSettings } from './fixtures/environment-owner.ts';

const OWNER = fileURLToPath(new URL('./fixtures/environment-owner.ts', import.meta.url));
const HOUR_MS = 3_600_000;

interface Owner extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly stateFolder: string;
  readonly settings: OwnerSettings;
  readonly said: Promise<
    { readonly gate: number; readonly entries: number; readonly socketFolder: string } | undefined
  >;
  readonly ended: Promise<unknown>;
}

async function startOwner(part: Partial<OwnerSettings> & { readonly level: IsolationLevel }): Promise<Owner> {
  const stateFolder = await makeStateFolder();
  const settings: OwnerSettings = {
    stateFolder,
    dieAtEntry: 0,
    keep: false,
    holdMs: 0,
    daemonWithoutMarker: false,
    ...part,
  };
  const child = spawn(process.execPath, [OWNER, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const said = Promise.race([
    once(lines, 'line').then(([line]) => JSON.parse(String(line)) as never),
    once(lines, 'close').then(() => undefined),
  ]);
  return {
    child,
    stateFolder,
    settings,
    said,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      const host = hostOf(settings);
      for (const { id } of await host.list()) await host.remove(id);
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}

function hostOf(settings: OwnerSettings, at: Clock = clock) {
  return createProcessHost({ stateFolder: settings.stateFolder, clock: at });
}

function later(ms: number): Clock {
  return { ...clock, wallMs: () => clock.wallMs() + ms };
}

async function processesOf(settings: OwnerSettings): Promise<number> {
  return (await hostOf(settings).list()).reduce((sum, summary) => sum + summary.processes, 0);
}

async function expectNothingLeft(settings: OwnerSettings, socketFolder: string | undefined): Promise<void> {
  expect(await readdir(`${settings.stateFolder}/environments`).catch(() => [])).toEqual([]);
  if (socketFolder !== undefined) await expect(stat(socketFolder)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await processesIn(settings)).toEqual([]);
}

/** By their folder, independent of how the host itself looks for processes. */
async function processesIn(settings: OwnerSettings): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const inFolder = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      const place = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return environment.includes(settings.stateFolder) || place.startsWith(settings.stateFolder);
    }),
  );
  return pids.filter((_, index) => inFolder[index]);
}

async function socketFolderInLease(settings: OwnerSettings): Promise<string | undefined> {
  const folder = `${settings.stateFolder}/environments`;
  const [name] = await readdir(folder).catch(() => []);
  const lease = await readFile(`${folder}/${name}/lease.json`, 'utf8').catch(() => undefined);
  return lease === undefined ? undefined : (JSON.parse(lease) as { readonly socketFolder: string }).socketFolder;
}

const LEVELS: readonly IsolationLevel[] = ['userns', 'netns', 'none'];

for (const level of LEVELS) {
  const against = await reasonAgainst(level);
  describe.skipIf(against !== undefined)(`an environment of level ${level} whose owner was killed`, () => {
    test.each(level === 'none' ? [false] : [false, true])(
      'loses all its processes at once, daemons included (without marker: %s), and the reaper removes the rest',
      async (daemonWithoutMarker) => {
        await using owner = await startOwner({ level, daemonWithoutMarker });
        const said = await owner.said;
        expect(await hostOf(owner.settings).reap()).toEqual([]);
        expect((await processesIn(owner.settings)).length).toBeGreaterThanOrEqual(3);
        owner.child.kill('SIGKILL');
        await owner.ended;
        await until('all processes have ended', async () => (await processesIn(owner.settings)).length === 0);
        const [reaped, ...others] = await hostOf(owner.settings).reap();
        expect(others).toEqual([]);
        expect(reaped).toMatchObject({ id: 'owned', leaked: [] });
        await expectNothingLeft(owner.settings, said?.socketFolder);
        expect(await hostOf(owner.settings).reap()).toEqual([]);
      },
    );
  });
}

const strongest = await strongestLevel();

describe('an owner that is killed together with the gate', () => {
  test.skipIf(strongest === 'none')('leaves a daemon, which the reaper finds by its namespace', async () => {
    await using owner = await startOwner({ level: strongest, daemonWithoutMarker: true });
    const said = await owner.said;
    expect(said?.gate).toBeGreaterThan(1);
    process.kill(said?.gate ?? Number.NaN, 'SIGKILL');
    owner.child.kill('SIGKILL');
    await owner.ended;
    const [reaped] = await hostOf(owner.settings).reap();
    expect(reaped?.leaked).toEqual([]);
    expect(reaped?.removed.join('\n')).toMatch(/sleep 2004/);
    await expectNothingLeft(owner.settings, said?.socketFolder);
  });
});

async function strongestLevel(): Promise<IsolationLevel> {
  for (const level of LEVELS) if ((await reasonAgainst(level)) === undefined) return level;
  return 'none';
}

describe('an owner that is killed while it writes any of its journal entries', () => {
  test('leaves nothing that the reaper cannot remove', async () => {
    await using complete = await startOwner({ level: strongest });
    const entries = (await complete.said)?.entries ?? 0;
    expect(entries).toBeGreaterThanOrEqual(7);
    for (let dieAtEntry = 1; dieAtEntry <= entries; dieAtEntry += 1) {
      await using owner = await startOwner({ level: strongest, dieAtEntry });
      expect(await owner.said).toBeUndefined();
      expect(await owner.ended).toEqual([null, 'SIGKILL']);
      const socketFolder = await socketFolderInLease(owner.settings);
      const reaped = await hostOf(owner.settings).reap();
      expect(reaped.flatMap((each) => each.leaked)).toEqual([]);
      await expectNothingLeft(owner.settings, socketFolder);
    }
  });
});

describe('a kept environment', () => {
  test('outlives its owner when it is held, is spared by the reaper, and ends with its lease', async () => {
    await using owner = await startOwner({ level: strongest, keep: true, holdMs: HOUR_MS });
    const said = await owner.said;
    expect(await owner.ended).toEqual([0, null]);
    expect(await hostOf(owner.settings).reap()).toEqual([]);
    expect(await hostOf(owner.settings).list()).toMatchObject([{ id: 'owned', held: true, owner: { alive: false } }]);
    expect(await processesOf(owner.settings)).toBeGreaterThanOrEqual(5);
    const reaped = await hostOf(owner.settings, later(HOUR_MS + 1_000)).reap();
    expect(reaped).toMatchObject([{ id: 'owned', leaked: [] }]);
    await expectNothingLeft(owner.settings, said?.socketFolder);
  });

  test('ends with its owner when it was not held', async () => {
    await using owner = await startOwner({ level: strongest, keep: true });
    await owner.said;
    owner.child.kill('SIGKILL');
    await owner.ended;
    await until('all processes have ended', async () => (await processesIn(owner.settings)).length === 0);
    expect(await hostOf(owner.settings).reap()).toMatchObject([{ id: 'owned', leaked: [] }]);
  });

  test('can be removed by whoever knows its name', async () => {
    await using owner = await startOwner({ level: strongest, keep: true, holdMs: HOUR_MS });
    const said = await owner.said;
    await owner.ended;
    expect(await hostOf(owner.settings).remove('owned')).toMatchObject({ id: 'owned', leaked: [] });
    await expectNothingLeft(owner.settings, said?.socketFolder);
    await expect(hostOf(owner.settings).remove('owned')).rejects.toMatchObject({ code: 'usage-invalid' });
  });
});
