// long: 4m
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanInput } from '../../../src/plan/schema.ts';
import type { DrillRecord } from '../../../src/proof/record.ts';
import type { PreparedExample } from '../../support/example.ts';
import { prepareNorthwind } from '../../support/northwind-drill.ts';
import { type Rehearsed, rehearse } from '../../support/rehearse.ts';
import { insertAfter, known, type StepInput } from '../../support/variants.ts';
import { claimOf, expectVerdict } from '../../support/verdicts.ts';

let northwind: PreparedExample & AsyncDisposable;

beforeAll(async () => {
  northwind = await prepareNorthwind();
}, 240_000);
afterAll(() => northwind[Symbol.asyncDispose]());

type Fault = NonNullable<PlanInput['scenarios'][string]['faults']>[number];

/** The partial rollback of the example with other faults, and as much work beside that some orders come into being. */
function drill(faults: readonly Fault[], edit: (plan: PlanInput) => void = () => undefined): Promise<Rehearsed> {
  return rehearse({
    scenario: 'integration',
    example: northwind,
    edit: (plan) => {
      for (const workload of Object.values(plan.workload ?? {})) workload.writes = 60;
      known(plan.scenarios['integration'], 'scenario').faults = [...faults];
      edit(plan);
    },
  });
}

function conditionsOf(record: DrillRecord, flow: string): Readonly<Record<string, string>> {
  const looks = record.flows.filter((one) => one.flow === flow);
  const all = looks.flatMap((look) => look.conditions.map((one) => [`${look.when} ${one.condition}`, one] as const));
  return Object.fromEntries(all.map(([name, one]) => [name, `${one.state}: ${one.evidence}`]));
}

/** An order comes into being, so that there is something to cut in two. */
const WIN =
  "update opportunities set stage = 'won' where id = (select id from opportunities where stage <> 'won' order by id limit 1)";

function presencesOf({ injections }: DrillRecord): readonly string[] {
  return injections.map(({ fault, presence }) => `${fault} ${String(presence.shown)}: ${presence.evidence}`);
}

