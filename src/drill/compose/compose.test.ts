import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { editedPlan, loadGood, SAMPLE_PLAN, WORK } from '../../../test/support/plans.ts';
import { stepOf, type StepInput, stepsOf } from '../../../test/support/variants.ts';
import { fallbackTooLate } from '../../plan/lint/fallback.ts';
import { viewOf } from '../../plan/lint/rule.ts';
import type { PlanInput } from '../../plan/schema.ts';
import { procedure } from '../../plan/schema/procedures.ts';
import type { Activity } from '../activity.ts';
import { ancestorsOf, assertSound, type Graph } from '../graph.ts';
import { composeBacktest } from './backtest.ts';
import { composeDrill } from './compose.ts';
import type { ComposeOptions } from './scope.ts';

const EXAMPLE_PLAN = readFileSync(
  new URL('../../../examples/in-place-upgrade/rollproof.yaml', import.meta.url),
  'utf8',
);

interface Request {
  readonly text?: string;
  readonly scenario?: string;
  readonly edit?: (plan: PlanInput) => void;
  readonly options?: Partial<ComposeOptions>;
}

function composed({
  text = SAMPLE_PLAN,
  scenario = 'clean-return',
  edit,
  options = {},
}: Request = {}): Graph<Activity> {
  const input = parse(text) as PlanInput;
  edit?.(input);
  return composeDrill(loadGood(stringify(input)).plan, scenario, { attended: false, ...options });
}

function isBehind(graph: Graph<Activity>, later: string, earlier: string): boolean {
  return ancestorsOf(graph, later).has(earlier);
}

/** Each stands behind the one named before it. */
function expectOrder(graph: Graph<Activity>, ...ids: readonly string[]): void {
  const pairs = ids.slice(1).map((later, index) => ({ earlier: ids[index] ?? '', later }));
  expect(pairs.filter(({ earlier, later }) => !isBehind(graph, later, earlier))).toEqual([]);
}

function idsOf(graph: Graph<Activity>, kind: Activity['kind']): readonly string[] {
  return graph.nodes.filter((node) => node.activity.kind === kind).map((node) => node.id);
}

describe.each([
  ['the sample', SAMPLE_PLAN, 'old'],
  ['the example', EXAMPLE_PLAN, 'old-code'],
])('%s', (_name, text, old) => {
  test.each(['clean-return', 'data-corruption'])('%s goes from preparation to evaluation', (scenario) => {
    const graph = composed({ text, scenario });
    assertSound(graph);
    expectOrder(
      graph,
      'provision',
      'restore-start.db',
      'read.restored.db',
      'drift.db',
      'twins.control',
      'twins.before',
      'bring-up.app',
      'bring-up.entry',
      'steady',
      'go-live.freeze',
    );
    expectOrder(graph, 'control-run', 'go-live.freeze');
    expectOrder(graph, 'sweep.before.staff', 'go-live.freeze');
    for (const purpose of ['control', 'before', 'after'])
      expectOrder(graph, `twins.${purpose}`, `drop-twins.${purpose}`, 'release');
    expectOrder(
      graph,
      'go-live.up',
      'live',
      'read.live.db',
      'departure',
      'watch-before',
      'detect',
      'decide',
      'go-back.lock',
    );
    expectOrder(graph, 'first-write', 'release-jobs.app', 'watch', 'second.db', 'release', 'evaluate');
  });

  test('the baseline is sealed when the backup starts, and looked at again before anything changes', () => {
    const graph = composed({ text });
    expectOrder(
      graph,
      'go-live.freeze',
      'seal',
      'go-live.final-backup',
      'gap.db',
      'go-live.new-code',
      'go-live.migrate',
    );
    expectOrder(graph, 'go-live.final-backup', 'gap.docs', 'go-live.new-code');
  });

  test('the way back: shut out, restored, read at rest, started, checked, verified, opened', () => {
    const graph = composed({ text });
    expectOrder(
      graph,
      'go-back.lock',
      'shut-out',
      'go-back.restore',
      `go-back.${old}`,
      'at-rest.db',
      'go-back.up',
      'answers',
      'checks',
      'verified',
      'go-back.open',
      'first-write',
    );
    expectOrder(graph, `go-back.${old}`, 'twins.after', 'go-back.up');
    expectOrder(graph, 'twins.after', 'sweep.after.staff', 'verified');
    expect(isBehind(graph, 'go-back.up', 'sweep.after.staff')).toBe(false);
  });
});

