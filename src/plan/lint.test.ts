import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Edit, editedPlan, lintOf, SAMPLE_PLAN, WORK } from '../../test/support/plans.ts';
import { literalAddress } from './lint/addresses.ts';
import { LINT_RULE_IDS, type LintRuleId } from './lint/rule-ids.ts';
import { LINT_RULES, UNUSED_WAIVER } from './lint/rules.ts';
import { formatLint } from './lint.ts';

function idsAfter(...edits: readonly Edit[]): readonly string[] {
  return lintOf(editedPlan(...edits)).findings.map((finding) => finding.id);
}

const DUMP: Edit = ['formats: [base-backup, tar]', 'formats: [pg_dump, tar]'];
const OLD_STEP =
  "      - { id: old, phase: restore, owner: dba, deputy: sponsor, release: app, to: '10', repeat: safe, expected: { p50: 5s, p90: 10s } }\n";
const step = (text: string): Edit => [
  OLD_STEP,
  `${OLD_STEP}      - { owner: dba, expected: { p50: 1s, p90: 1s }, ${text} }\n`,
];
const finalStep = (text: string): Edit => [
  '\nscenarios:',
  `\n      - { owner: dba, expected: { p50: 1s, p90: 1s }, ${text} }\n\nscenarios:`,
];

/** A flow that only a partial rollback stops. */
const WITH_FLOW: readonly Edit[] = [
  [
    'states:\n',
    `flows:
  push:
    from: app
    to: docs
    principal: { in: db, role: push_user }
    start: { in: app, run: [push, start] }
    stop: { in: app, run: [push, stop] }
    armed: migrated
    schedule: { live: 1h, drill: 1s }
states:
`,
  ],
  ['kind: S1\n', 'kind: S2\n'],
  ['access: [staff]\n  live:', 'flows: { push: stopped }\n    access: [staff]\n  live:'],
];
const TELLING: Edit = ['schedule: { live: 1h', 'tell: told\n    schedule: { live: 1h'];
const KEPT: Edit = ['schedule: { live: 1h', 'changes: { become: kept }\n    schedule: { live: 1h'];
const OFF = 'id: off, flow: push, to: stopped';

const WORKING: Edit = ['kind: S0, at: live', 'kind: S0, workload: [office-day], at: live'];
const OPEN_AGAIN: Edit = [
  'states:\n',
  `audiences: { desk: { addresses: [desk@example.com] } }
channels: { mail: { kind: smtp } }
messages: { told: { template: C5, audience: desk, channel: mail, fields: { legacy: old, new: new, address: here, phone: '1' } } }
states:
`,
];

/** Another way back, from the restore point before the go-live. */
const FALLBACK: readonly Edit[] = [
  ['from: final-backup, into: empty', 'from: final-backup, else: from-friday, into: empty'],
  [
    '\nscenarios:',
    `
  from-friday:
    from: [go-back]
    to: friday
    steps:
      - { id: again, phase: restore, owner: dba, restore: [db, docs], from: friday, repeat: safe, expected: { p50: 1s, p90: 1s } }

scenarios:`,
  ],
  ['states:\n', 'states:\n  friday: { systems: { db: { equals: friday }, docs: { equals: friday } } }\n'],
];

