import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { prepareExample } from '../../src/cli/example.ts';
import { stateFolder } from '../../src/cli/state.ts';
import { EXAMPLE_SCALE, type PreparedExample } from './example.ts';

/** The move, made once for a test file. */
export async function prepareNorthwind(): Promise<PreparedExample & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'rpw-'));
  const state = stateFolder(folder);
  await prepareExample({ state, clock: systemClock(), pg: undefined, scale: EXAMPLE_SCALE, example: 'northwind-crm' });
  return {
    folder: state.demo,
    cache: join(folder, 'cache'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
