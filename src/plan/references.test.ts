import { describe, expect, test } from 'vitest';
import { type Edit, editedPlan, problemsOf, SAMPLE_PLAN, WORK } from '../../test/support/plans.ts';

describe('workloads', () => {
  const cases: readonly (readonly [string, Edit, RegExp])[] = [
    ['an unknown group', ['users: staff\n    in', 'users: stuff\n    in'], /names the user group `stuff`/],
    ['a store instead of a program', ['in: entry', 'in: db'], /needs a system of kind service or route/],
    [
      'an unknown signer',
      ['writes: 40', 'writes: 40\n    waive: { by: boss, why: so, upTo: 1 }'],
      /names the role `boss`/,
    ],
    [
      'a create without its mark',
      ["note: '{mark}' } }\n        found", 'note: hello } }\n        found'],
      /does not hold \{mark\}/,
    ],
    [
      'a create that nobody can find',
      [/ {8}found: .*\n/.exec(WORK[1])?.[0] ?? '', ''],
      /nothing says where the records of `add-note`/,
    ],
    ['a query without the mark', ['where note = :mark', 'where note is not null'], /does not hold :mark/],
    [
      'an update that reaches no record',
      ["update: { method: PUT, path: '/api/activities/{id}'", "update: { method: PUT, path: '/api/activities'"],
      /does not hold \{id\}/,
    ],
    [
      'a delete of nothing',
      ['remove-note: { of: add-note,', 'remove-note: {'],
      /does not say on whose records it works/,
    ],
    [
      'a delete of what nobody makes',
      ['remove-note: { of: add-note', 'remove-note: { of: change-note'],
      /names the operation `change-note`/,
    ],
    [
      'an operation of two kinds',
      ['change-note: { of: add-note,', "change-note: { of: add-note, delete: { path: '/{id}' },"],
      /has 2 kinds: update, delete/,
    ],
    [
      'a scenario with work that is not there',
      ['kind: S0,', 'kind: S0, workload: [night-shift],'],
      /names the workload `night-shift`/,
    ],
  ];
  test('a good one has no problem', () => {
    expect(problemsOf(editedPlan(WORK, ['kind: S0,', 'kind: S0, workload: [office-day],']))).toEqual([]);
  });
  test.each(cases)('%s', (_, edit, message) => {
    expect(
      problemsOf(editedPlan(WORK, edit))
        .map((problem) => problem.message)
        .join('\n'),
    ).toMatch(message);
  });
});

describe('a go-live that is broken off', () => {
  const AT: Edit = ['kind: S1\n    at: live', 'kind: S1\n    at: { during: go-live, step: migrate }'];
  const cases: readonly (readonly [string, Edit, RegExp])[] = [
    ['an unknown procedure', ['during: go-live', 'during: go-lief'], /names the procedure `go-lief`/],
    ['an unknown step', ['step: migrate', 'step: migrat'], /names the step `migrat`/],
    ['a rollback from elsewhere', ['from: [live, go-live]', 'from: [live]'], /does not start from a `go-live` that/],
    [
      'work in a state that is not reached',
      ['kind: S1\n', 'kind: S1\n    workload: []\n'],
      /nobody works in the new state/,
    ],
    ['a clean return', ['kind: S1\n', 'kind: S0\n'], /kind S0 begins in a state/],
    ['a second go-live', ['kind: S1\n', 'kind: S1\n    goLive: go-live\n'], /`during` names it/],
    [
      'a failure that no scenario can name',
      [/id: DC-\d\d/.exec(SAMPLE_PLAN)?.[0] ?? '', 'id: GF-13'],
      /GF-13 .* is not put/,
    ],
    [
      'a slow step with a place',
      [/id: DC-\d\d/.exec(SAMPLE_PLAN)?.[0] ?? '', 'id: GF-01'],
      /`in` does not belong to a fault of a running step/,
    ],
    [
      'accounts without a column',
      [/id: DC-\d\d/.exec(SAMPLE_PLAN)?.[0] ?? '', 'id: GF-03'],
      /the fault has no `table`\nthe fault has no `column`/,
    ],
  ];
  test('a good one has no problem', () => {
    expect(problemsOf(editedPlan(AT))).toEqual([]);
  });
  test.each(cases)('%s', (_, edit, message) => {
    expect(
      problemsOf(editedPlan(AT, edit))
        .map((problem) => problem.message)
        .join('\n'),
    ).toMatch(message);
  });
});

