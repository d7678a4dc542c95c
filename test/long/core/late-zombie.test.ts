// long: 2m
import { expect, test } from 'vitest';
import { prepareNorthwind } from '../../support/northwind-drill.ts';
import { rehearse } from '../../support/rehearse.ts';
import { insertAfter, known } from '../../support/variants.ts';
import { expectVerdict } from '../../support/verdicts.ts';
import { zombieAfter } from '../../support/zombie.ts';

const DISARMED = "update flows set armed = false, token = null where name = 'push'";

test('a zombie that writes 30 s after the stop fails the flows and is named', async () => {
  await using northwind = await prepareNorthwind();
  const { record, ...rehearsed } = await rehearse({
    scenario: 'integration',
    example: northwind,
    edit: (plan) => {
      for (const workload of Object.values(plan.workload ?? {})) workload.writes = 60;
      for (const scenario of Object.values(plan.scenarios)) scenario.watch = '32s';
      known(plan.flows?.['push'], 'flow').stop = { in: 'new-app', run: ['node', '-e', zombieAfter(30_000)] };
      const place = { procedure: 'stop-sync', step: 'push-off' };
      insertAfter(plan, place, { id: 'disarm', sql: DISARMED, in: 'new-db' });
    },
  });
  expectVerdict({ record, ...rehearsed }, { exit: 10, whole: 'failed', claims: { flows: 'failed' } });
  const [quiet] = record.flows
    .filter(({ flow, when }) => flow === 'push' && when === 'watch')
    .flatMap(({ conditions }) => conditions.filter(({ condition }) => condition === 'quiet'));
  expect(quiet).toMatchObject({ state: 'violated' });
  expect(quiet?.evidence).toMatch(/insert in public\.flow_sent by push_user/);
  const before = record.flows.find(({ flow, when }) => flow === 'push' && when === 'verify');
  expect(before?.conditions.find(({ condition }) => condition === 'quiet')).toMatchObject({ state: 'shown' });
});
