import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanInput } from '../../src/plan/schema.ts';
import type { DrillRecord } from '../../src/proof/record.ts';
import type { PreparedExample } from '../support/example.ts';
import { prepareNorthwind } from '../support/northwind-drill.ts';
import { type Rehearsed, rehearse } from '../support/rehearse.ts';
import { insertAfter, known, removeStep, stepOf } from '../support/variants.ts';
import { claimOf, expectVerdict } from '../support/verdicts.ts';
import { zombieAfter } from '../support/zombie.ts';

let northwind: PreparedExample & AsyncDisposable;

beforeAll(async () => {
  northwind = await prepareNorthwind();
}, 240_000);
afterAll(() => northwind[Symbol.asyncDispose]());

function drill(scenario: string, edit: (plan: PlanInput) => void): Promise<Rehearsed> {
  return rehearse({
    scenario,
    example: northwind,
    edit: (plan) => {
      for (const workload of Object.values(plan.workload ?? {})) workload.writes = 60;
      edit(plan);
    },
  });
}

function conditionsOf(record: DrillRecord, flow: string): Readonly<Record<string, string>> {
  const looks = record.flows.filter((one) => one.flow === flow);
  const all = looks.flatMap((look) => look.conditions.map((one) => [`${look.when} ${one.condition}`, one] as const));
  return Object.fromEntries(all.map(([name, one]) => [name, `${one.state}: ${one.evidence}`]));
}

describe('a partial rollback', () => {
  test('as the plan has it: duplicates are noticed, the flow is cleanly stopped, what people did is kept', async () => {
    const rehearsed = await drill('integration', () => undefined);
    expectVerdict(rehearsed, {
      exit: 0,
      whole: 'proven',
      claims: { flows: 'proven', function: 'proven', loss: 'proven', detection: 'proven', access: 'proven' },
    });
    const { record } = rehearsed;
    expect(record.injections).toMatchObject([{ fault: 'IF-10', store: 'push', presence: { shown: true } }]);
    const shown = record.flows.find((one) => one.flow === 'push' && one.when === 'verify');
    expect(shown?.conditions.map((one) => one.state)).toEqual(Array.from({ length: 8 }, () => 'shown'));
    expect(known(record.work[0], 'workload').balances.at(-1)).toMatchObject({ unaccounted: 0 });
  });

  test('a credential that is left valid, a partner who is not told, and a zombie that writes after the stop', async () => {
    const rehearsed = await drill('integration', (plan) => {
      for (const scenario of Object.values(plan.scenarios)) scenario.watch = '8s';
      const armed = (value: boolean): string => `update flows set armed = ${String(value)} where name = 'push'`;
      known(plan.flows?.['push'], 'flow').stop = { in: 'new-app', run: ['node', '-e', zombieAfter(5_000)] };
      insertAfter(
        plan,
        { procedure: 'stop-sync', step: 'push-off' },
        { id: 'disarm', sql: armed(false), in: 'new-db' },
      );
      removeStep(plan, 'stop-sync', 'tell-partner');
    });
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { flows: 'failed' } });
    const conditions = conditionsOf(rehearsed.record, 'push');
    expect(conditions['verify disabled']).toMatch(/^violated: push-revoked does not hold/);
    expect(conditions['verify told']).toMatch(/^violated: partner-told/);
    expect(conditions['watch quiet']).toMatch(/^violated: .*insert in public\.flow_sent by push_user/);
    expect(rehearsed.record.writers).toMatchObject([{ store: 'new-db', verdict: 'unexplained' }]);
    expect(claimOf(rehearsed.record, 'data').state).toBe('failed');
  });

  test('a purged queue is not "nothing in flight", and a flow that is armed again is named', async () => {
    const rehearsed = await drill('integration', (plan) => {
      const purge =
        "insert into flow_sent (flow, message_id, seq) select 'push', 'purged-' || n, 0 from generate_series(1, 3) n";
      insertAfter(plan, { procedure: 'stop-sync', step: 'push-off' }, { id: 'purge', sql: purge, in: 'new-db' });
      plan.checks = {
        ...plan.checks,
        'no-new-jobs': { in: 'new-app', run: ['sh', '-c', 'echo "0 * * * * push"; exit 1'] },
      };
    });
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { flows: 'failed' } });
    const conditions = conditionsOf(rehearsed.record, 'push');
    expect(conditions['verify in-flight']).toMatch(/^shown/);
    expect(conditions['verify counts']).toMatch(/^violated/);
    expect(conditions['verify not-rearmed']).toMatch(/^violated: no-new-jobs/);
  });
});

describe('a full rollback', () => {
  test('as the plan has it: everything back, nothing lost, damage never carried back', async () => {
    const rehearsed = await drill('full', () => undefined);
    expectVerdict(rehearsed, {
      exit: 0,
      whole: 'proven',
      claims: {
        data: 'proven',
        files: 'proven',
        function: 'proven',
        access: 'proven',
        flows: 'proven',
        loss: 'proven',
        detection: 'proven',
      },
    });
    const { record } = rehearsed;
    const delta = known(record.delta[0], 'delta');
    const damaged = known(record.injections[0], 'injection').rows;
    expect(damaged).toBeGreaterThan(0);
    expect(delta).toMatchObject({ unaccounted: [], unexplained: damaged, repeatable: 'yes' });
    const parked = delta.parked.reduce((sum, one) => sum + one.records, 0);
    expect(delta.captured).toBe(delta.replayed + parked);
    const balance = known(record.work[0]?.balances.at(-1), 'balance');
    expect(balance.captured).toBe(
      balance.ends.kept + balance.ends.replayed + balance.ends.parked + balance.ends.waived,
    );
    expect(conditionsOf(record, 'nightly')['verify told']).toBe('shown: erp-paused: 1 of 1 delivered after the stop');
    expect([balance.ends.lost, balance.ends.duplicated, balance.ends.resurrected, balance.ends.unresolved]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test('a parked record that is dropped from the list is lost by name, and a legacy flow that carries nothing is named', async () => {
    const rehearsed = await drill('full', (plan) => {
      const back = known(plan.delta?.['back'], 'delta');
      back.program.run = ['sh', '-c', 'node reverse.js | grep -v \'"outcome":"parked"\''];
      removeStep(plan, 'go-back', 'tell-erp');
      const push = known(plan.flows?.['push-legacy'], 'flow');
      push.canary = { in: 'legacy-app', run: ['node', '-e', 'console.error("nothing arrived"); process.exit(1)'] };
    });
    expectVerdict(rehearsed, {
      exit: 10,
      whole: 'failed',
      claims: { loss: 'failed', flows: 'failed', data: 'proven' },
    });
    const { record } = rehearsed;
    expect(known(record.delta[0], 'delta').unaccounted.length).toBeGreaterThan(0);
    expect(known(record.delta[0], 'delta').unaccounted[0]).toMatch(/^people id=/);
    expect(conditionsOf(record, 'push')['verify legacy']).toMatch(/^violated: no canary came through push-legacy/);
    expect(conditionsOf(record, 'nightly')['verify told']).toBe('violated: erp-paused: it was not sent');
  });

  test('without the step that carries back, what people wrote is lost and named', async () => {
    const rehearsed = await drill('full', (plan) => {
      removeStep(plan, 'go-back', 'carry');
      stepOf(plan, 'go-back', 'push-back').after = ['up'];
    });
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { loss: 'failed', data: 'proven' } });
    expect(known(rehearsed.record.work[0]?.balances.at(-1), 'balance').ends.lost).toBeGreaterThan(0);
  });
});
