import { describe, expect, test } from 'vitest';
import {
  changed,
  check,
  comparison,
  DIGEST,
  evidenceOf,
  failedBy,
  FROZEN,
  injection,
  type Note,
  note,
  part,
  plus,
  presence,
  remaining,
  type Story,
  sweepOf,
  user,
  without,
} from '../../../test/support/evidence.ts';
import { stepsOf } from '../../../test/support/variants.ts';
import { frozenDigest } from '../../people/roster/decision.ts';
import { NOTHING_SAID, rosterOf } from '../../people/roster/roster.ts';
import type { ClaimName } from '../../plan/schema.ts';
import { readClocks } from '../clocks.ts';
import type { Facts } from '../facts.ts';
import type { Claim, Comparison } from '../record.ts';
import { judgeClaims, requiredClaims } from './claims.ts';

function claimsOf(story: Story = {}): Readonly<Record<string, Claim>> {
  const evidence = evidenceOf(story);
  return Object.fromEntries(judgeClaims(evidence, readClocks(evidence)).map((claim) => [claim.name, claim]));
}

function claimOf(name: ClaimName, story: Story = {}): Claim {
  const claim = claimsOf(story)[name];
  if (claim === undefined) throw new Error(`no claim ${name}`);
  return claim;
}

type Case = readonly [what: string, name: ClaimName, state: Claim['state'], why: RegExp, story: Story];

const S1 = 'data-corruption';
const MEMORY = note('trouble', { what: 'app ran out of memory', blame: 'environment', node: 'app' });
const UNKNOWN = { kind: 'unknown', detail: 'the connection died', blame: 'plan' } as const;
const HARMLESS = ['data', 'files', 'function', 'access'] as const;

/** `why` is looked for in the sentence and in what it rests on. */
function checkCases(cases: readonly Case[]): void {
  for (const [what, name, state, why, story] of cases) {
    test(`${name} ${state}: ${what}`, () => {
      const claim = claimOf(name, story);
      expect([claim.sentence, ...claim.because].join('\n')).toMatch(why);
      expect(claim.state).toBe(state);
      expect(claim.because).not.toContain(claim.sentence);
    });
  }
}

describe('a good drill', () => {
  test.each([
    ['clean-return', ['data', 'files', 'function', 'access']],
    [S1, ['data', 'files', 'function', 'access', 'detection']],
  ] as const)('%s proves what is required and examines nothing else', (scenario, required) => {
    const claims = Object.values(claimsOf({ scenario }));
    const proven = claims.filter((claim) => claim.state === 'proven').map((claim) => claim.name);
    expect(proven).toEqual(required);
    expect(claims.filter((claim) => claim.required).map((claim) => claim.name)).toEqual(required);
    expect(claims.filter((claim) => claim.state === 'not-examined')).toHaveLength(10 - required.length);
  });

  test('says what it was shown on', () => {
    const { data, files, access, function: works } = claimsOf();
    expect(data?.sentence).toBe(
      'db equals the state before the go-live: 1,000 rows in 17 tables and 303 schema objects, compared one by one.',
    );
    expect(files?.sentence).toMatch(/1,000 files/);
    expect(access?.sentence).toMatch(/All 2 users/);
    expect(works?.sentence).toBe('The one check after the rollback passes.');
  });
});