test('S0 injects nothing, S1 injects behind the first look at the triggers', () => {
  expect(idsOf(composed(), 'inject')).toEqual([]);
  expectOrder(composed({ scenario: 'data-corruption' }), 'watch-before', 'inject', 'detect');
});

test('law 5: release and evaluate always run, last', () => {
  for (const options of [{}, { until: 'go-live.freeze' }, { from: 'go-back.lock' }]) {
    const graph = composed({ options });
    expect(graph.nodes.filter((node) => node.always).map((node) => node.id)).toEqual(['release', 'evaluate']);
    const others = graph.nodes.map((node) => node.id).filter((id) => id !== 'release' && id !== 'evaluate');
    for (const id of others) expect(isBehind(graph, 'release', id)).toBe(true);
  }
});

describe('--until and --from', () => {
  const steps = (options: Partial<ComposeOptions>) => idsOf(composed({ options }), 'step');

  test('until leaves out what comes behind', () => {
    expect(steps({ until: 'migrate' })).toEqual(
      ['freeze', 'final-backup', 'new-code', 'migrate'].map((id) => `go-live.${id}`),
    );
    const graph = composed({ options: { until: 'migrate' } });
    assertSound(graph);
    expect(graph.nodes.map((node) => node.id)).not.toContain('live');
    expect(graph.nodes.map((node) => node.id)).toContain('gap.db');
  });

  test('from leaves out the steps before, what depended on them waits for what they waited for', () => {
    expect(steps({ from: 'go-back.restore' })).toEqual(['restore', 'old', 'up', 'open'].map((id) => `go-back.${id}`));
    const graph = composed({ options: { from: 'go-back.restore' } });
    assertSound(graph);
    expectOrder(graph, 'decide', 'go-back.restore', 'at-rest.db', 'verified');
  });

  test('a step that the scenario does not have is a mistake of the user', () => {
    for (const options of [{ until: 'migrat' }, { from: 'go-back.nothing' }])
      expect(() => composed({ options })).toThrow(expect.objectContaining({ code: 'usage-invalid' }));
  });
});

describe('law 1: nothing changes a store between its reading at rest and the first start', () => {
  test('two programs that start one after the other keep their order, behind the readings', () => {
    const graph = composed({ edit: (plan) => twoPrograms(plan, ['up']) });
    expectOrder(graph, 'at-rest.db', 'go-back.up', 'go-back.up-too', 'answers');
  });

  test('two programs that start side by side', () => {
    const graph = composed({ edit: (plan) => twoPrograms(plan, ['old']) });
    expectOrder(graph, 'at-rest.docs', 'go-back.up');
    expectOrder(graph, 'at-rest.docs', 'go-back.up-too');
    expect(isBehind(graph, 'go-back.up-too', 'go-back.up')).toBe(false);
  });

  test('a restore in a branch of its own is waited for', () => {
    const graph = composed({ edit: (plan) => docsBeside(plan) });
    expectOrder(graph, 'go-back.restore-docs', 'at-rest.docs', 'go-back.up');
  });

  test('SQL in a branch of its own is waited for, a telephone call is not', () => {
    const graph = composed({
      edit: (plan) => {
        const steps = stepsOf(plan, 'go-back');
        steps.push(
          { id: 'clean', sql: 'select 1', in: 'db', after: ['lock'] },
          { id: 'call', manual: 'call', after: ['lock'] },
        );
      },
    });
    expectOrder(graph, 'go-back.clean', 'at-rest.db');
    expect(isBehind(graph, 'at-rest.db', 'go-back.call')).toBe(false);
    expectOrder(graph, 'go-back.call', 'answers', 'verified');
  });

  test('a program that is only needed for the restore starts before it', () => {
    const graph = composed({
      edit: (plan) => {
        const steps = stepsOf(plan, 'go-back');
        steps.splice(1, 0, { id: 'helper', start: 'app' }, { id: 'helper-off', stop: 'app' });
      },
    });
    expectOrder(graph, 'go-back.helper', 'go-back.restore', 'at-rest.db', 'go-back.up');
  });

  test('a rollback that starts nothing is read behind all of its steps', () => {
    const graph = composed({
      edit: (plan) => {
        docsBeside(plan);
        const steps = stepsOf(plan, 'go-back');
        steps.splice(steps.indexOf(stepOf(plan, 'go-back', 'up')), 1);
      },
    });
    for (const id of ['go-back.restore', 'go-back.restore-docs', 'go-back.old']) expectOrder(graph, id, 'at-rest.db');
  });
});

