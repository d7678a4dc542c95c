// long: 3m
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlanInput } from '../../../src/plan/schema.ts';
import type { PreparedExample } from '../../support/example.ts';
import { prepareNorthwind } from '../../support/northwind-drill.ts';
import { type Rehearsed, rehearse } from '../../support/rehearse.ts';
import { insertAfter, known } from '../../support/variants.ts';
import { claimOf, expectVerdict } from '../../support/verdicts.ts';

let northwind: PreparedExample & AsyncDisposable;

beforeAll(async () => {
  northwind = await prepareNorthwind();
}, 240_000);
afterAll(() => northwind[Symbol.asyncDispose]());

/** Some go on in the old system after the freeze, and a client goes on to the new one after the way back. */
function drill(edit: (plan: PlanInput) => void): Promise<Rehearsed> {
  return rehearse({
    scenario: 'clean-return',
    example: northwind,
    edit: (plan) => {
      known(plan.scenarios['clean-return'], 'scenario').twists = [
        { id: 'GF-12', in: 'legacy-app', users: 'legacy-staff', count: 3 },
        { id: 'GF-18', in: 'new-app', users: 'new-staff' },
        { id: 'GF-11', step: 'open-new' },
      ];
      edit(plan);
    },
  });
}

test('GF-12, GF-18 a plan that knows of people in the old system, and takes the new one off the net', async () => {
  const rehearsed = await drill((plan) => {
    known(plan.states['returned'], 'state').systems['legacy-db'] = {
      untouched: { since: 'live', writers: ['legacy-app', 'push-legacy', 'webhook-legacy', 'nightly-legacy'] },
      checks: ['no-orphans'],
    };
  });
  expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { data: 'proven', function: 'proven' } });
  const [early, both, stale] = rehearsed.record.twists;
  expect(early).toMatchObject({ twist: 'GF-11', where: 'go-live.open-new', failed: [], presence: { shown: true } });
  expect(early?.presence.evidence[0]).toMatch(
    /crossed before .*load.*, released by nobody \(it is for lead to release\)/,
  );
  expect(both).toMatchObject({ twist: 'GF-12', failed: [], presence: { shown: true } });
  expect(both?.presence.evidence.at(-1)).toMatch(/^3 writes by legacy-app after the freeze are still in legacy-db: /);
  expect(claimOf(rehearsed.record, 'data').sentence).toMatch(/but those who may: .*changes by legacy-app/);
  expect(stale).toMatchObject({
    twist: 'GF-18',
    failed: [],
    presence: { evidence: [expect.stringMatching(/refused/)] },
  });
});

test('GF-12, GF-18 a plan that knows of neither: what is in the old system by name, what the new one took and lost', async () => {
  const rehearsed = await drill((plan) => {
    insertAfter(plan, { procedure: 'go-back', step: 'open' }, { id: 'forgotten', start: 'new-app', after: ['open'] });
  });
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { data: 'failed', loss: 'failed' } });
  const [, both, stale] = rehearsed.record.twists;
  expect(both).toMatchObject({ twist: 'GF-12', failed: ['data'] });
  expect(both?.presence.evidence.at(-1)).toMatch(/@.* \(\d+\), which must be as it was$/);
  expect(stale).toMatchObject({ twist: 'GF-18', failed: ['loss'] });
  expect(claimOf(rehearsed.record, 'loss').sentence).toMatch(/^GF-18: new-app took the write of .*interactions id=/);
});