describe('data and files', () => {
  const differs = comparison('db', { parts: [part('public.deals')] });
  const later = comparison('db', { reading: 'second reading', parts: [part('public.deals')] });
  const unnamed = comparison('db', {
    reading: 'second reading',
    parts: [part('public.sessions', { totals: null, changes: [] })],
  });
  checkCases([
    ['a difference at rest', 'data', 'failed', /at rest: public\.deals 1 row changed/, noting('at-rest.db', differs)],
    ['a difference later', 'data', 'failed', /second reading: public\.deals/, noting('second.db', later)],
    ['rows that nobody could name', 'data', 'failed', /sessions differs/, noting('second.db', unnamed)],
    [
      'rows that Rollproof could not name, in a reading in which some are allowed',
      'data',
      'inconclusive',
      /could not be named/,
      { notes: { 'second.db': () => [note('comparison', unnamed), unexplained()] } },
    ],
    [
      'Rollproof cannot explain a difference at rest, where nothing is allowed',
      'data',
      'failed',
      /not as it was/,
      { notes: { 'at-rest.db': () => [note('comparison', differs), unexplained()] } },
    ],
    ['damage that is allowed as a change', 'data', 'failed', /DC-04: id=3/, remains({ keys: ['id=3'] })],
    [
      'damage of which only the first 200 rows are listed',
      'data',
      'inconclusive',
      /not known whether the damage of DC-04 is gone/,
      remains({ complete: false, sentence: 'not known in which rows' }),
    ],
    ['a restore that failed', 'data', 'failed', /go-back\.restore: it broke/, broken('go-back.restore', 'plan')],
    ['a backup that is not there', 'data', 'failed', /restore-start\.db/, broken('restore-start.db', 'backup')],
    ['a restore point that cannot be read', 'data', 'failed', /go-back\.restore/, broken('go-back.restore', 'backup')],
    ['a restore without disk', 'data', 'inconclusive', /go-back\.restore/, broken('go-back.restore', 'environment')],
    ['nobody knows how the restore ended', 'data', 'inconclusive', /the connection died/, ended('go-back.restore')],
    ['equal at rest, then the start failed', 'data', 'inconclusive', /at rest, but the rollback/, broken('go-back.up')],
    ['not read', 'data', 'inconclusive', /not compared/, { notes: { 'at-rest.db': () => [] } }],
    ['not read again', 'data', 'inconclusive', /not read again/, { notes: { 'second.db': () => [] } }],
    [
      'not read again because the first write failed',
      'data',
      'inconclusive',
      /not read again/,
      broken('first-write', 'plan'),
    ],
    [
      'a table that could not be read',
      'data',
      'inconclusive',
      /public\.audit: no right/,
      noting('at-rest.db', unreadable()),
    ],
    ['a store that never differed', 'files', 'not-examined', /never differs/, { notes: { departure: untouched } }],
    ['the plan has no such store', 'files', 'not-examined', /no files/, { edit: withoutDocs }],
    [
      'the target state says nothing about it',
      'files',
      'not-examined',
      /does not say what docs must equal/,
      { edit: (plan) => void (state(plan, 'before').systems['docs'] = { checks: [] }) },
    ],
  ]);

  test('a store that the new state leaves alone on purpose is proven although it never differed', () => {
    const edit: Story['edit'] = (plan) => void (state(plan, 'live').systems['docs'] = { untouched: true });
    const story = (reading?: Comparison): Story => ({
      edit,
      notes: {
        departure: untouched,
        ...(reading === undefined ? {} : { 'read.live.docs': () => [note('comparison', reading)] }),
      },
    });
    expect(claimOf('files', story()).state).toBe('proven');
    const changed = comparison('docs', { reading: 'declared untouched', parts: [part('files')] });
    expect(claimOf('files', story(changed))).toMatchObject({
      state: 'failed',
      sentence: expect.stringMatching(/docs is declared untouched, and the go-live changed it: /),
      because: [expect.stringMatching(/^declared untouched: files/)],
    });
    expect(claimOf('files', { edit, notes: { 'read.live.docs': () => [] } })).toMatchObject({
      state: 'inconclusive',
      sentence: expect.stringMatching(/declared untouched, and that was not shown/),
    });
  });

  test('damage that was shown in it counts as a difference', () => {
    const onlyDamaged: Story = { scenario: S1, notes: { departure: without('departure') } };
    expect(claimOf('data', onlyDamaged).state).toBe('proven');
    expect(claimOf('files', onlyDamaged).state).toBe('not-examined');
  });

  test.each([
    'go-back.lock',
    'go-back.restore',
    'go-back.old',
    'go-back.up',
    'go-back.open',
    'at-rest.db',
    'answers',
    'checks',
    'first-write',
    'watch',
  ])('a rollback that breaks off at %s never gives proven data', (id) => {
    for (const blame of ['plan', 'backup', 'environment', 'rollproof'] as const)
      expect(claimOf('data', { outcomes: { [id]: failedBy(blame) } }).state).not.toBe('proven');
    expect(claimOf('data', ended(id)).state).not.toBe('proven');
  });
});

