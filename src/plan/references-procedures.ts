import {
  type DeclaredKind,
  declaredNames,
  expectDeclared,
  expectOneOf,
  expectSystem,
  expectSystemAt,
  STORES,
  type NameUse,
} from './expect-name.ts';
import { memberOf } from './json-schema.ts';
import { entriesOf, listOf, mapOf, type PlanNames, type RawStep, textOf } from './names.ts';
import { listNames } from './nearest.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';
import { fallbackProblems } from './references-fallback.ts';
import { eachSystem, expectRelease, expectTarget } from './references-systems.ts';
import type { StepKind } from './schema.ts';
import { STEP_KINDS } from './schema/procedures.ts';
import { BUILT_IN_STEPS } from './steps.ts';

type Drafts = Generator<ProblemDraft>;

interface StepPlace {
  readonly path: PlanPath;
  readonly step: RawStep;
  /** Ids of all steps of the procedure. */
  readonly ids: readonly string[];
}

export function* procedureProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['procedures'])) {
    const path = ['procedures', name];
    const sources = [...(declaredNames(names, 'state') ?? []), ...names.procedures.keys()].filter(
      (source) => source !== name,
    );
    for (const [index, from] of listOf(memberOf(value, 'from')).entries()) {
      yield* expectOneOf(sources, {
        path: [...path, 'from', index],
        value: from,
        kind: 'state',
        where: 'a state or another procedure of the plan',
      });
    }
    yield* expectDeclared(names, 'state', { path: [...path, 'to'], value: memberOf(value, 'to') });
    const steps = names.procedures.get(name) ?? [];
    const ids = steps.flatMap((step) => step.id ?? []);
    yield* idProblems(steps, path);
    for (const [index, step] of steps.entries())
      yield* stepProblems(names, { path: [...path, 'steps', index], step, ids });
    yield* fallbackProblems(names, name, steps);
  }
}

function* idProblems(steps: readonly RawStep[], path: PlanPath): Drafts {
  const seen = new Set<string>();
  for (const [index, { id }] of steps.entries()) {
    if (id === undefined) continue;
    const at = [...path, 'steps', index, 'id'];
    if (seen.has(id))
      yield {
        path: at,
        message: `two steps of \`${String(path[1])}\` have the id \`${id}\``,
        found: id,
        instead: 'give one of them another id',
      };
    if (BUILT_IN_STEPS.some((builtIn) => builtIn === id))
      yield {
        path: at,
        message: `\`${id}\` is built in and cannot be the id of a step`,
        found: id,
        instead: 'choose another id',
      };
    seen.add(id);
  }
}

function* stepProblems(names: PlanNames, place: StepPlace): Drafts {
  const { step, path } = place;
  const [kind, second] = step.kinds;
  const label = step.id === undefined ? 'this step' : `the step \`${step.id}\``;
  if (second !== undefined) {
    yield {
      path: [...path, second],
      on: 'key',
      message: `${label} has ${step.kinds.length} kinds: ${step.kinds.join(', ')}`,
      found: step.kinds.join(', '),
      instead: 'keep one and make a second step of the other',
    };
  } else if (kind === undefined) {
    if (!hasUnknownKey(step))
      yield { path, message: `${label} does nothing: it has no kind`, instead: `add one of ${STEP_KINDS.join(', ')}` };
  } else {
    yield* keyProblems(step, kind, path);
    yield* kindProblems(names, place, kind);
  }
  yield* commonProblems(names, place);
}

/** Keys that only some kinds of step have. Every other key may stand in any step. */
const KEYS_OF_KIND: Readonly<Record<string, readonly StepKind[]>> = {
  in: ['run', 'sql', 'http'],
  formats: ['backup'],
  from: ['restore'],
  into: ['restore'],
  to: ['release', 'route', 'flow'],
  jobs: ['start'],
  observe: ['manual'],
};
const REQUIRED: Readonly<Partial<Record<StepKind, string>>> = {
  sql: 'in',
  http: 'in',
  restore: 'from',
  release: 'to',
  route: 'to',
  flow: 'to',
};

const COMMON_KEYS = [
  'id',
  'phase',
  'owner',
  'deputy',
  'after',
  'always',
  'when',
  'onlyOn',
  'else',
  'expected',
  'timeout',
  'retry',
  'repeat',
  'pointOfNoReturn',
  'destructive',
  'onTheNight',
];

/** A step whose kind is misspelt is told once, as the unknown key that it is. */
function hasUnknownKey(step: RawStep): boolean {
  return Object.keys(step.raw).some((key) => !COMMON_KEYS.includes(key) && KEYS_OF_KIND[key] === undefined);
}

function* keyProblems(step: RawStep, kind: StepKind, path: PlanPath): Drafts {
  for (const key of Object.keys(step.raw)) {
    const kinds = KEYS_OF_KIND[key];
    if (kinds === undefined || kinds.includes(kind)) continue;
    yield {
      path: [...path, key],
      on: 'key',
      message: `\`${key}\` is not a key of a step of kind ${kind}; it belongs to ${listNames(kinds)}`,
      found: key,
      instead: 'remove it',
    };
  }
  const required = REQUIRED[kind];
  if (
    required !== undefined &&
    step.raw[required] === undefined &&
    !hasUnknownKey({ ...step, raw: withoutKinds(step) })
  ) {
    yield {
      path: [...path, required],
      on: 'key',
      message: `the step \`${step.id ?? kind}\` of kind ${kind} has no \`${required}\``,
      instead: `add \`${required}:\``,
    };
  }
}

