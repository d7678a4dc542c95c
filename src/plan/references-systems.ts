import {
  declaredNames,
  expectDeclared,
  expectOneOf,
  expectSystem,
  expectSystemAt,
  type NameUse,
  STORES,
} from './expect-name.ts';
import { memberOf } from './json-schema.ts';
import { entriesOf, listOf, mapOf, type PlanNames, type RawMap, textOf } from './names.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';
import { flowStateProblems } from './references-flows.ts';

type Drafts = Generator<ProblemDraft>;

const ADDRESSABLE = ['postgres', 'directory', 'service', 'endpoint', 'route'] as const;

export function* systemProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['systems'])) {
    const path = ['systems', name];
    const system = mapOf(value);
    if (system['kind'] === 'directory')
      yield* expectSystem(names, STORES, { path: [...path, 'samePointAs'], value: system['samePointAs'] });
    if (system['kind'] === 'service' || system['kind'] === 'endpoint') yield* serviceProblems(names, system, path);
    if (system['kind'] === 'route')
      yield* eachSystem(names, ['service'], { path: [...path, 'to'], value: system['to'] });
  }
}

function* serviceProblems(names: PlanNames, service: RawMap, path: PlanPath): Drafts {
  for (const [variable, used] of entriesOf(service['uses'])) {
    yield* usedProblems(names, { path: [...path, 'uses', variable], value: used });
  }
  for (const [release, value] of entriesOf(service['releases'])) {
    const expects = memberOf(value, 'expects');
    yield* expectSystemAt(names, ['postgres'], { path: [...path, 'releases', release, 'expects'], holder: expects });
  }
  yield* expectSystemAt(names, ['postgres'], {
    path: [...path, 'jobs', 'stored'],
    holder: memberOf(service['jobs'], 'stored'),
  });
}

/** A program is given the address of a system, or that of the proxy of a flow. */
function* usedProblems(names: PlanNames, use: NameUse): Drafts {
  const isFlow = typeof use.value === 'string' && declaredNames(names, 'flow')?.includes(use.value) === true;
  if (!isFlow) yield* expectSystem(names, ADDRESSABLE, use);
}

export function* eachSystem(
  names: PlanNames,
  kinds: readonly string[],
  use: { readonly path: PlanPath; readonly value: unknown },
): Drafts {
  for (const [index, value] of listOf(use.value).entries())
    yield* expectSystem(names, kinds, { path: [...use.path, index], value });
}

export function* userProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['users'])) {
    const path = ['users', name];
    const group = mapOf(value);
    yield* expectSystemAt(names, ['postgres'], { path: [...path, 'list'], holder: group['list'] });
    yield* expectSystemAt(names, ['service'], { path: [...path, 'login'], holder: group['login'] });
    const reset = memberOf(group['signIn'], 'resetInClone');
    yield* expectSystemAt(names, ['postgres'], { path: [...path, 'signIn', 'resetInClone'], holder: reset });
    for (const [ability, can] of entriesOf(group['can'])) {
      yield* expectSystemAt(names, ['postgres'], {
        path: [...path, 'can', ability, 'found'],
        holder: memberOf(can, 'found'),
      });
    }
  }
}

export function* stateProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['states'])) {
    const path = ['states', name];
    for (const [system, wanted] of entriesOf(memberOf(value, 'systems'))) {
      yield* systemStateProblems(names, { system, wanted, path: [...path, 'systems', system] });
    }
    yield* flowStateProblems(names, value, path);
    for (const [index, group] of listOf(memberOf(value, 'access')).entries()) {
      yield* expectDeclared(names, 'user group', { path: [...path, 'access', index], value: group });
    }
  }
}

interface WantedState {
  readonly system: string;
  readonly wanted: unknown;
  readonly path: PlanPath;
}

/** Keys of a system's state and the kinds of system that can have them. */
const STATE_KEYS: Readonly<Record<string, readonly string[]>> = {
  equals: STORES,
  untouched: STORES,
  release: ['service'],
  is: ['service'],
  checks: [...STORES, 'service', 'endpoint'],
};

function* systemStateProblems(names: PlanNames, { system, wanted, path }: WantedState): Drafts {
  const unknown = [...expectDeclared(names, 'system', { path, value: system })];
  yield* unknown;
  const kind = names.systems.get(system);
  if (unknown.length > 0 || kind === undefined) return;
  if (kind === 'route') return yield* routeStateProblems(names, { system, wanted, path });
  if (typeof wanted === 'string') {
    yield {
      path,
      message: `the state of \`${system}\`, a ${kind}, cannot be the word \`${wanted}\``,
      found: wanted,
      instead: 'write a mapping, such as { checks: [...] }; only a route takes a name',
    };
    return;
  }
  for (const [key, value] of entriesOf(wanted)) {
    const kinds = STATE_KEYS[key];
    if (kinds !== undefined && !kinds.includes(kind)) {
      const keys = Object.keys(STATE_KEYS).filter((other) => STATE_KEYS[other]?.includes(kind));
      yield {
        path: [...path, key],
        on: 'key',
        message: `\`${key}\` is not a key of the state of a ${kind}`,
        found: key,
        instead: `use ${keys.join(', ')}`,
      };
    } else yield* stateValueProblems(names, { key, value, system, path: [...path, key] });
  }
}

interface StateValue {
  readonly key: string;
  readonly value: unknown;
  readonly system: string;
  readonly path: PlanPath;
}

function* stateValueProblems(names: PlanNames, { key, value, system, path }: StateValue): Drafts {
  if (key === 'equals')
    yield* expectOneOf([...names.restorePoints.keys()], {
      path,
      value,
      kind: 'restore point',
      where: 'made by a backup step or listed under `restorePoints`',
    });
  if (key === 'release') yield* expectRelease(names, system, { path, value });
  if (key !== 'checks') return;
  for (const [index, check] of listOf(value).entries())
    yield* expectDeclared(names, 'check', { path: [...path, index], value: check });
}

function* routeStateProblems(names: PlanNames, { system, wanted, path }: WantedState): Drafts {
  if (typeof wanted === 'object' && wanted !== null) {
    yield {
      path,
      message: `the state of the route \`${system}\` is the service it leads to, not a mapping`,
      instead: `write the name of the service: \`${system}: …\``,
    };
  } else yield* expectTarget(names, system, { path, value: wanted });
}

/** The service that a route leads to. */
export function* expectTarget(
  names: PlanNames,
  route: string,
  use: { readonly path: PlanPath; readonly value: unknown },
): Drafts {
  const targets = listOf(memberOf(mapOf(names.raw['systems'])[route], 'to')).flatMap((target) => textOf(target) ?? []);
  if (targets.length > 0)
    yield* expectOneOf(targets, { ...use, kind: 'system', where: `under \`systems.${route}.to\`` });
}

export function* expectRelease(
  names: PlanNames,
  service: string,
  use: { readonly path: PlanPath; readonly value: unknown },
): Drafts {
  const releases = memberOf(mapOf(names.raw['systems'])[service], 'releases');
  if (releases === undefined) return;
  yield* expectOneOf(
    entriesOf(releases).map(([name]) => name),
    { ...use, kind: 'release', where: `under \`systems.${service}.releases\`` },
  );
}

export function* differenceProblems(names: PlanNames): Drafts {
  for (const [index, difference] of listOf(names.raw['differences']).entries()) {
    yield* expectSystemAt(names, STORES, { path: ['differences', index], holder: difference });
  }
}