describe('law 2: no damage seen, no drill', () => {
  const cases: readonly (readonly [string, RegExp, Story])[] = [
    ['a fault that our probe does not see', /fault not present: no row is lost/, absent()],
    ['a fault that fits no table', /fault not present: not applicable/, inapplicable()],
    ['a fault that nobody looked for', /fault not present: nobody looked/, { notes: { inject: without('presence') } }],
    ['nothing injected at all', /fault not present: nothing was injected/, { notes: { inject: () => [] } }],
    [
      'one of two faults is not there',
      /fault not present: no row is lost/,
      {
        notes: { inject: plus(injection({ fault: 'DC-16' }), presence({ shown: false, evidence: 'no row is lost' })) },
      },
    ],
    [
      'one of two faults fits no table',
      /fault not present: no column fits/,
      { notes: { inject: plus(injection({ fault: 'DC-16', applicable: false, description: 'no column fits' })) } },
    ],
  ];
  test.each(cases)('%s', (_what, why, story) => {
    const claims = claimsOf({ scenario: S1, ...story });
    for (const name of [...HARMLESS, 'detection']) expect(claims[name]?.state).toBe('inconclusive');
    expect(claims['data']?.because.join('\n')).toMatch(why);
  });

  test('S0 in which nothing changed', () => {
    const claims = claimsOf({ notes: { departure: changed('departure', (one) => ({ ...one, differs: false })) } });
    for (const name of HARMLESS) expect(claims[name]?.state).toBe('inconclusive');
    expect(claims['data']?.sentence).toMatch(/does not differ/);
  });

  test('but a difference stays a failure, with or without a fault', () => {
    const story = absent();
    const notes = {
      ...story.notes,
      'at-rest.db': () => [note('comparison', comparison('db', { parts: [part('a')] }))],
    };
    expect(claimOf('data', { scenario: S1, ...story, notes }).state).toBe('failed');
  });
});

describe('a drill that does not get to the rollback shows nothing', () => {
  test.each(['provision', 'go-live.migrate', 'live', 'watch-before', 'detect', 'decide'])('%s', (id) => {
    for (const outcome of [failedBy('plan'), failedBy('environment'), UNKNOWN]) {
      const claims = claimsOf({ outcomes: { [id]: outcome } });
      for (const name of HARMLESS) {
        expect(claims[name]).toMatchObject({
          state: 'inconclusive',
          because: [expect.stringContaining(outcome.detail)],
        });
      }
    }
  });
});

describe('function', () => {
  checkCases([
    [
      'a check failed',
      'function',
      'failed',
      /1 of 1 check after the rollback fails: orders.*\norders: expected is 1, found 0/s,
      { notes: { checks: () => [check('orders', 'verify', { outcome: 'failed', actual: '0' })] } },
    ],
    [
      'a check that could not be asked',
      'function',
      'inconclusive',
      /orders: no such column/,
      { notes: { checks: () => [check('orders', 'verify', { outcome: 'unknown', actual: 'no such column' })] } },
    ],
    [
      'the program ended in the quiet time',
      'function',
      'failed',
      /app still runs/,
      { notes: { watch: () => [check('app still runs', 'watch', { outcome: 'failed' })] } },
    ],
    [
      'the first write does not arrive',
      'function',
      'failed',
      /does not arrive.*\nada wrote/s,
      { notes: { 'first-write': changed('first-write', (one) => ({ ...one, found: false })) } },
    ],
    ['the route could not be switched', 'function', 'failed', /go-back\.open/, broken('go-back.open')],
    ['there is nobody who could write', 'function', 'failed', /first-write: it broke/, broken('first-write')],
    ['jobs cannot be released', 'function', 'failed', /release-jobs\.app/, broken('release-jobs.app')],
    ['our own request breaks', 'function', 'inconclusive', /first-write/, broken('first-write', 'rollproof')],
    ['a gating check whose end nobody knows', 'function', 'inconclusive', /connection died/, ended('go-back.old')],
    [
      'the drill ended before the first write',
      'function',
      'inconclusive',
      /ended before/,
      { skipped: ['first-write'] },
    ],
    ['no checks', 'function', 'not-examined', /names no checks/, { notes: { checks: () => [] } }],
  ]);
});

