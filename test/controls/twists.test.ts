import { expect, test } from 'vitest';
import type { PlanInput } from '../../src/plan/schema.ts';
import type { DrillRecord } from '../../src/proof/record.ts';
import { rehearse } from '../support/rehearse.ts';
import { known, stepOf, type StepInput } from '../support/variants.ts';
import { claimOf, comparisonOf, expectVerdict, findingsAbout } from '../support/verdicts.ts';

type Twist = NonNullable<PlanInput['scenarios'][string]['twists']>[number];

/** The upgrade in place, with another way back for the night on which the final backup is no good. */
function withFallback(plan: PlanInput): void {
  stepOf(plan, 'go-back', 'restore').else = 'go-back-from-friday';
  plan.states['friday'] = {
    systems: {
      db: { equals: 'friday', checks: ['no-orphans'] },
      docs: { equals: 'friday' },
      app: { release: '10', is: 'running', checks: ['open-for-business'] },
      entry: 'app',
    },
    access: ['staff'],
  };
  const steps: StepInput[] = [
    { id: 'restore', phase: 'restore', restore: ['db', 'docs'], from: 'friday', into: 'empty', repeat: 'safe' },
    { id: 'old-code', phase: 'restore', release: 'app', to: '10', repeat: 'safe' },
    { id: 'analyze', phase: 'restore', sql: 'analyze', in: 'db', repeat: 'safe' },
    { id: 'up', phase: 'restore', start: 'app', jobs: 'held' },
    { id: 'open', phase: 'execute', route: 'entry', to: 'app', after: ['verified'] },
    { id: 'tell-open', message: 'open-again', after: ['open'] },
  ];
  plan.procedures['go-back-from-friday'] = { from: ['go-back'], to: 'friday', steps };
}

function badBackup(plan: PlanInput, defect: string, ...others: Twist[]): void {
  known(plan.scenarios['data-corruption'], 'scenario').twists = [{ id: 'GF-10', in: 'db', defect }, ...others];
}

/** Titles of the bars of one procedure, in the order in which they were carried out. */
function carriedOut(record: DrillRecord, procedure: string): readonly string[] {
  return record.clocks.bars.filter((bar) => bar.procedure === procedure).map((bar) => `${bar.id} ${bar.outcome}`);
}

test('GF-10 a bad backup: the fallback leads to a state of its own, and that is proven', async () => {
  const rehearsed = await rehearse({
    scenario: 'data-corruption',
    edit: (plan) => {
      withFallback(plan);
      badBackup(plan, 'BK-02');
    },
  });
  expectVerdict(rehearsed, {
    exit: 0,
    whole: 'proven',
    claims: { data: 'proven', files: 'proven', function: 'proven', access: 'proven', communication: 'proven' },
  });
  const { record } = rehearsed;
  expect(record.twists).toMatchObject([{ twist: 'GF-10', presence: { shown: true } }]);
  expect(record.fallback).toMatchObject({
    procedure: 'go-back-from-friday',
    to: 'friday',
    insteadOf: 'go-back.restore',
  });
  expect(known(record.fallback?.givenUp[0], 'what is given up')).toMatch(/^db goes back to friday and is older in/);
  expect(comparisonOf(record, 'db', 'at rest')).toMatchObject({
    comparedWith: 'restore point friday',
    verdict: 'equal',
  });
  expect(claimOf(record, 'data').sentence).toMatch(/^db equals the restore point friday: /);
  expect(carriedOut(record, 'go-back').slice(-1)).toEqual(['go-back.restore failed']);
  expect(carriedOut(record, 'go-back-from-friday')).toHaveLength(6);
});

test('GF-10 without a fallback: the rollback breaks off, and the defect is named; GF-11 what could not be crossed is not shown', async () => {
  const rehearsed = await rehearse({
    scenario: 'data-corruption',
    edit: (plan) => {
      stepOf(plan, 'go-live', 'new-code').pointOfNoReturn = 'technical';
      badBackup(plan, 'BK-05', { id: 'GF-11', step: 'new-code' });
    },
  });
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { data: 'failed', function: 'failed' } });
  const { record } = rehearsed;
  expect(record.fallback).toBeNull();
  expect(
    findingsAbout(record, /^GF-10 .*BK-05 A log segment is missing: pg_wal\/[0-9A-F]{24} is not there/),
  ).toHaveLength(1);
  expect(record.twists).toContainEqual(
    expect.objectContaining({
      twist: 'GF-11',
      where: 'go-live.new-code',
      presence: { shown: false, evidence: ['nothing comes before go-live.new-code, so it cannot be crossed early'] },
    }),
  );
  // The user's own backup, and the drill's, are as they were: only a copy was damaged.
  expect(claimOf(record, 'data').sentence).toMatch(/the rollback breaks off at go-back.restore/);
});

