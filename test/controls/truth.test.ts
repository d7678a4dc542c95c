import { expect, test } from 'vitest';
import type { DrillPorts } from '../../src/drill/world.ts';
import type { Truth } from '../../src/fault/injector.ts';
import { rehearse } from '../support/rehearse.ts';
import { known, removeStep, stepOf } from '../support/variants.ts';
import { claimOf, comparisonOf, expectVerdict, findingsAbout, rowsOf } from '../support/verdicts.ts';

const LIE: Truth = {
  fault: 'DC-03',
  store: 'db',
  part: 'public.contacts',
  object: null,
  columns: ['account_id'],
  operation: 'update',
  keys: ['id=1', 'id=2'],
  rows: 2,
  seed: 7,
  description: 'two contacts of accounts that do not exist',
  statements: [],
};

function withoutDamage(ports: DrillPorts): DrillPorts {
  return {
    ...ports,
    makeInjector: () => ({ offers: ['DC-03'], inject: async () => ({ applicable: true, truth: LIE }) }),
  };
}

test('an injector that does nothing is not believed', async () => {
  const rehearsed = await rehearse({ scenario: 'data-corruption', adapt: withoutDamage });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 11,
    whole: 'inconclusive',
    claims: {
      data: 'inconclusive',
      files: 'inconclusive',
      function: 'inconclusive',
      access: 'inconclusive',
      detection: 'inconclusive',
    },
  });
  expect(claimOf(record, 'data').because.join(' ')).toMatch(/fault not present/);
  expect(record.injections).toMatchObject([{ fault: 'DC-03', presence: { shown: false } }]);
});

test('a truth that was opened before the evaluation shows no detection', async () => {
  const peeking = (ports: DrillPorts): DrillPorts => ({
    ...ports,
    vault: {
      ...ports.vault,
      seal: async (truths) => {
        const digest = await ports.vault.seal(truths);
        await ports.vault.open('evaluate', digest);
        return digest;
      },
    },
  });
  const rehearsed = await rehearse({ scenario: 'data-corruption', adapt: peeking });
  expectVerdict(rehearsed, { exit: 11, whole: 'inconclusive', claims: { data: 'proven', detection: 'inconclusive' } });
  expect(findingsAbout(rehearsed.record, /truth was opened before the evaluation/)).toMatchObject([
    { severity: 'critical', blame: 'rollproof' },
  ]);
});

test('damage that outlives the rollback is named from the opened truth', async () => {
  const rehearsed = await rehearse({
    scenario: 'data-corruption',
    edit: (plan) => {
      removeStep(plan, 'go-live', 'migrate');
      stepOf(plan, 'go-back', 'restore').restore = ['docs'];
      known(plan.states['live'], 'live').systems['db'] = {};
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { data: 'failed', detection: 'proven' } });
  const damaged = rowsOf(comparisonOf(record, 'db', 'second reading'))
    .filter((row) => row.startsWith('public.contacts update'))
    .map((row) => row.split(' ')[2]);
  const [injection] = record.injections;
  expect(injection?.remaining.length).toBe(injection?.rows);
  expect(injection?.remaining.length).toBeGreaterThan(0);
  expect(new Set(injection?.remaining)).toEqual(new Set(damaged));
});