describe('access', () => {
  const lost = user('ada', { changes: ['add-note lost: status 403'] });
  const open = { path: '/api/contacts', before: 'refused 401', after: 'answers 200', changed: true };
  const unsure = { path: '/api/contacts', before: 'refused 401', after: 'unknown: no answer', changed: false };
  const nobody = user('ada', { before: { 'log in': { outcome: 'cannot', note: 'status 403' } } });
  checkCases([
    [
      'one lost a right',
      'access',
      'failed',
      /1 of 2 users.*\nada \(seller\): add-note/s,
      swept({ users: [lost, user('b')] }),
    ],
    ['open to strangers', 'access', 'failed', /^\/api\/contacts answers strangers/, swept({ anonymous: [open] })],
    ['a probe without an answer', 'access', 'inconclusive', /1 answer is unknown/, swept({ anonymous: [unsure] })],
    [
      'an ability without an answer',
      'access',
      'inconclusive',
      /ada log in: no answer/,
      swept({ users: [user('ada', { after: { 'log in': { outcome: 'unknown', note: 'no answer' } } }), user('b')] }),
    ],
    ['nobody tried', 'access', 'inconclusive', /No user of staff/, { notes: { 'sweep.after.staff': () => [] } }],
    ['no users in the group', 'access', 'inconclusive', /no user in staff/, swept({ users: [] })],
    ['nobody could log in before', 'access', 'inconclusive', /could do anything before/, swept({ users: [nobody] })],
    ['the rollback broke off behind the sweep', 'access', 'inconclusive', /go-back\.up/, broken('go-back.up')],
    [
      'the target state names nobody',
      'access',
      'not-examined',
      /names no users/,
      { edit: (plan) => void (state(plan, 'before').access = []) },
    ],
  ]);
});

describe('detection', () => {
  const referee = changed('detection', (one) => ({ ...one, by: 'referee', name: 'referee' }));
  const colour = (to: 'red' | 'unknown') => changed('trigger-reading', (one) => ({ ...one, colour: to, value: 'x' }));
  checkCases([
    ['a trigger', 'detection', 'proven', /trigger orphans notices.*2 readings/, { scenario: S1 }],
    ['nothing noticed', 'detection', 'failed', /referee had to call/, { scenario: S1, notes: { detect: referee } }],
    [
      'a trigger was red before the damage',
      'detection',
      'failed',
      /orphans was red before/,
      { scenario: S1, notes: { 'detect': referee, 'watch-before': colour('red') } },
    ],
    [
      'a trigger could not be read',
      'detection',
      'inconclusive',
      /orphans: x/,
      { scenario: S1, notes: { 'detect': referee, 'watch-before': colour('unknown') } },
    ],
    [
      'a trigger that only watches could not be read',
      'detection',
      'failed',
      /referee had to call/,
      {
        scenario: S1,
        edit: (plan) => void Object.assign(plan.triggers?.['orphans'] ?? {}, { class: 'watch' }),
        notes: { 'detect': referee, 'watch-before': colour('unknown') },
      },
    ],
    [
      'a live check could not be asked',
      'detection',
      'inconclusive',
      /works: no answer/,
      {
        scenario: S1,
        notes: { detect: referee, live: () => [check('works', 'live', { outcome: 'unknown', actual: 'no answer' })] },
      },
    ],
    [
      'the truth was opened too early',
      'detection',
      'inconclusive',
      /opened before the evaluation/,
      { scenario: S1, notes: { evaluate: changed('truth-opened', (one) => ({ ...one, earlyOpenings: 1 })) } },
    ],
    ['a false alarm', 'detection', 'failed', /False alarm: orphans/, { notes: { detect: falseAlarm() } }],
    [
      'red before anything in S0',
      'detection',
      'failed',
      /False alarm: orphans/,
      { notes: { 'watch-before': colour('red') } },
    ],
    ['S0', 'detection', 'not-examined', /nothing to detect/, {}],
    ['a rollback that failed', 'detection', 'proven', /notices/, { scenario: S1, ...broken('go-back.restore') }],
    ['it was decided to stay', 'detection', 'proven', /notices/, { scenario: S1, ...broken('decide') }],
  ]);
});