/** Edits of the sample after which a rule must speak. On the sample itself every rule is silent. */
const FIRING: Readonly<Record<LintRuleId, readonly (readonly Edit[])[]>> = {
  'PL-01': [
    [['id: old, phase', 'id: old, after: [up], phase']],
    [['id: lock, phase', 'id: lock, after: [lock], phase']],
  ],
  'PL-02': [
    [step('id: rescue, stop: app, after: [old], when: { failed: restore }')],
    [step('id: rescue, stop: app, after: [lock], when: { failed: restore }')],
  ],
  'PL-03': [
    [['states:\n', 'states:\n  limbo: { systems: {} }\n']],
    [
      ['states:\n', 'states:\n  limbo: { systems: {} }\n'],
      ['from: [live, go-live]', 'from: [live, go-live, limbo]'],
    ],
  ],
  'PL-04': [
    [
      ['      db: { checks: [migrated, deals-total] }\n', ''],
      ["app: { release: '11', is: running, checks: [answers] }", 'app: { is: running }'],
      ['      entry: app\n    access: [staff]\n\nchecks', '      entry: app\n\nchecks'],
    ],
  ],
  'PL-05': [
    [['run: [node, migrate.js]', 'run: [node, migrate.js, "postgres://crm@db1/crm"]']],
    [step('id: psql, run: [psql, -h, db1, -c, analyze], repeat: safe, in: app')],
    [step('id: point, repeat: safe, in: db, sql: "update settings set url = \'https://crm.example.com\'"')],
    [['uses: { DATABASE_URL: db', 'env: { SEARCH: "search.internal:9200" }\n    uses: { DATABASE_URL: db']],
  ],
  'PL-06': [[['from: final-backup, into', 'from: friday, into']]],
  'PL-07': [[["to: '10', repeat: safe", "to: '10'"]]],
  'PL-08': [[['limit: 45m', 'limit: 20m']]],
  'PL-09': [
    [['    above: 0\n', '']],
    [['above: 0\n', 'above: 5\n    below: 6\n']],
    [['drill: 1s', 'drill: 11s']],
    [['drill: 1s', 'drill: 0s']],
  ],
  'PL-10': [[DUMP], [DUMP, finalStep('id: late, run: [vacuumdb, --analyze-only], repeat: safe, in: app')]],
  'PL-11': [
    [['{ id: lock, phase: execute, owner: dba, deputy: sponsor', '{ id: lock, phase: execute']],
    [['decision: { by: sponsor, deputy: dba, within: 15m }\n', '']],
    [['person: Ines Costa, deputy', 'deputy']],
  ],
  'PL-12': [
    [
      ['person: Ada Nwosu, deputy: Tom Weber', 'person: Ada Nwosu'],
      ['{ id: lock, phase: execute, owner: dba, deputy: sponsor', '{ id: lock, phase: execute, owner: dba'],
    ],
    [
      ['by: sponsor, deputy: dba', 'by: sponsor'],
      [', deputy: Jan Novak', ''],
    ],
  ],
  'PL-13': [[['start: app, jobs: held, expected: { p50: 10s, p90: 30s }', 'start: app, jobs: held']]],
  'PL-14': [[['    anonymous: [/api/contacts]\n', '']]],
  'PL-15': [
    [
      [
        "        run: [node, app.js]\n        expects: { in: db, sql: 'select version from meta', is: 11 }\n",
        '        run: [node, app.js]\n',
      ],
    ],
  ],
  'PL-16': [
    [
      ['backup: [db, docs]', 'backup: [db]'],
      ['restore: [db, docs]', 'restore: [db]'],
    ],
  ],
  'PL-17': [
    [
      ['to: [app]', 'to: [app, new-app]'],
      ['  entry: { kind', '  new-app: { kind: service, ready: { http: / }, releases: {} }\n  entry: { kind'],
      ['checks: [answers] }\n      entry: app', 'checks: [answers] }\n      entry: new-app'],
      [/ {6}- \{ id: open.*\n/.exec(SAMPLE_PLAN)?.[0] ?? '', ''],
    ],
  ],
  'PL-18': [
    [['scenarios:\n', 'waivers: [{ rule: PL-05, why: we know }]\nscenarios:\n']],
    [
      ['limit: 45m', 'limit: 20m'],
      ['scenarios:\n', 'waivers: [{ rule: PL-08, at: procedures.go-live, why: we know }]\nscenarios:\n'],
    ],
  ],
  'PL-19': [[['restore: [db, docs]', 'restore: [db]']]],
  'PL-20': [[[OLD_STEP, '']]],
  'PL-21': [[['into: empty, repeat: safe', 'into: empty, repeat: ask, retry: { times: 2 }']]],
  'PL-22': [[['to: app, after: [verified]', 'to: app']]],
  'PL-23': [
    [finalStep('id: late, sql: delete from jobs, in: db, repeat: safe')],
    [finalStep('id: late, restore: [docs], from: final-backup, repeat: safe')],
  ],
  'PL-24': [[['start: app, jobs: held', 'start: app']], [['start: app, jobs: held', 'start: app, jobs: running']]],
  'PL-25': [[['into: empty', 'into: over']]],
  'PL-26': [[['checks:\n  migrated', "checks:\n  idle: { in: db, sql: 'select 1', is: 1 }\n  migrated"]]],
  'PL-27': [[['objectives: { rto: { limit: 45m } }\n', '']]],
  'PL-28': [
    [WORK, WORKING],
    [[WORK[0], `${WORK[1]}    waive: { by: sponsor, why: signed, upTo: 9 }\n`], WORKING],
  ],
  'PL-29': [
    [OPEN_AGAIN, step('id: tell, message: told')],
    [
      [OPEN_AGAIN[0], OPEN_AGAIN[1].replace('fields:', 'after: decided, fields:')],
      finalStep('id: tell, message: told, after: [open]'),
    ],
  ],
  'PL-30': [[OPEN_AGAIN]],
  'PL-31': [
    [['above: 0\n', 'above: 0\n    within: 1\n']],
    [['above: 0\n', 'below: 0\n']],
    [
      [/ {4}sql: .*\n {4}above: 0\n/.exec(SAMPLE_PLAN)?.[0] ?? '', '    sql: select 1\n    above: 0\n'],
      ['live: 5m', 'live: 30d'],
    ],
  ],
  'PL-32': [
    [['dba: { person: Ada Nwosu', 'dba: { person: Ines Costa']],
    [['within: 15m }', 'within: 15m, choose: [fix-forward, go-live] }']],
    [['within: 15m }', 'within: 15m, choose: [go-back] }']],
    [
      ['within: 15m }', 'within: 15m, rule: { fixP90: longer-than-time-left } }'],
      ['window: { opens: 2026-12-04T18:00+01:00, backBy: 2026-12-06T20:00+01:00 }\n', ''],
    ],
  ],
  'PL-33': [[['kind: S1\n    at: live', 'kind: S1\n    at: { during: go-live, step: freeze }']]],
  'PL-35': [[...FALLBACK, ['id: up, phase', 'id: up, else: from-friday, phase']]],
  'PL-36': [[...FALLBACK, ['restore: [db, docs], from: friday', 'restore: [db, docs], from: final-backup']]],
  'PL-38': [WITH_FLOW],
  'PL-39': [
    [...WITH_FLOW, OPEN_AGAIN, TELLING, step(OFF)],
    // Told first, stopped then.
    [
      ...WITH_FLOW,
      OPEN_AGAIN,
      TELLING,
      finalStep('id: tell, message: told, after: [open]'),
      finalStep(`${OFF}, after: [tell]`),
    ],
  ],
};

describe('lint', () => {
  test('the sample has no finding, so each rule has its silent example', () => {
    expect(lintOf(SAMPLE_PLAN)).toEqual({ findings: [], waived: [], caps: [] });
  });

  test.each(LINT_RULE_IDS.flatMap((id) => FIRING[id].map((edits, index) => ({ id, edits, index }))))(
    '$id speaks ($index)',
    ({ id, edits }) => {
      expect(idsAfter(...edits)).toContain(id);
    },
  );

  const SILENT: readonly (readonly [LintRuleId, string, readonly Edit[]])[] = [
    [
      'PL-02',
      'a rescue that waits for what failed',
      [step('id: rescue, stop: app, after: [restore], when: { failed: restore }')],
    ],
    [
      'PL-06',
      'a fallback that leads to a state of its own',
      [
        [
          '\nscenarios:',
          '\n  back-to-friday:\n    from: [go-back]\n    to: friday-state\n    steps: [{ id: a, restore: [db, docs], from: friday, repeat: safe }]\n\nscenarios:',
        ],
        ['states:\n', 'states:\n  friday-state: { systems: { db: { equals: friday }, docs: { equals: friday } } }\n'],
      ],
    ],
    [
      'PL-07',
      'a destructive step that is declared harmless',
      [["to: '10', repeat: safe", "to: '10', destructive: false"]],
    ],
    ['PL-29', 'success told after it opened', [OPEN_AGAIN, finalStep('id: tell, message: told, after: [open]')]],
    ['PL-30', 'a message that a step sends', [OPEN_AGAIN, finalStep('id: tell, message: told, after: [open]')]],
    ['PL-31', 'two of three readings', [['above: 0\n', 'above: 0\n    within: 3\n']]],
    ['PL-09', 'a band', [['above: 0\n', 'above: 5\n    below: 2\n']]],
    ['PL-10', 'statistics refreshed in time', [DUMP, step('id: statistics, sql: analyze, in: db, repeat: safe')]],
    ['PL-12', 'a role whose deputy is a person', [['owner: dba, deputy: sponsor, stop', 'owner: dba, stop']]],
    [
      'PL-19',
      'a store that the go-live leaves alone',
      [
        ['restore: [db, docs]', 'restore: [db]'],
        ['docs: { checks: [] }', 'docs: { untouched: true }'],
      ],
    ],
    [
      'PL-21',
      'a retry of what is safe',
      [['into: empty, repeat: safe', 'into: empty, repeat: safe, retry: { times: 2 }']],
    ],
    [
      'PL-28',
      'work that somebody signs for',
      [[WORK[0], `${WORK[1]}    waive: { by: sponsor, why: signed, upTo: 40 }\n`], WORKING],
    ],
    ['PL-28', 'work in no scenario', [WORK]],
    ['PL-38', 'a flow whose changes are kept', [...WITH_FLOW, KEPT]],
    ['PL-38', 'a flow that goes back with everything else', [...WITH_FLOW, ['kind: S2\n', 'kind: S1\n']]],
    [
      'PL-39',
      'the other side told behind the stop',
      [...WITH_FLOW, OPEN_AGAIN, TELLING, step(OFF), finalStep('id: tell, message: told, after: [open, off]')],
    ],
    ['PL-24', 'a start after verification', [finalStep('id: late, start: app')]],
  ];
  test.each(SILENT)('%s is silent: %s', (id, _, edits) => {
    expect(idsAfter(...edits)).not.toContain(id);
  });

  test('a finding says where, what and what instead, and points at its help page', () => {
    const text = editedPlan(['from: final-backup, into', 'from: friday, into']);
    const finding = lintOf(text).findings.find((one) => one.id === 'PL-06');
    const line = text.split('\n').findIndex((one) => one.includes('from: friday')) + 1;
    expect(finding).toMatchObject({
      severity: 'error',
      at: 'procedures.go-back.steps.restore.from',
      line,
      help: 'docs/lint/PL-06.md',
      capsConfidence: true,
    });
    expect(finding?.message).toBe(
      'the step `restore` restores `db` from `friday`, which is older; the state `before` equals `final-backup`',
    );
  });

  test('a waiver moves a finding, with its reason, and lifts its cap', () => {
    const broken: Edit = ['limit: 45m', 'limit: 20m'];
    expect(lintOf(editedPlan(broken)).caps).toHaveLength(1);
    const report = lintOf(
      editedPlan(broken, [
        'scenarios:\n',
        'waivers: [{ rule: PL-08, at: procedures.go-back, why: agreed with the sponsor }]\nscenarios:\n',
      ]),
    );
    expect(report.findings).toEqual([]);
    expect(report.caps).toEqual([]);
    expect(report.waived.map(({ id, why }) => ({ id, why }))).toEqual([
      { id: 'PL-08', why: 'agreed with the sponsor' },
    ]);
    expect(formatLint(report)).toBe('  waived PL-08 at procedures.go-back: agreed with the sponsor');
  });

  test('a password in an address is not shown', () => {
    const report = lintOf(
      editedPlan(['run: [node, migrate.js]', 'run: [node, migrate.js, "postgres://crm:hunter2@db1/crm"]']),
    );
    expect(formatLint(report)).not.toContain('hunter2');
  });
});

describe('literal addresses', () => {
  test.each([
    'https://crm.example.com/api',
    'postgres:///crm',
    'db1.internal:5432',
    'localhost:3000',
    '10.0.0.7',
    '[::1]:5432',
    'host=db1 dbname=crm',
    'PGHOST=db1',
  ])('%s is one', (text) => {
    expect(literalAddress(text)).toBeDefined();
  });
  test.each([
    'node',
    'app.js',
    '--analyze-only',
    'update a set b = c::text',
    "select '2026-12-04 18:00:00'",
    '18.4.0',
    'select x from a.b',
    '--port=3000',
    'releases/11',
    'a:b',
    '{ "hostname": 1 }',
  ])('%s is none', (text) => {
    expect(literalAddress(text)).toBeUndefined();
  });
});

describe('the rules', () => {
  test('have one id each, all of them in use', () => {
    const ids = [...LINT_RULES.map((rule) => rule.id), UNUSED_WAIVER.id];
    expect([...ids].sort()).toEqual([...LINT_RULE_IDS]);
  });

  test.each([...LINT_RULES, UNUSED_WAIVER])(
    '$id has a help page with its title and severity',
    ({ id, title, severity }) => {
      const page = new URL(`../../docs/lint/${id}.md`, import.meta.url);
      expect(existsSync(page), `docs/lint/${id}.md`).toBe(true);
      const text = readFileSync(page, 'utf8');
      expect(text.split('\n')[0]).toBe(`# ${id}: ${title}`);
      expect(text).toContain(`Severity: ${severity}`);
    },
  );
});
