import { describe, expect, test } from 'vitest';
import { type Edit, editedPlan, loadGood, problemsOf, SAMPLE_PLAN } from '../../test/support/plans.ts';
import { formatProblems } from './problem.ts';

/** The one problem of the sample after these edits. */
function onlyProblem(...edits: readonly Edit[]) {
  const problems = problemsOf(editedPlan(...edits));
  expect(problems.map((problem) => problem.message)).toHaveLength(1);
  const [problem] = problems;
  if (problem === undefined) throw new Error('no problem');
  return problem;
}

/** Where a text stands in the edited plan: line and column, both from 1. */
function placeIn(text: string, what: string): { readonly line: number; readonly column: number } {
  const before = text.slice(0, text.indexOf(what)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

describe('loading a plan', () => {
  test('the sample loads, with defaults filled in', () => {
    const { plan, digest } = loadGood(SAMPLE_PLAN);
    expect(plan.isolation).toEqual({ atLeast: 'none' });
    expect(plan.scenarios['data-corruption']?.watch).toBe('2s');
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('layout, comments and written-out defaults do not change the digest; a value does', () => {
    const { digest } = loadGood(SAMPLE_PLAN);
    expect(loadGood(`# another comment\n${SAMPLE_PLAN}`).digest).toBe(digest);
    expect(loadGood(editedPlan(['kind: S0,', 'kind: S0, watch: 2s,'])).digest).toBe(digest);
    expect(loadGood(editedPlan(['limit: 45m', 'limit: 46m'])).digest).not.toBe(digest);
  });

  test('three mistakes of three kinds give three precise problems at once', () => {
    const text = editedPlan(
      ["release: app, to: '10'", "relase: app, to: '10'"],
      ['limit: 45m', 'limit: 45 minutes'],
      ['after: [verified]', 'after: [verifed]'],
    );
    const problems = problemsOf(text);
    expect(problems.map(({ line, column }) => ({ line, column }))).toEqual([
      placeIn(text, '45 minutes'),
      placeIn(text, 'relase'),
      placeIn(text, 'verifed'),
    ]);
    expect(problems.map(({ path }) => path)).toEqual([
      'objectives.rto.limit',
      'procedures.go-back.steps[2].relase',
      'procedures.go-back.steps[4].after[0]',
    ]);
    expect(problems.map(({ found }) => found)).toEqual(['"45 minutes"', 'relase', 'verifed']);
    expect(problems.map(({ nearest }) => nearest)).toEqual([undefined, 'release', 'verified']);
    expect(problems[0]?.instead).toBe('write a duration such as 45m, 1h30m or 20s');
    expect(problems[1]?.message).toBe('`relase` is not a key of a step; did you mean `release`?');
  });

  test('the terminal shows file, line, column, the source line and a caret under the place', () => {
    const shown = formatProblems([onlyProblem(['limit: 45m', 'limit: soon'])]);
    expect(shown).toBe(
      [
        'rollproof.yaml:6:29  `objectives.rto.limit` cannot be "soon"',
        '  6 | objectives: { rto: { limit: soon } }',
        '    |                             ^^^^',
        '    → write a duration such as 45m, 1h30m or 20s',
      ].join('\n'),
    );
  });

  test('control characters in a plan do not reach the terminal', () => {
    const shown = formatProblems(problemsOf(SAMPLE_PLAN.replace('limit: 45m', 'limit: "x\u009b31m\u0007"')));
    expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('what the schema finds', () => {
  const cases: readonly (readonly [string, Edit, readonly [message: RegExp, instead: RegExp]])[] = [
    ['a missing key', ['to: live\n', '\n'], [/a procedure has no `to`/, /add `to:` with text/]],
    ['a number where a name belongs', ["to: '11'", 'to: 11'], [/cannot be 11/, /in quotes: "11"/]],
    [
      'yes for true',
      ['{ equals: final-backup, checks: [deals-total] }', '{ untouched: yes }'],
      [/untouched` cannot be "yes"/, /write `true`; in YAML 1.2 `yes` is only text/],
    ],
    [
      'a text for a list',
      ['run: [node, migrate.js]', 'run: node migrate.js'],
      [/run` cannot be "node migrate.js"/, /write the command as a list/],
    ],
    [
      'no entry in a list',
      ['operations: [update]', 'operations: []'],
      [/operations` is too small/, /at least 1 entry/],
    ],
    [
      'an unknown kind',
      ['kind: directory', 'kind: directroy'],
      [/kind` cannot be "directroy"/, /did you mean `directory`/],
    ],
    [
      'an unknown word',
      ['repeat: ask', 'repeat: aks'],
      [/repeat` cannot be "aks"/, /did you mean `ask`\? write `safe`, `ask` or a mapping/],
    ],
    [
      'a slip in one branch of a union',
      ['count: { path', 'conut: { path'],
      [/`conut` is not a key of `count-deals`/, /write `count`/],
    ],
    ['an empty value', ['systems:\n  db:', 'systems:\n  odd:\n  db:'], [/systems.odd` is empty/, /mapping/]],
    ['a name with a capital', ['  go-back:\n', '  Go-Back:\n'], [/`Go-Back` cannot be a name here/, /lower-case/]],
    [
      'a time without zone',
      ['2026-12-06T20:00+01:00', '2026-12-06T20:00'],
      [/backBy` cannot be/, /a time with its zone/],
    ],
    [
      'an address that does not begin at the root',
      ['ready: { http: /health }', 'ready: { http: health }'],
      [/ready.http` cannot be "health"/, /begin it with `\/`/],
    ],
  ];
  test.each(cases)('%s', (_, edit, [message, instead]) => {
    const problems = problemsOf(editedPlan(edit));
    const problem = problems.find((one) => message.test(one.message));
    expect(problems.map((one) => one.message).join('\n')).toMatch(message);
    expect(problem?.instead).toMatch(instead);
  });

  test('an unknown kind is one problem: nothing is concluded from it', () => {
    expect(onlyProblem(['kind: directory', 'kind: directroy']).nearest).toBe('directory');
  });

  test('a misspelt required key is one problem, not two', () => {
    expect(onlyProblem(['ready: { http: /health }', 'raedy: { http: /health }']).nearest).toBe('ready');
  });
});