describe('decision, loss, time', () => {
  const written = comparison('db', { reading: 'between seal and first change', parts: [part('public.deals')] });
  const gone = note('ledger', { store: 'db', part: 'activities', key: 'id=5', why: 'acknowledged', found: false });
  const limit =
    (value: string): Story['edit'] =>
    (plan) =>
      void (plan.objectives = { rto: { limit: value } });
  type Notes = readonly Note[];
  const both =
    (...changes: readonly ((usual: Notes) => Notes)[]) =>
    (usual: Notes): Notes =>
      changes.reduce((notes, change) => change(notes), usual);
  const inPerson = (by: string, how: 'person' | 'script' = 'person'): ((usual: Notes) => Notes) =>
    changed('decision', (one) => ({ ...one, by, role: by === 'Ines Costa' ? 'sponsor' : null, how }));
  const absent = (...names: readonly string[]): ((usual: Notes) => Notes) =>
    changed('roster', ({ roles }) => rosterOf(roles, { ...NOTHING_SAID, absent: new Set(names) }));
  const AWAY = 'the sponsor is away';
  const calledBy = (by: string, how: 'person' | 'script' | typeof AWAY = 'person'): Story => ({
    notes: {
      decide: inPerson(by, how === 'script' ? 'script' : 'person'),
      ...(how === AWAY ? { provision: absent('Ines Costa') } : {}),
    },
  });
  /** The facts are frozen in `detect` here, so that the time until the call is that of `decide`. */
  const late = (ms: number): Story => ({
    takes: { decide: ms / 0.9 },
    notes: {
      detect: plus(note('facts-frozen', { ...FROZEN, digest: frozenDigest(FROZEN) })),
      decide: both(inPerson('Ines Costa'), without('facts-frozen')),
    },
  });
  checkCases([
    ['nobody decided', 'decision', 'not-examined', /unattended policy/, {}],
    ['not reached', 'decision', 'not-examined', /did not get to/, broken('detect')],
    [
      'another choice',
      'decision',
      'failed',
      /chose fix-forward/,
      { notes: { decide: changed('decision', (one) => ({ ...one, choice: 'fix-forward' })) } },
    ],
    [
      'the decider in person',
      'decision',
      'proven',
      /Ines Costa \(sponsor\) called it as sponsor/,
      calledBy('Ines Costa'),
    ],
    ['somebody else', 'decision', 'failed', /Tom Weber.* called it, but only Ines Costa/, calledBy('Tom Weber')],
    ['the deputy, and nobody said more', 'decision', 'inconclusive', /nobody said whether/, calledBy('Ada Nwosu')],
    ['the deputy of somebody absent', 'decision', 'proven', /in place of Ines Costa/, calledBy('Ada Nwosu', AWAY)],
    ['somebody absent', 'decision', 'failed', /Ines Costa \(sponsor\) is absent/, calledBy('Ines Costa', AWAY)],
    [
      'nobody who may call it, by the policy',
      'decision',
      'failed',
      /Ines Costa \(sponsor\) is absent, and so is Ada Nwosu/,
      { notes: { provision: absent('Ines Costa', 'Ada Nwosu') } },
    ],
    ['too late', 'decision', 'failed', /took 16 min.*allows 15 min/, late(16 * 60_000)],
    ['an answer written before', 'decision', 'inconclusive', /in time is not shown/, calledBy('Ines Costa', 'script')],
    [
      'on other facts',
      'decision',
      'inconclusive',
      /facts that were frozen/,
      {
        notes: {
          decide: both(
            inPerson('Ines Costa'),
            changed('decision', (one) => ({ ...one, factsDigest: 'x' })),
          ),
        },
      },
    ],
    ['no work recorded', 'loss', 'not-examined', /No work/, {}],
    ['a foreign write after the seal', 'loss', 'failed', /Somebody writes to db/, noting('gap.db', written)],
    ['an acknowledged write is gone', 'loss', 'failed', /activities id=5/, { notes: { 'second.db': plus(gone) } }],
    ['slower than the limit', 'time', 'failed', /Too slow: 1.1 s of 100 ms/, { edit: limit('100ms') }],
    ['no limit', 'time', 'not-examined', /in time/, { edit: (plan) => void (plan.objectives = {}) }],
  ]);

  const machine = (story: Story): unknown => claimOf('time', story).parts[0];
  test('time is proven for the machines only, and only at 80 % of production, with its settings', () => {
    expect(machine({})).toMatchObject({ state: 'proven', sentence: expect.stringMatching(/100 % of production/) });
    expect(machine({ productionBytes: 1_250_000 })).toMatchObject({ state: 'proven' });
    expect(machine({ productionBytes: 1_270_000 })).toMatchObject({
      state: 'not-examined',
      sentence: expect.stringMatching(/forecast/),
    });
    expect(machine({ profile: 'fast' })).toMatchObject({
      state: 'not-examined',
      sentence: expect.stringMatching(/fast/),
    });
    expect(machine({ productionBytes: null })).toMatchObject({ state: 'not-examined' });
    expect(machine({ productionBytes: 0 })).toMatchObject({ state: 'not-examined' });
    expect(machine(broken('first-write'))).toMatchObject({ state: 'not-examined' });
  });

  test('law 9: the whole is never proven while nobody measured the people', () => {
    expect(claimOf('time')).toMatchObject({
      state: 'not-examined',
      parts: [{}, { name: 'people part', state: 'not-examined' }],
    });
  });

  test('a rollback that is too slow leaves the data proven', () => {
    expect(claimOf('data', { edit: limit('100ms') }).state).toBe('proven');
  });
});