describe('a fault on the running step', () => {
  const SLOW: Edit = [/\[\{ id: DC.*\}\]/.exec(SAMPLE_PLAN)?.[0] ?? '', '[{ id: GF-01 }]'];
  const at = (step: string): Edit => ['kind: S1\n    at: live', `kind: S1\n    at: { during: go-live, step: ${step} }`];
  const said = (...edits: readonly Edit[]): string =>
    problemsOf(editedPlan(...edits))
      .map((problem) => problem.message)
      .join('\n');
  test('needs a step that is a command, for itself', () => {
    expect(said(SLOW, at('migrate'))).toBe('');
    expect(said(SLOW, at('freeze'))).toMatch(/this one runs no command/);
    expect(said(SLOW)).toMatch(/begins in a state/);
    expect(said([SLOW[0], '[{ id: GF-01 }, { id: DC-04, in: db }]'], at('migrate'))).toMatch(/the others behind it/);
  });

  test('is seen by a trigger on a step that says how long it may take', () => {
    const late = (step: string): Edit => [
      '\ntriggers:\n',
      `\ntriggers:\n  late: { in: go-live, step: ${step}, above: 150, every: { live: 5m, drill: 1s } }\n`,
    ];
    expect(said(late('migrate'))).toBe('');
    expect(said(late('migrat'))).toMatch(/names the step `migrat`/);
    const unsaid: Edit = [', expected: { p50: 2m, p90: 4m } }', ' }'];
    expect(said(late('migrate'), unsaid)).toMatch(/nothing says how long the step `migrate` may take/);
  });
});

