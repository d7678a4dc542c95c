import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DrillPorts } from '../../src/drill/world.ts';
import type { PlanInput } from '../../src/plan/schema.ts';
import type { DrillRecord, WorkRecord } from '../../src/proof/record.ts';
import { renderJUnit } from '../../src/proof/junit.ts';
import { renderSummary } from '../../src/proof/summary.ts';
import { type Loss, meddlerAt } from '../support/meddler.ts';
import { rehearse } from '../support/rehearse.ts';
import { usersAtWork } from '../support/simulated-users.ts';
import { insertAfter, known } from '../support/variants.ts';
import { claimOf, expectVerdict, findingsAbout } from '../support/verdicts.ts';

type WorkloadInput = NonNullable<PlanInput['workload']>[string];

const WRITES = 240;

/** Notes are written, and some of them deleted again, by everybody in the company. */
function withWork(plan: PlanInput, part: Partial<WorkloadInput> = {}): void {
  plan.workload = {
    'office-day': {
      users: 'staff',
      in: 'entry',
      writes: WRITES,
      seed: 7,
      operations: {
        'add-note': {
          share: 4,
          create: { method: 'POST', path: '/api/notes', json: { text: '{mark}' } },
          found: { in: 'db', sql: 'select id from activities where body = :mark', table: 'activities', key: 'id' },
        },
        'remove-note': { of: 'add-note', delete: { method: 'DELETE', path: '/api/notes/{id}' } },
      },
      ...part,
    },
  };
  for (const scenario of Object.values(plan.scenarios)) scenario.workload = ['office-day'];
}

const SIGNED = { by: 'sponsor', why: 'Monday is entered again by hand', upTo: WRITES };

function workOf(record: DrillRecord): WorkRecord {
  return known(record.work[0], 'work in the record');
}

function endsOf(record: DrillRecord): WorkRecord['balances'][number]['ends'] {
  const { balances } = workOf(record);
  expect(balances.map((one) => one.when)).toEqual(['verify', 'watch']);
  expect(balances[1]?.ends).toEqual(balances[0]?.ends);
  return known(balances[1], 'second balance').ends;
}

/** Puts something between the simulated users and the application. */
function meddling(lose: (write: number) => Loss): (ports: DrillPorts) => DrillPorts {
  return (ports) => ({
    ...ports,
    simulateUsers: async (work, signal) => {
      const folder = await mkdtemp(join(tmpdir(), 'rpm-'));
      await using meddler = await meddlerAt({ socket: join(folder, 's'), application: work.socket, lose });
      try {
        return await ports.simulateUsers({ ...work, socket: meddler.socket }, signal);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  });
}

test('what is signed for is given up as declared, and the work of users is not taken for damage', async () => {
  const rehearsed = await rehearse({ scenario: 'data-corruption', edit: (plan) => withWork(plan, { waive: SIGNED }) });
  expectVerdict(rehearsed, {
    exit: 0,
    whole: 'proven',
    claims: { data: 'proven', loss: 'proven', detection: 'proven', access: 'proven' },
  });
  const { record } = rehearsed;
  const work = workOf(record);
  const ends = endsOf(record);
  expect(work).toMatchObject({ invoked: work.ok + work.failed, unknown: 0, broken: null });
  expect(work.ok).toBeGreaterThanOrEqual(100);
  expect(ends).toMatchObject({
    lost: 0,
    duplicated: 0,
    resurrected: 0,
    unresolved: 0,
    'failed-and-absent': work.failed,
  });
  expect(ends.waived + ends.kept).toBe(work.ok);
  expect(ends.waived).toBeGreaterThan(ends.kept);
  expect(record.rpa).toMatchObject({ records: ends.waived, signed: ends.waived });
  expect(record.rpa?.spanMs).toBeGreaterThan(0);
  expect(claimOf(record, 'loss').sentence).toMatch(/accounted for: .*\d+ given up, signed by sponsor/);
  expect(record.sponsor[2]?.answer).toMatch(/\d+ are given up, signed by sponsor/);
  expect(renderSummary(record, { colour: false, width: 80 })).toMatch(
    /office-day: \d+ captured = .*waived\s+\(sponsor\)/,
  );
});

test('without a signature all of it is lost, named by mark, user and key; what had no answer is looked for', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => withWork(plan),
    adapt: meddling((write) => (write === 20 ? 'request' : write === 21 ? 'answer' : null)),
  });
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { data: 'proven', loss: 'failed' } });
  const { record } = rehearsed;
  const { ok, failed, unknown, invoked, balances } = workOf(record);
  expect([unknown, ok + failed + unknown]).toEqual([2, invoked]);
  // One of the two was done, so it counts as captured; the other never reached the application.
  expect(balances[1]?.captured).toBe(ok + 1);
  expect(endsOf(record)['failed-and-absent']).toBe(failed + 1);
  const loss = claimOf(record, 'loss');
  expect(loss.sentence).toMatch(/^Of \d+ acknowledged writes of office-day \d+ are lost\.$/);
  expect(loss.because.join('\n')).toMatch(
    /lost: activities id=\d+, add-note of \S+@\S+: .* \(d-\w+-office-day-\d{6}\)/,
  );
  expect(findingsAbout(record, /writes of office-day lost by the way back/)).toHaveLength(1);
  expect(renderJUnit([record])).toMatch(/classname="[^"]*\.ledger"[^>]*><failure message="\d+ captured = /);
});