describe('required claims', () => {
  const required = (story: Story): readonly string[] => [...requiredClaims(evidenceOf(story))];
  test('by kind', () => {
    expect(required({})).toEqual(['data', 'files', 'function', 'access']);
    expect(required({ scenario: S1 })).toEqual(['data', 'files', 'function', 'access', 'detection']);
    expect(required({ edit: withoutDocs })).toEqual(['data', 'function', 'access']);
  });
  test('`requires` only adds', () => {
    const edit: Story['edit'] = (plan) => {
      const scenario = plan.scenarios['clean-return'];
      if (scenario !== undefined) scenario.requires = ['time', 'data'];
    };
    expect(required({ edit })).toEqual(['data', 'files', 'function', 'access', 'time']);
  });
});

describe('law 12: what the machine did is not the plan’s failure', () => {
  test('out of memory makes inconclusive what is found out from then on', () => {
    const failing = check('app is running', 'verify', { outcome: 'failed' });
    const claims = claimsOf({ notes: { checks: () => [MEMORY, failing] } });
    expect(claims['function']).toMatchObject({
      state: 'inconclusive',
      sentence: 'Nothing is shown: app ran out of memory.',
    });
    expect(claims['data']?.state).toBe('inconclusive');
    expect(claims['time']?.parts[0]?.state).toBe('inconclusive');
  });

  test('but not what had failed or was proven before', () => {
    const story: Story = {
      scenario: S1,
      notes: {
        'checks': plus(MEMORY),
        'at-rest.db': () => [note('comparison', comparison('db', { parts: [part('a')] }))],
      },
    };
    const claims = claimsOf(story);
    expect(claims['data']?.state).toBe('failed');
    expect(claims['detection']?.state).toBe('proven');
  });

  test('what Rollproof could not explain hides no failure and no proof', () => {
    const claims = claimsOf({
      notes: { 'at-rest.db': () => [note('comparison', comparison('db', { parts: [part('a')] })), unexplained()] },
    });
    expect(claims['data']?.state).toBe('failed');
    expect(claims['files']?.state).toBe('proven');
  });

  test('twins that could not be removed change nothing', () => {
    const claims = claimsOf(broken('drop-twins.after', 'rollproof'));
    for (const name of HARMLESS) expect(claims[name]?.state).toBe('proven');
  });

  test('a sweep that could not be made leaves the data alone', () => {
    const claims = claimsOf(broken('sweep.after.staff', 'rollproof'));
    expect(claims['access']?.state).toBe('inconclusive');
    expect(claims['data']?.state).not.toBe('failed');
  });
});