describe('the seal in go-lives of another shape', () => {
  test('a change beside the backup waits for the second look', () => {
    const graph = composed({ edit: (plan) => void (stepOf(plan, 'go-live', 'new-code').after = ['freeze']) });
    expectOrder(graph, 'gap.db', 'go-live.new-code');
  });

  test('two backups side by side', () => {
    const graph = composed({
      edit: (plan) => {
        const steps = stepsOf(plan, 'go-live');
        stepOf(plan, 'go-live', 'final-backup').backup = ['db'];
        steps.splice(2, 0, { id: 'docs-backup', backup: ['docs'], formats: ['tar'], after: ['freeze'] });
        stepOf(plan, 'go-live', 'new-code').after = ['final-backup', 'docs-backup'];
        plan.states['before'] = {
          ...plan.states['before'],
          systems: { ...plan.states['before']?.systems, docs: { equals: 'docs-backup' } },
        };
        stepOf(plan, 'go-back', 'restore').restore = ['db'];
        stepsOf(plan, 'go-back').splice(2, 0, {
          id: 'restore-docs',
          restore: ['docs'],
          from: 'docs-backup',
          repeat: 'safe',
        });
      },
    });
    expectOrder(graph, 'go-live.freeze', 'seal', 'go-live.final-backup', 'gap.docs', 'go-live.new-code');
    expectOrder(graph, 'seal', 'go-live.docs-backup', 'gap.db', 'go-live.new-code');
  });

  test('without a backup everything is behind the seal', () => {
    const graph = composed({
      edit: (plan) => {
        const steps = stepsOf(plan, 'go-live');
        steps.splice(1, 1);
        steps.push({ id: 'beside', manual: 'call', after: [] });
        stepOf(plan, 'go-back', 'restore').from = 'friday';
        for (const store of ['db', 'docs'])
          plan.states['before'] = {
            ...plan.states['before'],
            systems: { ...plan.states['before']?.systems, [store]: { equals: 'friday' } },
          };
      },
    });
    expect(idsOf(graph, 'gap')).toEqual([]);
    for (const id of idsOf(graph, 'step').filter((step) => step.startsWith('go-live.'))) expectOrder(graph, 'seal', id);
  });
});

test('law 4: the steps of the plan are carried out as written', () => {
  const graph = composed();
  const node = graph.nodes.find((one) => one.id === 'go-back.restore');
  expect(node).toMatchObject({
    title: 'restore',
    owner: 'dba',
    clock: 'restore',
    repeat: 'safe',
    expected: { p50Ms: 1_080_000, p90Ms: 1_500_000 },
    activity: { procedure: 'go-back', step: { restore: ['db', 'docs'], from: 'final-backup' } },
  });
  const plan = loadGood(SAMPLE_PLAN).plan;
  const written = ['go-live', 'go-back'].flatMap((name) =>
    (plan.procedures[name]?.steps ?? []).map((step) => `${name}.${step.id}`),
  );
  expect(idsOf(graph, 'step')).toEqual(written);
});