describe('names and parts that do not fit', () => {
  const cases: readonly (readonly [string, readonly Edit[], RegExp])[] = [
    [
      'a trigger that asks nothing',
      [[/ {4}sql: select count.*\n {4}above: 0\n/.exec(SAMPLE_PLAN)?.[0] ?? '', '    above: 0\n']],
      /the trigger `orphans` asks nothing/,
    ],
    [
      'a trigger that asks twice',
      [['above: 0\n', 'above: 0\n    run: [count]\n']],
      /asks in more than one way: sql, run/,
    ],
    [
      'a trigger that means no number',
      [
        [
          / {4}in: db\n {4}sql: select count.*\n {4}above: 0\n/.exec(SAMPLE_PLAN)?.[0] ?? '',
          '    in: app\n    http: /metrics\n    above: 0\n',
        ],
      ],
      /does not say which number of the answer it means/,
    ],
    [
      'a metric of a query',
      [['above: 0\n', 'above: 0\n    metric: { name: up }\n']],
      /`metric` belongs to a trigger with `http`, not with `sql`/,
    ],
    [
      'a command for the night without one',
      [['above: 0\n', 'above: 0\n    onTheNight: { run: [count] }\n']],
      /`onTheNight` belongs to a trigger with `run`/,
    ],
    [
      'a cost asked of a program',
      [['states:\n', 'watch: { cost: { records: { in: app, sql: select 1 } } }\nstates:\n']],
      /needs a system of kind postgres; `app`/,
    ],
    ['unknown system', [['stop: app', 'stop: ap']], /names the system `ap`/],
    ['unknown state', [['kind: S0, at: live', 'kind: S0, at: lief']], /names the state `lief`/],
    [
      'unknown check',
      [['checks: [migrated, deals-total]', 'checks: [migratd, deals-total]']],
      /names the check `migratd`/,
    ],
    [
      'unknown choice',
      [['within: 15m }', 'within: 15m, choose: [fix-forward, go-bakc] }']],
      /names the procedure `go-bakc`/,
    ],
    [
      'a choice offered twice',
      [['within: 15m }', 'within: 15m, choose: [go-back, fix-forward, go-back] }']],
      /offers `go-back` twice/,
    ],
    ['a deputy of themselves', [['deputy: dba, within', 'deputy: sponsor, within']], /cannot stand in for themselves/],
    ['unknown role', [['decision: { by: sponsor', 'decision: { by: spnsor']], /names the role `spnsor`/],
    [
      'unknown procedure',
      [['at: live, rollback: go-back', 'at: live, rollback: go-bakc']],
      /names the procedure `go-bakc`/,
    ],
    [
      'unknown restore point',
      [['docs: { equals: final-backup }', 'docs: { equals: thursday }']],
      /names the restore point `thursday`/,
    ],
    ['unknown release', [["release: app, to: '11'", "release: app, to: '12'"]], /names the release `12`/],
    ['unknown user group', [['access: [staff]', 'access: [stuff]']], /names the user group `stuff`/],
    ['a step without kind', [['{ id: freeze, stop: app,', '{ id: freeze,']], /the step `freeze` does nothing/],
    [
      'a step of two kinds',
      [['{ id: freeze, stop: app,', '{ id: freeze, stop: app, start: app,']],
      /the step `freeze` has 2 kinds: start, stop/,
    ],
    [
      'a key of another kind',
      [['stop: app, owner', 'stop: app, into: empty, owner']],
      /`into` is not a key of a step of kind stop/,
    ],
    [
      'a restore without from',
      [['from: final-backup, into', 'into']],
      /the step `restore` of kind restore has no `from`/,
    ],
    [
      'a restore of a service',
      [['restore: [db, docs]', 'restore: [db, docs, app]']],
      /needs a system of kind postgres or directory; `app` is of kind service/,
    ],
    [
      'a store that the backup has not',
      [['backup: [db, docs]', 'backup: [db]']],
      /the restore point `final-backup` does not hold `docs`/,
    ],
    ['two steps with one id', [['id: old,', 'id: lock,']], /two steps of `go-back` have the id `lock`/],
    ['an id that is built in', [['id: old,', 'id: verified,']], /`verified` is built in/],
    [
      'a name for a state and a procedure',
      [['  go-back:\n', '  before:\n']],
      /`before` is the name of a state and of a procedure/,
    ],
    [
      'a backup named like a restore point',
      [['id: final-backup', 'id: friday']],
      /makes a restore point of that name, but there is one already/,
    ],
    ['an id that the catalogue has not', [['TR-03', 'TR-30']], /the catalogue has no `TR-30`/],
    ['an id of another family', [['TR-03', 'DC-03']], /`DC-03` \(Orphaned children\) is not of the family TR/],
    ['a fault that is only planned', [['id: DC-04', 'id: DC-09']], /DC-09 \(Garbled characters\) is planned/],
    [
      'a check with two probes',
      [
        [
          "migrated: { in: db, sql: 'select version from meta', is: 11 }",
          "migrated: { in: db, sql: 'select 1', run: [x], is: 11 }",
        ],
      ],
      /asks in more than one way: sql, run/,
    ],
    [
      'a check without a probe',
      [["migrated: { in: db, sql: 'select version from meta', is: 11 }", 'migrated: { in: db, is: 11 }']],
      /the check `migrated` asks nothing/,
    ],
    ['a check that compares nothing', [['sameAs: before }', 'timeout: 9s }']], /compares its answer with nothing/],
    [
      'a rollback that starts elsewhere',
      [['from: [live, go-live]', 'from: [go-live]']],
      /the rollback `go-back` does not start from `live`/,
    ],
    [
      'a clean return with faults',
      [['kind: S0,', 'kind: S0, faults: [{ id: DC-01, in: db }],']],
      /a clean return \(S0\) has no faults/,
    ],
    [
      'a corruption without faults',
      [['    faults: [{ id: DC-04, in: db, rate: 1%, seed: 7 }]\n', '']],
      /names no fault/,
    ],
    [
      'a route that leads to a store',
      [['      entry: app\n', '      entry: db\n']],
      /names the system `db`, which is not under `systems.entry.to`/,
    ],
    [
      'a state of a store with a release',
      [['docs: { checks: [] }', "docs: { release: '10' }"]],
      /`release` is not a key of the state of a directory/,
    ],
    [
      'a window that ends before it begins',
      [['backBy: 2026-12-06', 'backBy: 2026-11-06']],
      /is not after `window.opens`/,
    ],
    [
      'an unknown lint rule',
      [['scenarios:\n', 'waivers: [{ rule: PL-99, why: no }]\nscenarios:\n']],
      /there is no lint rule `PL-99`/,
    ],
    ['a member of every object as a name', [['stop: app', 'stop: constructor']], /names the system `constructor`/],
    [
      'two go-lives',
      [['scenarios:\n', '  again: { from: [before], to: live, steps: [{ id: a, stop: app }] }\nscenarios:\n']],
      /2 procedures lead to `live`/,
    ],
  ];
  test.each(cases)('%s', (_, edits, message) => {
    const problems = problemsOf(editedPlan(...edits));
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
    for (const problem of problems) {
      expect(problem.line).toBeGreaterThan(1);
      expect(problem.instead).not.toBe('');
    }
  });

  test('names are not checked against a place whose own key is misspelt', () => {
    const problems = problemsOf(editedPlan(['\nteam:\n', '\ntaem:\n']));
    expect(problems.map((problem) => problem.message)).toEqual([
      '`taem` is not a key of the plan; did you mean `team`?',
    ]);
  });
});

