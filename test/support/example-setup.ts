import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { prepareExample } from '../../src/cli/example.ts';
import { stateFolder } from '../../src/cli/state.ts';
import { EXAMPLE_SCALE } from './example.ts';

let made: string | undefined;

/** The bundled example, made once for all tests of the project: its data, its backup, and the cache of initdb. */
export async function setup(project: TestProject): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rpc-'));
  made = folder;
  const state = stateFolder(folder);
  await prepareExample({ state, clock: systemClock(), pg: undefined, scale: EXAMPLE_SCALE });
  await access(join(folder, 'cache'));
  project.provide('example', { folder: state.demo, cache: join(folder, 'cache') });
}

export async function teardown(): Promise<void> {
  if (made !== undefined) await rm(made, { recursive: true, force: true });
}