test('a part of a plan gives no verdict, not even a bad one', () => {
  const claims = claimsOf({
    partial: true,
    notes: noting('at-rest.db', comparison('db', { parts: [part('a')] })).notes ?? {},
  });
  for (const name of HARMLESS) {
    expect(claims[name]).toMatchObject({
      state: 'inconclusive',
      sentence: expect.stringMatching(/only a part of the plan was run/),
    });
  }
  expect(Object.values(claims).filter((claim) => claim.state === 'failed' || claim.state === 'proven')).toEqual([]);
});

test('a step skipped by hand has not broken the rollback off', () => {
  expect(claimOf('data', { byHand: { 'go-back.old': 'done before' } }).state).toBe('proven');
});

function noting(id: string, facts: ReturnType<typeof comparison>): Story {
  return { notes: { [id]: () => [note('comparison', facts)] } };
}

function broken(id: string, blame: 'plan' | 'backup' | 'environment' | 'rollproof' = 'plan'): Story {
  return { outcomes: { [id]: failedBy(blame) } };
}

function ended(id: string): Story {
  return { outcomes: { [id]: UNKNOWN } };
}

function unexplained(): ReturnType<typeof note> {
  return note('trouble', { what: 'the rows of db could not be named', blame: 'rollproof', node: 'db' });
}

function unreadable(): ReturnType<typeof comparison> {
  const usual = comparison('db', { verdict: 'incomplete' });
  return { ...usual, difference: { ...usual.difference, unread: [{ what: 'public.audit', why: 'no right' }] } };
}

function remains(facts: Parameters<typeof remaining>[0]): Story {
  return { scenario: S1, notes: { evaluate: () => [remaining(facts)] } };
}

function absent(): Story {
  return { notes: { inject: changed('presence', (one) => ({ ...one, shown: false, evidence: 'no row is lost' })) } };
}

function inapplicable(): Story {
  return { notes: { inject: () => [injection({ applicable: false, description: 'not applicable: no column fits' })] } };
}

function swept(facts: Parameters<typeof sweepOf>[1]): Story {
  return { notes: { 'sweep.after.staff': () => [note('sweep', sweepOf('staff', facts))] } };
}

function falseAlarm(): ReturnType<typeof changed> {
  return changed('detection', (one) => ({ ...one, by: 'trigger', name: 'orphans', falseAlarm: true }));
}

const untouched = changed('departure', (one) => ({ ...one, differs: one.store !== 'docs' && one.differs }));

type PlanInput = Parameters<NonNullable<Story['edit']>>[0];

function state(plan: PlanInput, name: string): PlanInput['states'][string] {
  const found = plan.states[name];
  if (found === undefined) throw new Error(`no state ${name}`);
  return found;
}