describe('what goes wrong with a flow', () => {
  test('a watermark that is lost sends everything again: noticed by the partner, and taken back', async () => {
    const rehearsed = await drill([{ id: 'IF-19', flow: 'push' }]);
    expectVerdict(rehearsed, {
      exit: 0,
      whole: 'proven',
      claims: { flows: 'proven', function: 'proven', loss: 'proven', detection: 'proven' },
    });
    const { record } = rehearsed;
    expect(presencesOf(record)).toEqual([expect.stringMatching(/^IF-19 true: .* at \d+, and after the reset at 0$/)]);
    expect(claimOf(record, 'detection').sentence).toContain('partner-no-duplicates');
  });

  test('a zombie that writes on after the stop, and an order without its lines: both outlive the rollback', async () => {
    const rehearsed = await drill(
      [
        { id: 'IF-17', flow: 'push' },
        { id: 'IF-18', flow: 'push', table: 'order_lines', work: { in: 'new-db', sql: WIN } },
      ],
      (plan) => {
        known(plan.flows?.['push'], 'flow').changes = { become: 'compensated' };
      },
    );
    expectVerdict(rehearsed, {
      exit: 10,
      whole: 'failed',
      claims: { flows: 'failed', function: 'failed', data: 'failed', loss: 'failed', detection: 'proven' },
    });
    const { record } = rehearsed;
    expect(presencesOf(record)).toEqual([
      expect.stringMatching(/^IF-17 true: .*update in public\.\w+ by push_user/),
      expect.stringMatching(/^IF-18 true: .*cut off before public\.order_lines.*insert in public\.orders by push_user/),
    ]);
    const conditions = conditionsOf(record, 'push');
    expect(conditions['verify quiet']).toMatch(/^violated: .*by push_user/);
    expect(conditions['watch quiet']).toMatch(/^violated: .*by push_user/);
    expect(claimOf(record, 'data').because.join()).toMatch(/by the stopped flow push/);
    expect(claimOf(record, 'function').because).toEqual([expect.stringMatching(/^orders-whole: .*found 1$/)]);
    expect(claimOf(record, 'detection').sentence).toContain('orders-whole');
    // Nothing takes its orders back, and that it writes on changes no value.
    expect(claimOf(record, 'loss').sentence).toMatch(/^Of what push had changed, \d+ records? should be taken back/);
    expect(claimOf(record, 'loss').because.join()).toMatch(/public\.orders number=N-\d+ is not as it was/);
  });

  test('both flows on, and a zombie that arms the new one again', async () => {
    const rehearsed = await drill(
      [
        { id: 'IF-16', flow: 'push' },
        { id: 'IF-17', flow: 'push', does: 'arm' },
      ],
      (plan) => {
        known(plan.flows?.['push'], 'flow').changes = { become: 'parked', owner: 'steward' };
        // The nightly files are taken back as well, and counted as what lies in the folder.
        const nightly = known(plan.flows?.['nightly'], 'flow');
        nightly.principal = { in: 'drop', path: '.' };
        nightly.changes = { become: 'parked', owner: 'steward' };
        known(known(plan.states['no-sync'], 'state').flows, 'flows')['nightly'] = 'stopped';
        insertAfter(
          plan,
          { procedure: 'stop-sync', step: 'push-off' },
          { id: 'nightly-once', run: ['node', 'app.js', 'flow', 'nightly', 'once'], in: 'new-app' },
          { id: 'nightly-off', flow: 'nightly', to: 'stopped' },
        );
      },
    );
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { flows: 'failed', detection: 'proven' } });
    const { record } = rehearsed;
    expect(presencesOf(record)).toEqual([
      'IF-16 true: push is armed, push-legacy is armed',
      expect.stringMatching(/^IF-17 true: its process runs/),
    ]);
    expect(claimOf(record, 'detection').sentence).toContain('legacy-silent');
    expect(claimOf(record, 'flows').sentence).toMatch(/^push is (running and should be stopped|not cleanly stopped)/);
    expect(conditionsOf(record, 'push')['verify not-rearmed']).toMatch(/^violated: no-new-jobs/);
    const [changes] = record.flowChanges;
    expect(changes).toMatchObject({ flow: 'push', become: 'parked', owner: 'steward', wrong: [], trouble: null });
    expect(changes?.tables.map(({ table }) => table)).toContain('public.orders');
    const files = record.flowChanges.find(({ flow }) => flow === 'nightly');
    expect(files).toMatchObject({ become: 'parked', trouble: null });
    expect(files?.tables[0]?.keys.join()).toMatch(/nightly-\d+\.csv/);
  });

  test('an echo, a reload on the way back, a program that goes round the proxy, a zombie under another name', async () => {
    const rehearsed = await drill([{ id: 'IF-10', flow: 'push', rate: '100%', seed: 7 }], (plan) => {
      for (const scenario of Object.values(plan.scenarios)) scenario.watch = '8s';
      const partner = known(plan.systems['partner'], 'partner');
      if (partner.kind === 'endpoint') partner.env = { ...partner.env, ECHO: 'webhook' };
      const once: StepInput['run'] = ['node', 'app.js', 'flow', 'push-legacy', 'once'];
      insertAfter(
        plan,
        { procedure: 'stop-sync', step: 'push-back' },
        { id: 'late-change', sql: CHANGE, in: 'legacy-db' },
        { id: 'once', run: once, in: 'legacy-app' },
        { id: 'forget', sql: FORGET, in: 'legacy-db' },
        { id: 'once-more', run: once, in: 'legacy-app' },
        { id: 'clear-orders', sql: 'delete from order_lines; delete from orders', in: 'new-db' },
        { id: 'shortcut', run: ['node', '-e', SHORTCUT], in: 'new-app' },
        { id: 'forgotten', run: ['node', '-e', FORGOTTEN], in: 'new-app' },
      );
    });
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { flows: 'failed', loss: 'failed' } });
    const { record } = rehearsed;
    const parts = Object.fromEntries(claimOf(record, 'flows').parts.map(({ name, sentence }) => [name, sentence]));
    expect(parts['webhook']).toMatch(/^webhook brings back what was sent the other way: \d+ messages?\./);
    expect(parts['push-legacy']).toMatch(/push-legacy delivered \d+ messages? that it had delivered before\.$/);
    expect(parts['push-legacy']).toMatch(/^Something went round push-legacy: .* connected to partner past the proxy\./);
    expect(conditionsOf(record, 'push')['verify quiet']).toMatch(/^shown/);
    expect(conditionsOf(record, 'push')['watch quiet']).toMatch(/^violated: .*its messages sent went from \d+ to \d+$/);
    expect(claimOf(record, 'loss').because.join()).toMatch(/push: public\.orders number=N-\d+ is gone/);
  });
});

const CHANGE =
  "update contacts set phone = '17' where id = (select min(id) from contacts where source is distinct from 'partner')";
const FORGET =
  "delete from flow_queue where flow = 'push-legacy'; update flows set cursor = 0 where name = 'push-legacy'";

/** Asks the partner at the port that only the proxies know, found where a program on the same machine can find it. */
const SHORTCUT = `
const fs = require('node:fs');
const place = (pid) => fs.readlinkSync('/proc/' + pid + '/ns/net');
const read = (pid, what) => fs.readFileSync('/proc/' + pid + '/' + what, 'latin1').split('\\0');
const isPartner = (pid) => { try { return place(pid) === place('self') && read(pid, 'cmdline').includes('partner.js'); } catch { return false; } };
const ports = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && isPartner(name))
  .flatMap((pid) => read(pid, 'environ').filter((one) => one.startsWith('PORT='))).map((one) => one.slice(5));
Promise.all([...new Set(ports)].map((port) => fetch('http://127.0.0.1:' + port + '/flows/push/stats').then((answer) => answer.text())))
  .then((answers) => { if (answers.length === 0) process.exit(1); setTimeout(() => process.exit(0), 600); });
`;

/** Four seconds after it was "stopped" the flow writes once more, under the name of its program, which may write. */
const FORGOTTEN = `
const code = \`
  const pg = require(require.resolve('pg', { paths: [process.env.APP_MODULES] }));
  setTimeout(async () => {
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
    await client.connect();
    await client.query("insert into flow_sent (flow, message_id, seq) values ('push', 'from-the-program', 0)");
    await client.end();
  }, 6000);
\`;
require('node:child_process').spawn(process.execPath, ['-e', code], { detached: true, stdio: 'ignore' }).unref();
`;