describe('a fallback', () => {
  const withFallback = (plan: PlanInput): void => {
    stepOf(plan, 'go-back', 'restore').else = 'go-back-from-friday';
    plan.states['friday'] = {
      systems: { ...plan.states['before']?.systems, db: { equals: 'friday' }, docs: { equals: 'friday' } },
      access: ['staff'],
    };
    const [restore, old, up, open] = ['restore', 'old', 'up', 'open'].map((id) => stepOf(plan, 'go-back', id));
    if (restore === undefined || old === undefined || up === undefined || open === undefined) return;
    const { else: _, ...again } = restore;
    const steps = [{ ...again, from: 'friday' }, old, up, open];
    plan.procedures['go-back-from-friday'] = { from: ['go-back'], to: 'friday', steps };
  };
  const standingIn = (graph: Graph<Activity>) => graph.nodes.filter((node) => node.insteadOf !== undefined);

  test('its steps stand in for the one that failed, and both ways are verified by the same readings', () => {
    const graph = composed({ edit: withFallback });
    assertSound(graph);
    expectOrder(graph, 'go-back.restore', 'fall-back', 'go-back-from-friday.restore', 'at-rest.db');
    expectOrder(graph, 'at-rest.db', 'go-back-from-friday.up', 'answers', 'verified', 'go-back-from-friday.open');
    expectOrder(graph, 'at-rest.db', 'go-back.up', 'answers');
    expectOrder(graph, 'go-back-from-friday.open', 'first-write');
    for (const node of standingIn(graph)) expect(node.insteadOf).toEqual(['go-back.restore']);
    // What follows the failed step sees its failure itself, whatever was made good in between.
    for (const id of ['old', 'up', 'open'])
      expect(graph.nodes.find((node) => node.id === `go-back.${id}`)?.after).toContain('go-back.restore');
  });

  test('a person is not asked about a step that has one, and a part of the plan is run without it', () => {
    const attended = composed({ edit: withFallback, options: { attended: true } });
    expect(attended.nodes.find((node) => node.id === 'go-back.restore')?.attended).toBe(false);
    expect(attended.nodes.find((node) => node.id === 'go-back.up')?.attended).toBe(true);
    expect(standingIn(composed({ edit: withFallback, options: { until: 'go-back.up' } }))).toEqual([]);
  });
});

const STEP_KINDS: readonly ((id: string) => StepInput)[] = [
  (id) => ({ id, start: 'app' }),
  (id) => ({ id, stop: 'app' }),
  (id) => ({ id, restore: ['db'], from: 'final-backup', repeat: 'safe' }),
  (id) => ({ id, restore: ['docs'], from: 'final-backup', repeat: 'safe' }),
  (id) => ({ id, sql: 'select 1', in: 'db' }),
  (id) => ({ id, run: ['true'] }),
  (id) => ({ id, manual: 'look' }),
  (id) => ({ id, route: 'entry', to: 'app' }),
  (id) => ({ id, release: 'app', to: '10', repeat: 'safe' }),
];

