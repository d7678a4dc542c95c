import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { prepareExample } from '../../src/cli/commands/demo.ts';
import { stateFolder } from '../../src/cli/state.ts';
import { EXAMPLE_SCALE, type PreparedExample } from './example.ts';

/** The bundled example, made once for all tests of the project: its data, its backup, and the cache of initdb. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'rpc-'));
  const state = stateFolder(folder);
  await prepareExample({ state, clock: systemClock(), pg: undefined, scale: EXAMPLE_SCALE });
  await access(join(folder, 'cache'));
  const example: PreparedExample = { folder: state.demo, cache: join(folder, 'cache') };
  project.provide('example', example);
  return () => rm(folder, { recursive: true, force: true });
}
