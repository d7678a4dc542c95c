import { chmod, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findPostgres } from '../../src/adapters/postgres/binaries.ts';
import type { DrillPorts } from '../../src/drill/world.ts';
import type { PlanInput } from '../../src/plan/schema.ts';
import { rehearse } from '../support/rehearse.ts';
import { insertAfter, stepOf } from '../support/variants.ts';
import { expectVerdict, findingsAbout } from '../support/verdicts.ts';

const tools = await findPostgres({ choice: 'system', stateFolder: '/nonexistent' }).catch(() => null); // none installed
const cannotDump = tools === null || tools.pgDump === null || tools.pgRestore === null;

/** The tools of the system under other names, so that one of them can vanish. */
async function linkedTools(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rpc-tools-'));
  const from = tools?.folder ?? '';
  for (const name of await readdir(from)) await symlink(join(from, name), join(folder, name));
  await chmod(folder, 0o777);
  return folder;
}

function vanishing(
  folder: string,
  place: { readonly procedure: string; readonly step: string; readonly tool: string },
) {
  return (plan: PlanInput): void => {
    stepOf(plan, 'go-live', 'final-backup').formats = ['pg_dump'];
    insertAfter(plan, place, { id: 'vanish', run: ['rm', join(folder, place.tool)], repeat: 'safe' });
  };
}

describe.skipIf(cannotDump)('a tool that vanishes in the middle says nothing about the plan', () => {
  test.each([
    ['go-live', 'freeze', 'pg_dump', 'go-live.final-backup'],
    ['go-back', 'lock', 'pg_restore', 'go-back.restore'],
    ['go-back', 'lock', 'postgres', 'twins.after'],
  ] as const)('%s, after %s: %s', async (...[procedure, step, tool, broken]) => {
    const folder = await linkedTools();
    try {
      const rehearsed = await rehearse({
        scenario: 'clean-return',
        pg: { folder },
        edit: vanishing(folder, { procedure, step, tool }),
      });
      expectVerdict(rehearsed, { exit: 3, whole: 'inconclusive', claims: { data: 'inconclusive' } });
      expect(findingsAbout(rehearsed.record, new RegExp(`^${broken} failed`))).toMatchObject([
        { blame: 'environment', actual: expect.stringContaining(`${tool} cannot be run here`) },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('a mistake of ours in a reading is said to be one', async () => {
  const mistaken = (ports: DrillPorts): DrillPorts => ({
    ...ports,
    makeStore: async (request) => {
      const store = await ports.makeStore(request);
      store.foreignSessions = async () => Promise.reject(new TypeError('x is not a function'));
      return store;
    },
  });
  const rehearsed = await rehearse({ scenario: 'clean-return', adapt: mistaken });
  expectVerdict(rehearsed, { exit: 1, whole: 'inconclusive', claims: { data: 'inconclusive' } });
  expect(findingsAbout(rehearsed.record, /^shut-out failed/)).toMatchObject([{ blame: 'rollproof' }]);
});