test('a way back that carries writes over by hand: one forgotten, one twice, one deleted one as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rpk-'));
  await chmod(folder, 0o777);
  try {
    const rehearsed = await rehearse({ scenario: 'clean-return', edit: (plan) => carriedByHand(plan, folder) });
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { loss: 'failed' } });
    const { record } = rehearsed;
    const ends = endsOf(record);
    expect(ends).toMatchObject({ lost: 1, duplicated: 1, resurrected: 1, waived: 0, unresolved: 0 });
    expect(ends.kept).toBe(workOf(record).ok - 3);
    const ofKind = (end: string): readonly string[] =>
      known(workOf(record).balances[1], 'balance')
        .listed.filter((one) => one.end === end)
        .map((one) => one.operation);
    expect([ofKind('lost'), ofKind('duplicated'), ofKind('resurrected')]).toEqual([
      ['add-note'],
      ['add-note'],
      ['remove-note'],
    ]);
    expect(record.rpa).toMatchObject({ records: 1, signed: 0 });
    expect(claimOf(record, 'loss').sentence).toMatch(
      /1 is lost, 1 is there more than once and 1 was deleted and is there again/,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Deleted notes are remembered by a trigger, so that one can come back. */
function carriedByHand(plan: PlanInput, folder: string): void {
  withWork(plan);
  const sql = (id: string, text: string): Parameters<typeof insertAfter>[2] => ({
    id,
    sql: text,
    in: 'db',
    owner: 'dba',
    repeat: 'safe',
  });
  insertAfter(
    plan,
    { procedure: 'go-live', step: 'migrate' },
    sql(
      'remember',
      `create table removed (like activities);
       create function remember() returns trigger language plpgsql security definer as $$ begin insert into removed values (old.*); return old; end $$;
       create trigger remember before delete on activities for each row execute function remember()`,
    ),
  );
  insertAfter(
    plan,
    { procedure: 'go-back', step: 'lock' },
    sql(
      'carry-out',
      `copy (select * from activities where body like 'd-%-office-day-%') to '${folder}/notes';
       copy (select * from removed order by id limit 1) to '${folder}/removed'`,
    ),
  );
  insertAfter(
    plan,
    { procedure: 'go-back', step: 'restore' },
    sql(
      'carry-in',
      `copy activities from '${folder}/notes';
       delete from activities where id = (select min(id) from activities where body like 'd-%-office-day-%');
       insert into activities (id, kind, subject, body, happened_at)
         select id + 100000, kind, subject, body, happened_at from activities order by id desc limit 1;
       copy activities from '${folder}/removed';
       select setval(pg_get_serial_sequence('activities', 'id'), (select max(id) from activities))`,
    ),
  );
}

test('users who are killed leave a ledger; the drill goes on with it and blames nobody else', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => withWork(plan, { waive: SIGNED }),
    adapt: meddling((write) => {
      if (write === 60) for (const pid of usersAtWork()) process.kill(pid, 'SIGKILL');
      return null;
    }),
  });
  expectVerdict(rehearsed, {
    exit: 11,
    whole: 'inconclusive',
    claims: { data: 'proven', access: 'proven', loss: 'inconclusive' },
  });
  const { record } = rehearsed;
  const work = workOf(record);
  expect(work.broken).toBe('they ended with signal SIGKILL');
  expect(work.invoked).toBeGreaterThanOrEqual(50);
  expect(work.invoked).toBeLessThan(WRITES);
  expect(endsOf(record)).toMatchObject({ lost: 0, unresolved: 0 });
  expect(known(work.balances[1], 'balance').captured).toBeGreaterThanOrEqual(work.ok);
  expect(claimOf(record, 'loss').because.join()).toMatch(/only \d+ of 240 writes were made/);
  expect(findingsAbout(record, /the simulated users of office-day ended/)).toMatchObject([{ blame: 'rollproof' }]);
});