describe('messages', () => {
  const DECLARED = `audiences: { desk: { addresses: [desk@example.com] }, room: { roles: [dba] } }
channels: { mail: { kind: smtp }, chat: { kind: webhook, shape: teams } }
messages: { told: { subject: 'News of {plan}', text: 'By {decider}: {what}', audience: desk, channel: mail, fields: { what: back } } }
states:
`;
  const messages = (...edits: readonly Edit[]): readonly string[] =>
    problemsOf(
      edits.reduce(
        (text, [what, into]) => {
          if (!text.includes(what)) throw new Error(`no ${what}`);
          return text.replace(what, () => into);
        },
        editedPlan(['states:\n', DECLARED]),
      ),
    ).map((problem) => problem.message);

  test('known fields need not be given', () => {
    expect(messages()).toEqual([]);
  });

  test.each<readonly [string, Edit, RegExp]>([
    ['a field that nobody knows', ['{what}', '{wath}'], /`told` needs the field \{wath\}: Rollproof does not know it/],
    ['a field that comes too late', ['{what}', '{verifiedAt}'], /\{verifiedAt\}: it is known only after `verified`/],
    ['a field without its source', ['decision: { by: sponsor, deputy: dba, within: 15m }\n', ''], /no `decision`/],
    ['a field that is not used', ['what: back', 'waht: back'], /has no field \{waht\}/],
    ['an unknown audience', ['audience: desk', 'audience: dsek'], /names the audience `dsek`/],
    ['an unknown channel', ['channel: mail', 'channel: mial'], /names the channel `mial`/],
    ['a role without an address', ['audience: desk', 'audience: room'], /role `dba`, which has no e-mail address/],
    ['an audience of nobody', ['room: { roles: [dba] }', 'room: {}'], /nobody is in the audience `room`/],
    ['two sources', ['room: { roles', 'room: { addresses: [a@b.c], roles'], /more than one way: addresses, roles/],
    [
      'a template and a text',
      ["subject: 'News", "template: C8, subject: 'News"],
      /has a template, which brings its own/,
    ],
    ['neither template nor text', ["text: 'By {decider}: {what}', ", ''], /neither a template nor a text/],
    ['what is no address', ['desk@example.com', 'desk'], /addresses/],
    ['a webhook without a shape', [', shape: teams', ''], /shape/],
    ['a secret written out', ['kind: smtp', 'kind: smtp, production: { secret: hunter2 }'], /secret/],
    ['a step that sends what is not there', ['{ id: freeze, stop: app,', '{ id: freeze, message: tolt,'], /`tolt`/],
  ])('%s', (_what, edit, message) => {
    expect(messages(edit).join('\n')).toMatch(message);
  });
});
