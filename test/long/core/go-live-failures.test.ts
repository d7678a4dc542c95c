// long: 4m
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanInput } from '../../../src/plan/schema.ts';
import type { DrillRecord } from '../../../src/proof/record.ts';
import type { PreparedExample } from '../../support/example.ts';
import { prepareNorthwind } from '../../support/northwind-drill.ts';
import { type Rehearsed, rehearse } from '../../support/rehearse.ts';
import { insertAfter, known, stepOf } from '../../support/variants.ts';
import { claimOf, expectVerdict } from '../../support/verdicts.ts';

let northwind: PreparedExample & AsyncDisposable;

beforeAll(async () => {
  northwind = await prepareNorthwind();
}, 240_000);
afterAll(() => northwind[Symbol.asyncDispose]());

type Fault = NonNullable<PlanInput['scenarios'][string]['faults']>[number];
type Edit = (plan: PlanInput) => void;

/** The go-live breaks off at a step, this goes wrong there, and the plan's own way back takes everything back. */
function brokenOff(step: string, faults: readonly Fault[], ...edits: readonly Edit[]): Promise<Rehearsed> {
  return rehearse({
    scenario: 'broken-off',
    example: northwind,
    edit: (plan) => {
      plan.scenarios['broken-off'] = {
        kind: 'S3',
        at: { during: 'go-live', step },
        faults: [...faults],
        rollback: 'go-back',
        watch: '500ms',
      };
      hurry(plan);
      for (const edit of edits) edit(plan);
    },
  });
}

/** Flows and old users have controls of their own, so less of them is looked at here. */
function hurry(plan: PlanInput): void {
  for (const flow of Object.values(plan.flows ?? {})) flow.schedule.drill = '200ms';
  const few = 'select email, role from users where active order by id limit 8';
  known(plan.users?.['legacy-staff'], 'user group').list.sql = few;
  plan.audiences = { ...plan.audiences, staff: { list: { in: 'legacy-db', sql: few } } };
}

function addLiveCheck(plan: PlanInput, name: string, check: NonNullable<PlanInput['checks']>[string]): void {
  plan.checks = { ...plan.checks, [name]: check };
  const live = known(plan.states['live'], 'state').systems[check.in];
  if (typeof live === 'object') live.checks = [...(live.checks ?? []), name];
}

const PROVEN = { data: 'proven', files: 'proven', function: 'proven', access: 'proven', flows: 'proven' } as const;

function presenceOf(record: DrillRecord, fault: string): { readonly shown: boolean; readonly evidence: string } {
  return known(record.injections.find((one) => one.fault === fault)?.presence ?? undefined, `presence of ${fault}`);
}

describe('GF-01, the load overruns the window', () => {
  test('the trigger on the running step calls it, the load is ended, and everything is as before', async () => {
    const late: Edit = (plan) => {
      stepOf(plan, 'go-live', 'load').expected = { p50: '500ms', p90: '1s' };
      const every = { live: '5m', drill: '100ms' };
      const watched = { catalogue: 'TR-18', in: 'go-live', step: 'load', above: 200, readings: 2, every } as const;
      plan.triggers = { ...plan.triggers, 'load-is-late': { ...watched, class: 'mandatory' } };
    };
    const rehearsed = await brokenOff('load', [{ id: 'GF-01', rate: '90%', seed: 7 }], late);
    expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...PROVEN, detection: 'proven' } });
    expect(claimOf(rehearsed.record, 'detection').sentence).toMatch(/trigger load-is-late/);
    expect(presenceOf(rehearsed.record, 'GF-01')).toMatchObject({
      shown: true,
      evidence: expect.stringMatching(/stood still in [6-9]\d %; it is still at work/) as string,
    });
    const end = rehearsed.events.find((event) => event.kind === 'node-ended' && event.node === 'go-live.load');
    expect(end).toMatchObject({
      outcome: { detail: expect.stringMatching(/because the rollback was called/) as string },
    });
  });
});

describe('GF-03, users cannot log in', () => {
  test('a canary who signs in notices it, and the same user can sign in again where she came from', async () => {
    const rehearsed = await brokenOff(
      'up',
      [{ id: 'GF-03', in: 'new-db', table: 'users', column: 'active', rate: '100%', seed: 7 }],
      (plan) => {
        const sql = `insert into users (email, name, role, password) values ('canary@harbour.example', 'Canary', 'viewer', 'sha256:copy:' || encode(sha256('copycanary'), 'hex'))`;
        insertAfter(plan, { procedure: 'go-live', step: 'load' }, { id: 'canary', sql, in: 'new-db' });
        addLiveCheck(plan, 'canary-signs-in', { in: 'new-app', run: ['node', '-e', SIGN_IN] });
      },
    );
    expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...PROVEN, detection: 'proven' } });
    expect(claimOf(rehearsed.record, 'detection').sentence).toMatch(/check canary-signs-in/);
    expect(presenceOf(rehearsed.record, 'GF-03')).toMatchObject({
      shown: true,
      evidence: expect.stringMatching(/ 41 of 41 users cannot sign in on a copy/) as string,
    });
  });
});