function withoutKinds(step: RawStep): RawStep['raw'] {
  return Object.fromEntries(Object.entries(step.raw).filter(([key]) => !STEP_KINDS.some((kind) => kind === key)));
}

/** The system that a kind of step names, and the kinds of system that fit. */
const NAMED_SYSTEM: Readonly<Partial<Record<StepKind, { readonly key: string; readonly kinds: readonly string[] }>>> = {
  run: { key: 'in', kinds: ['service', 'endpoint'] },
  http: { key: 'in', kinds: ['service', 'endpoint'] },
  sql: { key: 'in', kinds: ['postgres'] },
  release: { key: 'release', kinds: ['service'] },
  start: { key: 'start', kinds: ['service'] },
  stop: { key: 'stop', kinds: ['service'] },
  route: { key: 'route', kinds: ['route'] },
};

/** What else a kind of step names. */
const NAMED_PART: Readonly<Partial<Record<StepKind, DeclaredKind>>> = {
  check: 'check',
  flow: 'flow',
  capture: 'delta',
  replay: 'delta',
  message: 'message',
};

function* kindProblems(names: PlanNames, { step: { raw }, path }: StepPlace, kind: StepKind): Drafts {
  const at = (key: string): NameUse => ({ path: [...path, key], value: raw[key] });
  const system = NAMED_SYSTEM[kind];
  if (system !== undefined) yield* expectSystem(names, system.kinds, at(system.key));
  const declared = NAMED_PART[kind];
  if (declared !== undefined) yield* expectDeclared(names, declared, at(kind));
  const named = textOf(raw[kind]) ?? '';
  switch (kind) {
    case 'release':
      return yield* expectRelease(names, named, at('to'));
    case 'route':
      return yield* expectTarget(names, named, at('to'));
    case 'flow':
      return yield* flowTargetProblems(raw['to'], [...path, 'to']);
    case 'backup':
      return yield* eachSystem(names, STORES, at('backup'));
    case 'restore':
      yield* eachSystem(names, STORES, at('restore'));
      return yield* restoreProblems(names, raw, path);
    case 'wait': {
      const kinds = memberOf(raw['wait'], 'http') === undefined ? ['postgres'] : ['service'];
      return yield* expectSystemAt(names, kinds, { path: [...path, 'wait'], holder: raw['wait'] });
    }
    default:
      return;
  }
}

function* flowTargetProblems(to: unknown, path: PlanPath): Drafts {
  if (typeof to !== 'string' || to === 'running' || to === 'stopped') return;
  yield { path, message: `a flow cannot be \`${to}\``, found: to, instead: 'write `to: running` or `to: stopped`' };
}

function* restoreProblems(names: PlanNames, raw: RawStep['raw'], path: PlanPath): Drafts {
  const from = textOf(raw['from']);
  if (from === undefined) return;
  const known = names.restorePoints.get(from);
  const where = 'made by a backup step or listed under `restorePoints`';
  if (known === undefined)
    return yield* expectOneOf([...names.restorePoints.keys()], {
      path: [...path, 'from'],
      value: from,
      kind: 'restore point',
      where,
    });
  for (const [index, store] of listOf(raw['restore']).entries()) {
    if (typeof store !== 'string' || known.has(store) || !STORES.some((kind) => kind === names.systems.get(store)))
      continue;
    const others = [...names.restorePoints].filter(([, stores]) => stores.has(store)).map(([point]) => point);
    const instead =
      others.length === 0
        ? `add \`${store}\` to that backup`
        : `restore it from ${listNames(others)}, or add it to that backup`;
    yield {
      path: [...path, 'restore', index],
      message: `the restore point \`${from}\` does not hold \`${store}\``,
      found: store,
      instead,
    };
  }
}

function* commonProblems(names: PlanNames, { step, path, ids }: StepPlace): Drafts {
  const { raw } = step;
  for (const key of ['owner', 'deputy'])
    yield* expectDeclared(names, 'role', { path: [...path, key], value: raw[key] });
  const others = ids.filter((id) => id !== step.id);
  const where = 'in this procedure';
  for (const [index, value] of listOf(raw['after']).entries()) {
    yield* expectOneOf([...ids, ...BUILT_IN_STEPS], { path: [...path, 'after', index], value, kind: 'step', where });
  }
  yield* expectOneOf(others, {
    path: [...path, 'when', 'failed'],
    value: memberOf(raw['when'], 'failed'),
    kind: 'step',
    where,
  });
  yield* expectSystemAt(names, ['postgres'], { path: [...path, 'repeat'], holder: mapOf(raw['repeat']) });
  yield* expectSystemAt(names, ['postgres'], { path: [...path, 'onlyOn'], holder: mapOf(raw['onlyOn']) });
}