test('a fallback that no twist calls for: the first way has failed, and the fallback is shown', async () => {
  const rehearsed = await rehearse({
    scenario: 'data-corruption',
    edit: (plan) => {
      withFallback(plan);
      const restore = stepOf(plan, 'go-back', 'restore');
      for (const key of ['restore', 'from', 'into'] as const) delete restore[key];
      restore.run = ['sh', '-c', 'echo the tape is stuck >&2; exit 3'];
    },
  });
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'failed', files: 'failed', access: 'proven' },
  });
  expect(claimOf(rehearsed.record, 'data').sentence).toMatch(
    /^go-back failed at go-back.restore; go-back-from-friday shows instead: db equals the restore point friday/,
  );
});

/** Nothing in the data changes by it, so it would be welcome on any server that it meets. */
const ANALYZE = `
const pg = require(require.resolve('pg', { paths: [process.env.APP_MODULES] }));
(async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query('analyze');
  await client.end();
})();
`;

/** Forty tickets in two seconds, and a trigger that is red when more than so many wait. */
function flood(plan: PlanInput, above: number): Twist {
  const sql = "select count(*) from activities where body = 'where is my order'";
  plan.triggers = { ...plan.triggers, waiting: { in: 'db', sql, above, every: { live: '1m', drill: '100ms' } } };
  const http = { method: 'POST', path: '/api/notes', json: { text: 'where is my order' } } as const;
  return { id: 'GF-14', in: 'app', users: 'staff', http, count: 40, within: '2s', trigger: 'waiting' };
}

/** A second database beside it, and the statistics refreshed by a command that finds its database by an address. */
function besideAnArchive(plan: PlanInput): void {
  plan.systems['archive'] = { kind: 'postgres', initial: 'empty' };
  const analyze = stepOf(plan, 'go-back', 'analyze');
  delete analyze.sql;
  analyze.run = ['node', '-e', ANALYZE];
  analyze.in = 'app';
}

test('GF-20, GF-13, GF-14, GF-17 the wrong server, an absent sponsor, a flood, no mail: the plan has an answer to each', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      withFallback(plan);
      besideAnArchive(plan);
      stepOf(plan, 'go-back', 'analyze').onlyOn = {
        in: 'db',
        sql: "select value from meta where key = 'schema'",
        is: '10',
      };
      known(plan.scenarios['clean-return'], 'scenario').twists = [
        { id: 'GF-20', step: 'analyze', instead: 'archive' },
        { id: 'GF-20', step: 'restore', instead: 'archive' },
        { id: 'GF-13', role: 'sponsor' },
        { id: 'GF-17', channel: 'mail' },
        flood(plan, 20),
      ];
      for (const message of Object.values(plan.messages ?? {}))
        if (message.channel === 'mail') message.otherwise = 'chat';
    },
  });
  expectVerdict(rehearsed, {
    exit: 0,
    whole: 'proven',
    claims: { data: 'proven', function: 'proven', communication: 'proven', decision: 'not-examined' },
  });
  const { twists, messages } = rehearsed.record;
  expect(rehearsed.record.fallback).toBeNull();
  expect(twists.map(({ where, failed, presence }) => ({ where, failed, shown: presence.shown }))).toEqual(
    ['go-back.analyze', 'go-back.restore', 'sponsor', 'mail', 'app'].map((where) => ({
      where,
      failed: [],
      shown: true,
    })),
  );
  expect(messages.filter((one) => one.message !== 'room-called')).toMatchObject(
    ['going-back', 'open-again'].map((message) => ({
      message,
      channel: 'chat',
      insteadOf: { channel: 'mail', trouble: expect.stringMatching(/421/) },
    })),
  );
  const [asked, compared] = twists.map(({ presence }) => presence.evidence.join());
  expect(asked).toMatch(/^analyze was pointed at archive instead of db and stopped by identity .*meta/);
  expect(compared).toMatch(
    /^restore was pointed at archive instead of db and stopped by identity .*by Rollproof itself/,
  );
});

test('GF-20, GF-13, GF-14, GF-17 a plan without answers: wrong server, nobody decides, a blind trigger, nobody told, each by its claim', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      besideAnArchive(plan);
      known(plan.scenarios['clean-return'], 'scenario').twists = [
        { id: 'GF-20', step: 'analyze', instead: 'archive' },
        { id: 'GF-13', role: 'sponsor' },
        { id: 'GF-17', channel: 'chat' },
        flood(plan, 1_000),
      ];
      plan.decision = { by: 'sponsor' };
      plan.team = { ...plan.team, sponsor: { person: 'Dr. Paul Okafor' } };
    },
  });
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'failed', function: 'proven', communication: 'failed', decision: 'failed', detection: 'failed' },
  });
  expect(claimOf(rehearsed.record, 'decision').sentence).toMatch(/Dr. Paul Okafor/);
  expect(claimOf(rehearsed.record, 'detection').sentence).toBe('GF-14: waiting does not see them waiting.');
  expect(claimOf(rehearsed.record, 'communication').sentence).toMatch(/^room-called did not reach .*status 503/);
  expect(claimOf(rehearsed.record, 'data').sentence).toMatch(
    /^GF-20: analyze was pointed at archive instead of db and acted there/,
  );
  expect(findingsAbout(rehearsed.record, /^GF-20/)).toMatchObject([
    { severity: 'high', next: expect.stringMatching(/onlyOn/) },
  ]);
});
