// long: 6m
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { prepareExample } from '../../src/cli/example.ts';
import { stateFolder } from '../../src/cli/state.ts';
import { processesOf, rollproof } from '../support/command-line.ts';

let folder = '';
let plan = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rollproof-killed-'));
  plan = await prepareExample({ state: stateFolder(folder), clock: systemClock(), pg: undefined, scale: 0.05 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A moment of each stage, named by what the plain view prints just before it. */
const MOMENTS = [
  'make the isolated environment',
  'bring up app',
  'seal the baseline',
  'migrate',
  'wait until something notices',
  'restore',
];

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds() && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
}

describe('a drill whose process is killed', () => {
  it.each(MOMENTS)('after "%s": nothing survives it, and the next drill cleans up and is proven', async (moment) => {
    const args = ['drill', 'data-corruption', '--plan', plan, '--unattended', '--profile', 'fast', '--state', folder];
    const killed = await rollproof(args, { when: { text: moment, act: (pid) => process.kill(pid, 'SIGKILL') } });
    expect(killed.signal, killed.stdout + killed.stderr).toBe('SIGKILL');
    await until(() => processesOf(join(folder, 'environments')).length === 0);
    expect(processesOf(join(folder, 'environments'))).toEqual([]);
    const next = await rollproof(args);
    expect(next, next.stdout + next.stderr).toMatchObject({ code: 0 });
    expect(next.stderr).toContain('was cut off and has been cleaned up');
    expect(existsSync(join(folder, 'environments')) ? readdirSync(join(folder, 'environments')) : []).toEqual([]);
  });

  it('by Ctrl-C cleans up after itself and ends with 130', async () => {
    const args = ['drill', 'clean-return', '--plan', plan, '--unattended', '--profile', 'fast', '--state', folder];
    const ended = await rollproof(args, {
      when: { text: 'seal the baseline', act: (pid) => process.kill(pid, 'SIGINT') },
    });
    expect(ended.code, ended.stdout + ended.stderr).toBe(130);
    expect(processesOf(join(folder, 'environments'))).toEqual([]);
    expect(readdirSync(join(folder, 'environments'))).toEqual([]);
  });
});
