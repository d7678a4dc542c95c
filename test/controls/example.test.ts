import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DrillPorts } from '../../src/drill/world.ts';
import { leftovers } from '../support/leftovers.ts';
import { rehearse } from '../support/rehearse.ts';
import { claimOf, comparisonOf, expectVerdict } from '../support/verdicts.ts';

const PROVEN = {
  data: 'proven',
  files: 'proven',
  function: 'proven',
  access: 'proven',
  time: 'not-examined',
  loss: 'not-examined',
} as const;

test('the example goes back cleanly', async () => {
  const found: string[] = [];
  // Nothing can be left only where the look would have found it.
  const looking = (ports: DrillPorts): DrillPorts => ({
    ...ports,
    makeService: async (request) => {
      found.push(
        ...(await leftovers({
          drill: request.environment.id,
          events: [],
          state: join(request.environment.folder, '..', '..'),
        })),
      );
      return ports.makeService(request);
    },
  });
  const rehearsed = await rehearse({ scenario: 'clean-return', profile: 'faithful', adapt: looking });
  expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/^process \d+: /), rehearsed.record.drill.id]));
  expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...PROVEN, detection: 'not-examined' } });
  const { record } = rehearsed;
  expect(claimOf(record, 'time').parts).toMatchObject([
    { name: 'machine part' },
    { name: 'people part', state: 'not-examined' },
  ]);
  for (const store of ['db', 'docs']) expect(comparisonOf(record, store, 'at rest').verdict).toBe('equal');
  expect(record.access[0]?.users.length).toBe(40);
  expect(record.jobs[0]).toMatchObject({
    system: 'app',
    held: true,
    stored: [/expire-sessions/, /recalculate-totals/, /send-digest/].map((name) => expect.stringMatching(name)),
  });
});

test('the example goes back after data corruption', async () => {
  const rehearsed = await rehearse({ scenario: 'data-corruption' });
  expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...PROVEN, detection: 'proven' } });
  const { record } = rehearsed;
  expect(record.injections).toMatchObject([
    { fault: 'DC-03', presence: { shown: true }, seenBy: [{ kind: 'trigger', name: 'orphans' }], remaining: [] },
  ]);
  expect(record.truthDigest).not.toBeNull();
});
