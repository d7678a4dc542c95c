import { expectDeclared, expectOneOf, expectSystemAt } from './expect-name.ts';
import { memberOf } from './json-schema.ts';
import { entriesOf, listOf, mapOf, type PlanNames, type RawMap, textOf } from './names.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';
import { expectCatalogueId } from './references-checks.ts';

type Drafts = Generator<ProblemDraft>;

/** What a trigger can ask, and the kinds of system that can be asked. */
const PROBES = {
  sql: ['postgres'],
  http: ['service', 'endpoint', 'route'],
  run: ['postgres', 'service', 'endpoint'],
  step: [],
} as const;
type Probe = keyof typeof PROBES;

/** What the number in an answer is. */
const PICKS = ['read', 'metric', 'measure'] as const;

export function* triggerProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['triggers'])) {
    const path = ['triggers', name];
    const trigger = mapOf(value);
    const probes = Object.keys(PROBES).filter((probe): probe is Probe => Object.hasOwn(trigger, probe));
    const [probe] = probes;
    if (probe === undefined || probes.length > 1) yield notOneProbe(path, probes);
    else {
      if (probe === 'step') yield* stepProblems(names, trigger, path);
      else yield* expectSystemAt(names, PROBES[probe], { path, holder: trigger });
      yield* pickProblems(trigger, probe, path);
    }
    yield* expectCatalogueId({ path: [...path, 'catalogue'], value: trigger['catalogue'], family: 'TR' });
  }
}

/** Late is only what was expected earlier. */
function* stepProblems(names: PlanNames, trigger: RawMap, path: PlanPath): Drafts {
  const procedure = textOf(trigger['in']) ?? '';
  yield* expectDeclared(names, 'procedure', { path: [...path, 'in'], value: procedure });
  const procedures = mapOf(names.raw['procedures']);
  if (!Object.hasOwn(procedures, procedure)) return;
  const steps = listOf(memberOf(procedures[procedure], 'steps'));
  const where = `in the procedure \`${procedure}\``;
  const known = steps.flatMap((step) => textOf(memberOf(step, 'id')) ?? []);
  yield* expectOneOf(known, { path: [...path, 'step'], value: trigger['step'], kind: 'step', where });
  const step = steps.find((one) => memberOf(one, 'id') === trigger['step']);
  if (step === undefined || memberOf(step, 'expected') !== undefined) return;
  yield {
    path: [...path, 'step'],
    message: `nothing says how long the step \`${textOf(trigger['step']) ?? ''}\` may take, so it is never late`,
    found: textOf(trigger['step']) ?? '',
    instead: 'give the step `expected: { p50, p90 }`',
  };
}

export function* watchProblems(names: PlanNames): Drafts {
  const records = mapOf(mapOf(mapOf(names.raw['watch'])['cost'])['records']);
  if (Object.keys(records).length > 0)
    yield* expectSystemAt(names, ['postgres'], { path: ['watch', 'cost', 'records'], holder: records });
}

function notOneProbe(path: PlanPath, probes: readonly string[]): ProblemDraft {
  const name = String(path.at(-1));
  const [, second] = probes;
  if (second === undefined)
    return {
      path,
      on: 'key',
      message: `the trigger \`${name}\` asks nothing`,
      instead: 'add one of `sql`, `http`, `run` or `step`',
    };
  return {
    path: [...path, second],
    on: 'key',
    message: `the trigger \`${name}\` asks in more than one way: ${probes.join(', ')}`,
    found: probes.join(', '),
    instead: 'keep one and make a second trigger of the other',
  };
}

function* pickProblems(trigger: RawMap, probe: Probe, path: PlanPath): Drafts {
  const name = String(path.at(-1));
  const given = PICKS.filter((key) => Object.hasOwn(trigger, key));
  if (probe === 'http' && given.length !== 1)
    yield {
      path: [...path, given[1] ?? 'http'],
      on: 'key',
      message: `the trigger \`${name}\` does not say which number of the answer it means`,
      found: given.join(', '),
      instead: 'write one of `read`, `metric` or `measure`',
    };
  for (const [key, owner] of [...PICKS.map((pick) => [pick, 'http'] as const), ['onTheNight', 'run'] as const]) {
    if (probe === owner || !Object.hasOwn(trigger, key)) continue;
    yield {
      path: [...path, key],
      on: 'key',
      message: `\`${key}\` belongs to a trigger with \`${owner}\`, not with \`${probe}\``,
      found: key,
      instead: 'remove it',
    };
  }
}
