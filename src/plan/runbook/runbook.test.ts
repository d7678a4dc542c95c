import { describe, expect, it } from 'vitest';
import { editedPlan, loadGood, SAMPLE_PLAN } from '../../../test/support/plans.ts';
import { type Card } from './cards.ts';
import { type Runbook, runbookOf } from './runbook.ts';

const SAMPLE = runbookOf(loadGood(SAMPLE_PLAN), { scenario: 'data-corruption', measured: null });

function cardOf(runbook: Runbook, id: string): Card {
  const card = runbook.procedures.flatMap(({ cards }) => cards).find((one) => one.id === id);
  if (card === undefined) throw new Error(`no card ${id}`);
  return card;
}

describe('runbook', () => {
  it('carries the digest that is drilled, and none of the faults of the scenario', () => {
    expect(SAMPLE.plan.digest).toBe(loadGood(SAMPLE_PLAN).digest);
    expect(JSON.stringify(SAMPLE)).not.toContain('DC-04');
  });

  it('numbers the cards through go-live and way back', () => {
    expect(SAMPLE.procedures.map(({ name, cards }) => [name, cards.map(({ number }) => number)])).toEqual([
      ['go-live', [1, 2, 3, 4, 5, 6]],
      ['go-back', [7, 8, 9, 10, 11, 12]],
    ]);
    expect(cardOf(SAMPLE, 'go-back.open').waitsFor).toEqual([11]);
  });

  it('prints the fallback behind the way back, and the card that calls for it says where', () => {
    const plan = editedPlan(
      ['from: final-backup, into: empty', 'from: final-backup, else: from-friday, into: empty'],
      [
        '\nscenarios:',
        '\n  from-friday:\n    from: [go-back]\n    to: friday\n    steps: [{ id: again, restore: [db, docs], from: friday, repeat: safe, onlyOn: { in: db, sql: select 1, is: 1 } }]\n\nscenarios:',
      ],
      ['states:\n', 'states:\n  friday: { systems: { db: { equals: friday }, docs: { equals: friday } } }\n'],
    );
    const runbook = runbookOf(loadGood(plan), { scenario: 'data-corruption', measured: null });
    expect(runbook.procedures.map(({ use, cards }) => [use, cards[0]?.number])).toEqual([
      ['go-live', 1],
      ['rollback', 7],
      ['fallback', 13],
    ]);
    expect(cardOf(runbook, 'go-back.restore').ifItFails.join(' ')).toContain('go over to from-friday, from card 13 on');
    const again = cardOf(runbook, 'from-friday.again');
    expect(again.latestStartMs).toBeNull();
    expect(again.onlyOn).toEqual({ system: 'db', enter: 'select 1', answer: '1' });
    expect(runbook.decision?.latestCallMs).toBe(SAMPLE.decision?.latestCallMs);
  });

  it('gives the go-live clock times from the window, across midnight where it gets there', () => {
    const iso = (ms: number | undefined): string => new Date(ms ?? 0).toISOString();
    const migrate = cardOf(SAMPLE, 'go-live.migrate');
    expect(iso(migrate.plannedStart?.p50Ms)).toBe('2026-12-04T17:08:20.000Z');
    expect(iso(migrate.plannedStart?.p90Ms)).toBe('2026-12-04T17:12:40.000Z');
    expect(cardOf(SAMPLE, 'go-back.lock').plannedStart).toBeNull();
  });

  it('says the last moment: the way back by p90 before the window closes, and for the go-live also the time to decide', () => {
    const backBy = Date.parse('2026-12-06T20:00+01:00');
    const wayBack = 40_000 + 25 * 60_000 + 10_000 + 30_000 + 5_000;
    expect(SAMPLE.decision?.latestCallMs).toBe(backBy - wayBack);
    expect(cardOf(SAMPLE, 'go-back.open').latestStartMs).toBe(backBy - 5_000);
    expect(cardOf(SAMPLE, 'go-live.up').latestStartMs).toBe(backBy - wayBack - 15 * 60_000 - 20_000);
  });

  it('counts with what a drill measured where the plan says nothing, or less', () => {
    const measured = {
      stepsMs: new Map([
        ['go-back.lock', 10_000],
        ['go-back.restore', 40 * 60_000],
        ['go-back.verified', 5 * 60_000],
      ]),
      rtaMs: 47 * 60_000,
    };
    const backOf = (isWhole: boolean) =>
      runbookOf(loadGood(SAMPLE_PLAN), { scenario: 'clean-return', measured: { ...measured, isWhole } }).procedures[1];
    const p90Ms = 40_000 + 40 * 60_000 + 10_000 + 30_000 + 5 * 60_000 + 5_000;
    expect(backOf(true)).toMatchObject({
      total: { p90Ms },
      unknown: [],
      latestStartMs: Date.parse('2026-12-06T20:00+01:00') - measured.rtaMs,
    });
    // The verification of a small copy, or of another plan, may well take longer on the night.
    expect(backOf(false)).toMatchObject({ total: { p90Ms }, unknown: ['verified'] });
  });

  it('says what to do on the night before what was drilled', () => {
    const runbook = runbookOf(
      loadGood(
        editedPlan([
          'id: final-backup, backup: [db, docs],',
          'id: final-backup, backup: [db, docs], onTheNight: { text: Start the job crm-final., run: [jobs, start, crm final] },',
        ]),
      ),
      { scenario: 'clean-return', measured: null },
    );
    const card = cardOf(runbook, 'go-live.final-backup');
    expect(card.night).toEqual({ text: 'Start the job crm-final.', enter: "jobs start 'crm final'" });
    expect(card.drilled?.text).toContain('Back up db and docs as base-backup and tar');
    expect(cardOf(runbook, 'go-live.freeze').drilled).toBeNull();
  });

  it('names person, deputy and where the deputy is reached, if they hold a role as well', () => {
    const runbook = runbookOf(
      loadGood(
        editedPlan([
          'sponsor: { person: Ines Costa, deputy: Jan Novak }',
          'sponsor: { person: Ines Costa, deputy: Ada Nwosu }',
        ]),
      ),
      { scenario: 'clean-return', measured: null },
    );
    expect(runbook.decision?.by).toEqual({
      role: 'sponsor',
      person: 'Ines Costa',
      contacts: [],
      deputy: { person: 'Ada Nwosu', contacts: ['ext. 4411'] },
    });
    expect(runbook.contacts.map(({ role, decides, cards }) => [role, decides, cards.length])).toEqual([
      ['sponsor', 'first', 0],
      ['dba', 'in their place', 10],
    ]);
  });

  it('verifies what the state says, line by line', () => {
    const { checks } = cardOf(SAMPLE, 'go-back.verified');
    expect(checks.map(({ system, what, expected }) => `${system} ${what}: ${expected}`)).toEqual([
      'db holds exactly what is in the restore point: final-backup',
      'db deals-total: a query on db: as before the go-live',
      'docs holds exactly what is in the restore point: final-backup',
      'app the program: running and release 10',
      'entry leads to: app',
      'app one user of each role of staff logs in; count-deals and add-note: can do what they could before',
      'app without logging in: GET /api/contacts: as before the go-live',
    ]);
  });

  it('says what to do when a step fails: the fallback of the plan, else the way back, else whoever decides', () => {
    const runbook = runbookOf(
      loadGood(
        editedPlan([
          '      - { id: old, phase: restore',
          '      - { id: again, phase: restore, restore: [db], from: friday, after: [restore], when: { failed: restore } }\n      - { id: old, phase: restore',
        ]),
      ),
      { scenario: 'clean-return', measured: null },
    );
    const again = cardOf(runbook, 'go-back.again');
    expect(cardOf(runbook, 'go-back.restore').ifItFails).toContain(`Failed: go on with card ${again.number}.`);
    expect(again.onlyIfFailed).toBe(cardOf(runbook, 'go-back.restore').number);
    expect(cardOf(runbook, 'go-live.migrate').ifItFails.at(-1)).toContain('go-back may begin from here');
    expect(cardOf(runbook, 'go-back.lock').ifItFails.at(-1)).toContain('call whoever decides');
  });
});