function withoutDocs(plan: PlanInput): void {
  delete plan.systems['docs'];
  for (const one of Object.values(plan.states)) delete one.systems['docs'];
  for (const procedure of Object.values(plan.procedures))
    for (const step of procedure.steps) {
      if (step.backup !== undefined) step.backup = ['db'];
      if (step.restore !== undefined) step.restore = ['db'];
      if (step.formats !== undefined) step.formats = ['base-backup'];
    }
  const app = plan.systems['app'];
  if (app?.kind === 'service') app.uses = { DATABASE_URL: 'db' };
}

describe('communication', () => {
  const delivery = (to: string, facts: Partial<Facts['message']['deliveries'][number]> = {}) =>
    ({
      to,
      trouble: null,
      copies: 1,
      marked: true,
      digest: DIGEST,
      deliveredMs: 6_000,
      link: 'works',
      acknowledgedMs: 6_100,
      ...facts,
    }) as const;
  const sent = (facts: Partial<Facts['message']> = {}) =>
    note('message', {
      message: 'told',
      template: 'C5',
      kind: 'success',
      subject: 'EXERCISE: open',
      channel: 'mail',
      over: 'smtp',
      audience: 'desk',
      people: 2,
      gate: 'verified',
      gateAtMs: 5_900,
      withinMs: 600_000,
      heldBack: null,
      beganMs: 5_950,
      acknowledge: true,
      readBy: 'drill',
      deliveries: [delivery('ada@example.com'), delivery('bob@example.com')],
      strangers: [],
      ...facts,
    });
  const story = (facts: Partial<Facts['message']> = {}, more: Story = {}): Story => ({
    edit: (plan) => {
      plan.audiences = { desk: { addresses: ['ada@example.com', 'bob@example.com'] } };
      plan.channels = { mail: { kind: 'smtp' } };
      const fields = { legacy: 'old', new: 'new', address: 'here', phone: '1' };
      plan.messages = { told: { template: 'C5', audience: 'desk', channel: 'mail', fields } };
      stepsOf(plan, 'go-back').push({ id: 'tell', message: 'told', after: ['open'] });
    },
    notes: { 'go-back.tell': plus(sent(facts), { topic: 'instant', facts: { name: 't7', note: 'assumed' } }) },
    ...more,
  });
  const heldBack = { why: 'not-verified', sentence: 'not everything held' } as const;

  checkCases([
    ['without messages', 'communication', 'not-examined', /sends no messages/, {}],
    ['told once each', 'communication', 'proven', /1 message reached 2 recipients .* assumed/s, story()],
    [
      'one lost',
      'communication',
      'failed',
      /told did not reach 1 of 2: bob@example.com/,
      story({ deliveries: [delivery('ada@example.com'), delivery('bob@example.com', { copies: 0 })] }),
    ],
    [
      'too early',
      'communication',
      'failed',
      /before `verified`/,
      story({ heldBack: { why: 'too-early', sentence: 'no' }, deliveries: [] }),
    ],
    ['rightly held back', 'communication', 'inconclusive', /rightly held back/, story({ heldBack, deliveries: [] })],
    ['not reached', 'communication', 'inconclusive', /not sent: told/, story({}, { skipped: ['go-back.tell'] })],
    [
      'nothing to undo',
      'communication',
      'inconclusive',
      /does not differ/,
      story(
        {},
        {
          notes: {
            'departure': changed('departure', (one) => ({ ...one, differs: false })),
            'go-back.tell': plus(sent()),
          },
        },
      ),
    ],
  ]);

  test('t7 is assumed, and the clock has two figures', () => {
    const clocks = readClocks(evidenceOf(story()));
    expect(clocks.instants.at(-1)).toMatchObject({ name: 't7', assumed: true });
    expect(clocks.communicate).toMatchObject({ openAgainAssumed: true, openAgainMs: expect.any(Number) });
    expect(clocks.spans.at(-1)).toMatchObject({ clock: 'communicate', state: 'assumed' });
    expect(readClocks(evidenceOf()).communicate).toEqual({
      firstMessageMs: null,
      openAgainMs: null,
      openAgainAssumed: false,
    });
  });
});
