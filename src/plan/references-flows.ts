import { memberOf } from './json-schema.ts';
import { expectDeclared, expectSystem, expectSystemAt, STORES } from './expect-name.ts';
import { entriesOf, listOf, mapOf, type PlanNames, type RawMap } from './names.ts';
import { listNames } from './nearest.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';

type Drafts = Generator<ProblemDraft>;

/** Where a command of a flow can run, and who can be asked for one value. */
const PROGRAMS = ['service', 'endpoint'] as const;
const ASKED = { sql: ['postgres'], http: PROGRAMS, run: PROGRAMS } as const;

export function* flowProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['flows'])) {
    const path = ['flows', name];
    const flow = mapOf(value);
    yield* expectSystem(names, PROGRAMS, { path: [...path, 'from'], value: flow['from'] });
    yield* expectSystem(names, [...PROGRAMS, 'directory'], { path: [...path, 'to'], value: flow['to'] });
    yield* expectDeclared(names, 'flow', { path: [...path, 'replaces'], value: flow['replaces'] });
    for (const key of ['start', 'stop', 'canary', 'fire'])
      yield* expectSystemAt(names, PROGRAMS, { path: [...path, key], holder: flow[key] });
    yield* expectSystemAt(names, ['postgres'], { path: [...path, 'inFlight'], holder: flow['inFlight'] });
    yield* expectSystemAt(names, ['postgres'], {
      path: [...path, 'watermark', 'reset'],
      holder: memberOf(flow['watermark'], 'reset'),
    });
    yield* expectDeclared(names, 'message', { path: [...path, 'tell'], value: flow['tell'] });
    yield* changesProblems(names, mapOf(flow['changes']), [...path, 'changes']);
    yield* principalProblems(names, mapOf(flow['principal']), [...path, 'principal']);
    yield* checkNames(names, flow, path);
    for (const [key, one, other] of [
      ['watermark', 'from', 'to'],
      ['counts', 'sent', 'received'],
    ] as const)
      for (const side of [one, other]) yield* probeProblems(names, memberOf(flow[key], side), [...path, key, side]);
  }
}

function* checkNames(names: PlanNames, flow: RawMap, path: PlanPath): Drafts {
  yield* expectDeclared(names, 'check', { path: [...path, 'armed'], value: flow['armed'] });
  const stopped = mapOf(flow['stopped']);
  for (const key of ['producer', 'credential', 'told'])
    yield* expectDeclared(names, 'check', { path: [...path, 'stopped', key], value: stopped[key] });
  for (const [index, check] of listOf(stopped['nothingRearms']).entries())
    yield* expectDeclared(names, 'check', { path: [...path, 'stopped', 'nothingRearms', index], value: check });
}

function* changesProblems(names: PlanNames, changes: RawMap, path: PlanPath): Drafts {
  const { become, owner } = changes;
  yield* expectDeclared(names, 'role', { path: [...path, 'owner'], value: owner });
  if (become === 'parked' && owner === undefined)
    yield {
      path: [...path, 'owner'],
      on: 'key',
      message: 'what is parked has nobody who gets the list',
      instead: 'add `owner:` with a role of the team',
    };
  if (become !== undefined && become !== 'parked' && owner !== undefined)
    yield {
      path: [...path, 'owner'],
      on: 'key',
      message: 'only what is `parked` has an owner',
      instead: 'remove it, or write `become: parked`',
    };
}

function* principalProblems(names: PlanNames, principal: RawMap, path: PlanPath): Drafts {
  const wants = { role: ['postgres'], path: ['directory'] } as const;
  const given = (['role', 'path'] as const).filter((key) => principal[key] !== undefined);
  const [key] = given;
  if (key === undefined || given.length > 1)
    yield {
      path,
      message: 'a principal is either a role of a database or a path in a directory',
      instead: 'write { in: <store>, role: … } or { in: <directory>, path: … }',
    };
  else yield* expectSystemAt(names, wants[key], { path, holder: principal });
  if (key === undefined) yield* expectSystemAt(names, STORES, { path, holder: principal });
}

function* probeProblems(names: PlanNames, value: unknown, path: PlanPath): Drafts {
  if (value === undefined) return;
  const probe = mapOf(value);
  const ways = (['sql', 'http', 'run'] as const).filter((way) => probe[way] !== undefined);
  const [way] = ways;
  if (way === undefined || ways.length > 1)
    yield {
      path,
      message: ways.length === 0 ? 'this asks nothing' : `this asks in more than one way: ${listNames(ways)}`,
      instead: 'keep one of `sql`, `http` (with `read`) or `run`',
    };
  else yield* expectSystemAt(names, ASKED[way], { path, holder: probe });
  if (way === 'http' && probe['read'] === undefined)
    yield {
      path: [...path, 'read'],
      on: 'key',
      message: 'the value to read out of the answer is not named',
      instead: 'add `read:`, such as `read: watermark`',
    };
}

/** The state of a flow in a state: only of those that the plan declares. */
export function* flowStateProblems(names: PlanNames, state: unknown, path: PlanPath): Drafts {
  for (const [name] of entriesOf(memberOf(state, 'flows')))
    yield* expectDeclared(names, 'flow', { path: [...path, 'flows', name], value: name });
}