describe('GF-05, users see what is not theirs', () => {
  test('a probe without a login notices it', async () => {
    const rehearsed = await brokenOff(
      'up',
      [{ id: 'GF-05', in: 'new-db', table: 'permissions', column: 'public', rate: '100%', seed: 7 }],
      (plan) => {
        plan.triggers = {};
        addLiveCheck(plan, 'strangers-shut-out', { in: 'new-app', http: '/api/people', status: 401 });
      },
    );
    expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...PROVEN, detection: 'proven' } });
    expect(claimOf(rehearsed.record, 'detection').sentence).toMatch(/check strangers-shut-out/);
    expect(presenceOf(rehearsed.record, 'GF-05').evidence).toMatch(/a stranger now sees \/api\/people/);
  });
});

describe('GF-08, the wrong extract, and GF-09, the old system cannot be resumed', () => {
  const FAULTS: readonly Fault[] = [
    { id: 'GF-08', in: 'new-db', table: 'interactions', column: 'happened_at', rate: '10%', seed: 7 },
    { id: 'GF-09', in: 'legacy-db' },
  ];

  /** Else programs and drill would sign in with the same account, and locking it would lock everybody out. */
  const ownAccount: Edit = (plan) => {
    const store = known(plan.systems['legacy-db'], 'system');
    if (store.kind === 'postgres') store.user = 'crm';
  };

  test('noticed by the newest records; the way back unlocks what is locked and ends proven', async () => {
    const rehearsed = await brokenOff('load', FAULTS, ownAccount, (plan) => {
      addLiveCheck(plan, 'newest-loaded', { in: 'new-app', run: ['node', '-e', NEWEST] });
      const unlock = { id: 'unlock', sql: 'alter role crm login', in: 'legacy-db', owner: 'dba' };
      insertAfter(plan, { procedure: 'go-back', step: 'cut' }, unlock);
    });
    expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...PROVEN, detection: 'proven' } });
    expect(claimOf(rehearsed.record, 'detection').sentence).toMatch(/check newest-loaded/);
    expect(presenceOf(rehearsed.record, 'GF-08')).toMatchObject({
      shown: true,
      evidence: expect.stringMatching(/interactions: \d+ rows before the injection, \d+ after it$/) as string,
    });
    expect(presenceOf(rehearsed.record, 'GF-09')).toMatchObject({ shown: true });
  });

  test('nobody looks at the newest records, and nobody can unlock: both are named', async () => {
    const rehearsed = await brokenOff('load', FAULTS, ownAccount, (plan) => {
      const app = known(plan.systems['legacy-app'], 'system');
      if (app.kind === 'service') app.ready.within = '3s';
    });
    expectVerdict(rehearsed, {
      exit: 10,
      whole: 'failed',
      claims: { detection: 'failed', function: 'failed', data: 'failed' },
    });
    expect(claimOf(rehearsed.record, 'function').sentence).toMatch(/the rollback breaks off at go-back.up/);
    expect(claimOf(rehearsed.record, 'data')).toMatchObject({
      because: expect.arrayContaining(['at rest: role crm is different']) as string[],
    });
  });
});

/** Does the new store hold the newest of what the old one holds? */
const NEWEST = `
const { Client } = require(require.resolve('pg', { paths: [process.env.APP_MODULES] }));
const newest = async (url, table) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('select extract(epoch from max(happened_at))::text as newest from ' + table);
  await client.end();
  return rows[0].newest;
};
(async () => {
  const before = await newest(process.env.LEGACY_DATABASE_URL, 'activities');
  const now = await newest(process.env.DATABASE_URL, 'interactions');
  console.log(before + ' before, ' + now + ' now');
  process.exitCode = before === now ? 0 : 1;
})();
`;

/** As the canary, with the program's own form. */
const SIGN_IN = `
fetch('http://127.0.0.1:' + process.env.PORT + '/login', {
  method: 'POST', redirect: 'manual',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'email=canary%40harbour.example&password=canary',
}).then((answer) => { process.exitCode = answer.status < 400 && answer.headers.has('set-cookie') ? 0 : 1; console.log(answer.status); });
`;
