import { expectDeclared, expectOneOf, expectSystemAt } from './expect-name.ts';
import { memberOf } from './json-schema.ts';
import { entriesOf, mapOf, type PlanNames, type RawMap, textOf } from './names.ts';
import { listNames } from './nearest.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';

type Drafts = Generator<ProblemDraft>;

export const OPERATION_KINDS = ['create', 'update', 'delete'] as const;

export function* workloadProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['workload'])) {
    const path = ['workload', name];
    const workload = mapOf(value);
    yield* expectDeclared(names, 'user group', { path: [...path, 'users'], value: workload['users'] });
    yield* expectSystemAt(names, ['service', 'route'], { path, holder: workload });
    yield* expectDeclared(names, 'role', { path: [...path, 'waive', 'by'], value: memberOf(workload['waive'], 'by') });
    const operations = mapOf(workload['operations']);
    const creating = entriesOf(operations).flatMap(([operation, made]) =>
      memberOf(made, 'create') === undefined ? [] : [operation],
    );
    if (creating.length === 0 && workload['operations'] !== undefined)
      yield {
        path: [...path, 'operations'],
        on: 'key',
        message: `no operation of the workload \`${name}\` creates anything`,
        instead: 'add an operation with `create:`; updates and deletes work on what it made',
      };
    for (const [operation, made] of entriesOf(operations))
      yield* operationProblems(names, { operation: mapOf(made), creating, path: [...path, 'operations', operation] });
  }
}

interface NamedOperation {
  readonly operation: RawMap;
  /** Operations of the same workload that create records. */
  readonly creating: readonly string[];
  readonly path: PlanPath;
}

function* operationProblems(names: PlanNames, made: NamedOperation): Drafts {
  const { operation, path } = made;
  const kinds = OPERATION_KINDS.filter((kind) => operation[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const message =
      kind === undefined
        ? `the operation \`${String(path.at(-1))}\` does nothing`
        : `the operation \`${String(path.at(-1))}\` has ${kinds.length} kinds: ${kinds.join(', ')}`;
    yield { path, on: 'key', message, instead: 'write one of `create`, `update` and `delete`' };
    return;
  }
  yield* recordProblems(made, kind);
  yield* placeholderProblems(operation, kind, path);
  for (const place of ['found', 'back']) {
    yield* expectSystemAt(names, ['postgres'], { path: [...path, place], holder: operation[place] });
    yield* markProblems(operation[place], [...path, place, 'sql']);
  }
}

/** Creates say where their record is found; the others whose record they work on. */
function* recordProblems(
  { operation, creating, path }: NamedOperation,
  kind: (typeof OPERATION_KINDS)[number],
): Drafts {
  const name = String(path.at(-1));
  if (kind === 'create') {
    if (operation['of'] !== undefined)
      yield {
        path: [...path, 'of'],
        on: 'key',
        message: '`of` belongs to an operation with `update` or `delete`',
        instead: 'remove it',
      };
    if (operation['found'] === undefined)
      yield {
        path,
        on: 'key',
        message: `nothing says where the records of \`${name}\` are found, so nobody could tell whether they are lost`,
        instead: 'add `found: { in, sql, table, key }`, with :mark in the query',
      };
    return;
  }
  if (operation['of'] === undefined)
    yield {
      path,
      on: 'key',
      message: `the operation \`${name}\` does not say on whose records it works`,
      instead:
        creating.length === 0 ? 'add `of:` with an operation that creates' : `add \`of:\` with ${listNames(creating)}`,
    };
  else
    yield* expectOneOf(creating, {
      path: [...path, 'of'],
      value: operation['of'],
      kind: 'operation',
      where: 'an operation of this workload with `create`',
    });
}

/** A record without its mark could not be found again; a request without the id could not reach its record. */
function* placeholderProblems(operation: RawMap, kind: (typeof OPERATION_KINDS)[number], path: PlanPath): Drafts {
  const text = JSON.stringify(operation[kind]);
  const needed = { create: ['{mark}'], update: ['{mark}', '{id}'], delete: ['{id}'] }[kind];
  for (const placeholder of needed) {
    if (text.includes(placeholder)) continue;
    const why = placeholder === '{mark}' ? 'so what it writes could not be found again' : 'so it would reach no record';
    yield {
      path: [...path, kind],
      on: 'key',
      message: `the request does not hold ${placeholder}, ${why}`,
      instead: `put ${placeholder} into its path, \`json\` or \`form\``,
    };
  }
}

function* markProblems(place: unknown, path: PlanPath): Drafts {
  const sql = textOf(memberOf(place, 'sql'));
  if (sql === undefined || /(?<!:):mark\b/.test(sql)) return;
  yield {
    path,
    message: 'the query does not hold :mark, so it would not find one record',
    instead: 'compare a column with :mark',
  };
}
