import { expect, test } from 'vitest';
import type { PlanInput } from '../../src/plan/schema.ts';
import { rehearse } from '../support/rehearse.ts';
import { insertAfter, known, removeStep, stepOf } from '../support/variants.ts';
import { claimOf, comparisonOf, expectVerdict } from '../support/verdicts.ts';

/** Old and new program side by side behind one entry, as many teams do it. */
function sideBySide(plan: PlanInput): void {
  const app = known(plan.systems['app'], 'app');
  if (app.kind !== 'service') throw new Error('app is a service');
  plan.systems['app-next'] = { ...structuredClone(app), releases: { '11': known(app.releases['11'], 'release 11') } };
  plan.systems['entry'] = { kind: 'route', to: ['app', 'app-next'] };
  const live = known(plan.states['live'], 'live').systems;
  live['app-next'] = known(live['app'], 'app');
  live['app'] = { is: 'stopped' };
  live['entry'] = 'app-next';
  known(plan.states['before'], 'before').systems['app-next'] = { is: 'stopped' };
  plan.checks = { ...plan.checks, 'new-open-for-business': { in: 'app-next', http: '/health', status: 200 } };
  live['app-next'] = { release: '11', is: 'running', checks: ['new-open-for-business'] };
  stepOf(plan, 'go-live', 'new-code').release = 'app-next';
  stepOf(plan, 'go-live', 'migrate').in = 'app-next';
  stepOf(plan, 'go-live', 'up').start = 'app-next';
  insertAfter(plan, { procedure: 'go-live', step: 'up' }, { id: 'switch', route: 'entry', to: 'app-next' });
  stepOf(plan, 'go-back', 'lock').stop = 'app-next';
  removeStep(plan, 'go-back', 'old-code');
}

test('the entry is led back to the old program', async () => {
  const rehearsed = await rehearse({ scenario: 'clean-return', edit: sideBySide });
  expectVerdict(rehearsed, {
    exit: 0,
    whole: 'proven',
    claims: { data: 'proven', files: 'proven', function: 'proven', access: 'proven' },
  });
});

test('the entry is left on the new program', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      sideBySide(plan);
      removeStep(plan, 'go-back', 'open');
      stepOf(plan, 'go-back', 'tell-open').after = ['verified'];
    },
  });
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { function: 'failed', access: 'proven' },
  });
  expect(comparisonOf(rehearsed.record, 'db', 'at rest').verdict).toBe('equal');
  const said = claimOf(rehearsed.record, 'function').because.join('\n');
  expect(said).toMatch(/entry leads to app: expected app, found app-next/);
});
