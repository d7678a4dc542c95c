import { memberOf } from './json-schema.ts';
import { declaredNames, expectDeclared, expectSystem, expectSystemAt } from './expect-name.ts';
import { entriesOf, listOf, mapOf, type PlanNames } from './names.ts';
import type { ProblemDraft } from './problem.ts';

const ADDRESSED = ['postgres', 'directory', 'service', 'endpoint', 'route'] as const;

export function* deltaProblems(names: PlanNames): Generator<ProblemDraft> {
  for (const [name, value] of entriesOf(names.raw['delta'])) {
    const path = ['delta', name];
    const delta = mapOf(value);
    for (const key of ['from', 'to'])
      yield* expectSystem(names, ['postgres'], { path: [...path, key], value: delta[key] });
    yield* expectDeclared(names, 'role', { path: [...path, 'parkTo'], value: delta['parkTo'] });
    yield* expectSystemAt(names, ['service', 'endpoint'], { path: [...path, 'keys'], holder: delta['keys'] });
    for (const [variable, used] of entriesOf(memberOf(delta['program'], 'uses'))) {
      if (typeof used === 'string' && declaredNames(names, 'flow')?.includes(used) === true) continue;
      yield* expectSystem(names, ADDRESSED, { path: [...path, 'program', 'uses', variable], value: used });
    }
    for (const [index, effect] of listOf(delta['irreversible']).entries())
      yield* expectSystemAt(names, ['postgres'], { path: [...path, 'irreversible', index], holder: effect });
  }
}