/** Steps that wait for any of those before them, for the one before, or for nobody; some for `verified`. */
const randomSteps: fc.Arbitrary<readonly StepInput[]> = fc
  .array(
    fc.record({
      kind: fc.nat(STEP_KINDS.length - 1),
      after: fc.option(fc.array(fc.nat(20), { maxLength: 3 }), { nil: undefined }),
      opens: fc.boolean(),
      fails: fc.boolean(),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((drafts) =>
    drafts.map(({ kind, after, opens, fails }, index): StepInput => {
      const made = STEP_KINDS[kind]?.(`s${index}`) ?? { id: `s${index}` };
      const before =
        after === undefined || index === 0 ? undefined : [...new Set(after.map((one) => `s${one % index}`))];
      const isLast = index === drafts.length - 1;
      return {
        ...made,
        ...(before === undefined ? {} : { after: before }),
        ...(opens && isLast ? { after: ['verified'] } : {}),
        ...(fails && index > 0 && !isLast ? { when: { failed: `s${index - 1}` } } : {}),
      };
    }),
  );

test('property: any rollback gives a sound graph, read at rest behind its restores and before its last starts', () => {
  const { plan } = loadGood(SAMPLE_PLAN);
  fc.assert(
    fc.property(randomSteps, (steps) => {
      const goBack = procedure.parse({ from: ['live', 'go-live'], to: 'before', steps });
      const graph = composeDrill({ ...plan, procedures: { ...plan.procedures, 'go-back': goBack } }, 'clean-return', {
        attended: false,
      });
      assertSound(graph);
      const opening = new Set(
        graph.nodes.filter((node) => isBehind(graph, node.id, 'verified')).map((node) => node.id),
      );
      const restores = steps
        .filter((step) => step.restore !== undefined)
        .map((step) => `go-back.${step.id}`)
        .filter((id) => !opening.has(id));
      for (const id of restores) expectOrder(graph, id, 'at-rest.db');
      for (const id of restores) expectOrder(graph, id, 'at-rest.docs');
      const starts = steps.filter((step) => step.start !== undefined).map((step) => `go-back.${step.id}`);
      for (const id of starts) {
        if (!opening.has(id) && !restores.some((restore) => isBehind(graph, restore, id)))
          expectOrder(graph, 'at-rest.db', id);
      }
      for (const step of steps)
        for (const before of step.after ?? [])
          expectOrder(graph, before === 'verified' ? before : `go-back.${before}`, `go-back.${step.id}`);
      expectOrder(graph, 'at-rest.db', 'verified', 'first-write', 'second.db', 'release');
    }),
    { numRuns: 150 },
  );
});

test('property: any two ways back, where lint lets a step call for the other, give one sound graph', () => {
  const { plan } = loadGood(SAMPLE_PLAN);
  fc.assert(
    fc.property(randomSteps, randomSteps, fc.nat(9), (first, second, index) => {
      const calling = first.map((step, at) => (at === index % first.length ? { ...step, else: 'other' } : step));
      const goBack = procedure.parse({ from: ['live', 'go-live'], to: 'before', steps: calling });
      const other = procedure.parse({ from: ['go-back'], to: 'before', steps: second });
      const both = { ...plan, procedures: { ...plan.procedures, 'go-back': goBack, other } };
      fc.pre([...fallbackTooLate.find(viewOf(both))].length === 0);
      const graph = composeDrill(both, 'clean-return', { attended: false });
      assertSound(graph);
      const failed = `go-back.${calling[index % first.length]?.id ?? ''}`;
      const others = graph.nodes.filter(({ procedure: name }) => name === 'other');
      // A lock behind a start makes what it holds up late as well.
      fc.pre(others.length > 0);
      for (const { id } of others) expectOrder(graph, failed, id);
      for (const { id } of others.filter((node) => !isBehind(graph, node.id, 'verified')))
        expectOrder(graph, id, 'answers');
      for (const step of calling)
        if (isBehind(graph, `go-back.${step.id}`, 'verified'))
          expect(graph.nodes.find(({ id }) => id === `go-back.${step.id}`)?.after).toContain(failed);
    }),
    { numRuns: 200 },
  );
});

test('property: any range of steps gives a sound graph that still cleans up', () => {
  const ids = [
    'freeze',
    'final-backup',
    'new-code',
    'migrate',
    'go-live.up',
    'lock',
    'restore',
    'old',
    'go-back.up',
    'open',
  ];
  const { plan } = loadGood(SAMPLE_PLAN);
  fc.assert(
    fc.property(fc.option(fc.constantFrom(...ids)), fc.option(fc.constantFrom(...ids)), (until, from) => {
      const graph = composeDrill(plan, 'clean-return', {
        attended: false,
        ...(until === null ? {} : { until }),
        ...(from === null ? {} : { from }),
      });
      assertSound(graph);
      expectOrder(graph, 'provision', 'release', 'evaluate');
    }),
    { numRuns: 60 },
  );
});

/** A second service beside `app`, started by a step that waits for these. */
function twoPrograms(plan: PlanInput, after: string[]): void {
  const app = plan.systems['app'];
  if (app === undefined) throw new Error('no app');
  plan.systems['app-too'] = structuredClone(app);
  const steps = stepsOf(plan, 'go-back');
  steps.splice(steps.indexOf(stepOf(plan, 'go-back', 'up')) + 1, 0, { id: 'up-too', start: 'app-too', after });
}

function docsBeside(plan: PlanInput): void {
  const restore = stepOf(plan, 'go-back', 'restore');
  restore.restore = ['db'];
  stepsOf(plan, 'go-back').push({
    ...structuredClone(restore),
    id: 'restore-docs',
    restore: ['docs'],
    after: ['lock'],
  });
}

test('users work between the reading of the new state and any damage, and their writes are looked for twice', () => {
  const graph = composed({
    text: editedPlan(WORK),
    scenario: 'data-corruption',
    edit: (plan) => {
      for (const scenario of Object.values(plan.scenarios)) scenario.workload = ['office-day'];
    },
  });
  expectOrder(graph, 'read.live.db', 'departure', 'workload.office-day', 'watch-before', 'inject', 'decide');
  expectOrder(
    graph,
    'answers',
    'ledger.office-day',
    'verified',
    'first-write',
    'watch',
    'second-ledger.office-day',
    'release',
  );
});

describe('a go-live that is broken off', () => {
  const brokenOff = (step: string): Graph<Activity> =>
    composed({
      scenario: 'data-corruption',
      edit: (plan) => {
        for (const scenario of Object.values(plan.scenarios))
          if (scenario.kind === 'S1') scenario.at = { during: 'go-live', step };
      },
    });

  test('is carried out up to its step and never further, and damaged there', () => {
    const graph = brokenOff('migrate');
    assertSound(graph);
    expectOrder(graph, 'seal', 'go-live.migrate', 'read.live.db', 'departure', 'inject', 'detect', 'go-back.lock');
    const ids = graph.nodes.map((node) => node.id);
    expect(ids).toContain('go-live.freeze');
    expect(ids).not.toContain('go-live.up');
    expect(ids).not.toContain('live');
  });

  test('by a fault on the step itself: all else is looked at before, and the step is ended with the call', () => {
    const graph = composed({
      scenario: 'data-corruption',
      edit: (plan) => {
        for (const scenario of Object.values(plan.scenarios))
          if (scenario.kind === 'S1') {
            scenario.at = { during: 'go-live', step: 'migrate' };
            scenario.faults = [{ id: 'GF-01' }];
          }
      },
    });
    assertSound(graph);
    expectOrder(graph, 'go-live.new-code', 'read.live.db', 'watch-before', 'inject', 'detect', 'decide', 'break-off');
    expectOrder(graph, 'watch-before', 'go-live.migrate', 'go-back.lock');
    expectOrder(graph, 'break-off', 'go-back.lock');
    expect(isBehind(graph, 'inject', 'go-live.migrate')).toBe(false);
    expect(isBehind(graph, 'decide', 'go-live.migrate')).toBe(false);
  });

  test('is carried out to its end for a back-test', () => {
    const input = parse(SAMPLE_PLAN) as PlanInput;
    for (const scenario of Object.values(input.scenarios))
      if (scenario.kind === 'S1') scenario.at = { during: 'go-live', step: 'migrate' };
    const graph = composeBacktest(loadGood(stringify(input)).plan, 'data-corruption', []);
    expectOrder(graph, 'go-live.migrate', 'go-live.up', 'live', 'read.live.db', 'backtest.healthy', 'release');
  });

  test('at its backup, nothing is damaged before the second look', () => {
    expectOrder(brokenOff('final-backup'), 'go-live.final-backup', 'gap.db', 'read.live.db', 'inject');
  });
});

describe('messages', () => {
  const graph = composed({ text: EXAMPLE_PLAN });

  test('lists are taken before the go-live, and the inbox is open by then', () => {
    expectOrder(graph, 'provision', 'inbox', 'audiences', 'go-live.freeze');
    expect(composed().nodes.some((node) => node.id === 'inbox' || node.id === 'audiences')).toBe(false);
  });

  test('nothing that is verified waits for a message, and “open again” waits for the first write', () => {
    for (const id of ['go-back.tell-staff', 'go-back.tell-room', 'go-back.tell-open'])
      for (const later of ['verified', 'first-write', 'answers', 'shut-out'])
        expect(isBehind(graph, later, id), `${later} behind ${id}`).toBe(false);
    expectOrder(graph, 'verified', 'first-write', 'go-back.tell-open', 'release');
    expect(graph.nodes.find((node) => node.id === 'go-back.tell-open')).toMatchObject({
      clock: 'communicate',
      repeat: 'ask',
    });
  });

  test('what opens only after people were told makes no circle', () => {
    const late = composed({
      text: EXAMPLE_PLAN,
      edit: (plan) => {
        stepOf(plan, 'go-back', 'tell-open').after = ['verified'];
        stepOf(plan, 'go-back', 'open').after = ['tell-open'];
      },
    });
    assertSound(late);
    expectOrder(late, 'verified', 'go-back.tell-open', 'go-back.open', 'first-write');
  });
});
