import { findCatalogueEntry } from '../catalogue/catalogue.ts';
import { declaredNames, expectDeclared, expectOneOf, expectSystemAt, STORES } from './expect-name.ts';
import { type FaultPlace, faultPlaceOf } from './fault-places.ts';
import { memberOf } from './json-schema.ts';
import { LINT_RULE_IDS } from './lint/rule-ids.ts';
import { entriesOf, listOf, mapOf, type PlanNames, type RawMap, textOf } from './names.ts';
import { listNames, nearestName } from './nearest.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';
import { brokenOffProblems } from './references-broken-off.ts';
import { expectCatalogueId } from './references-checks.ts';
import { flowFaultProblems } from './references-flow-faults.ts';
import { isTwist, twistProblems } from './references-twists.ts';

type Drafts = Generator<ProblemDraft>;

export function* scenarioProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['scenarios'])) {
    const path = ['scenarios', name];
    const scenario = mapOf(value);
    yield* expectDeclared(names, 'state', { path: [...path, 'at'], value: scenario['at'] });
    yield* brokenOffProblems(names, scenario, path);
    yield* expectDeclared(names, 'procedure', { path: [...path, 'rollback'], value: scenario['rollback'] });
    yield* expectDeclared(names, 'procedure', { path: [...path, 'goLive'], value: scenario['goLive'] });
    yield* goLiveProblems(names, scenario, path);
    yield* rollbackProblems(names, scenario, path);
    yield* restorePointProblems(names, scenario, path);
    yield* faultProblems(names, scenario, path);
    yield* twistProblems(names, scenario, path);
    for (const [index, workload] of listOf(scenario['workload']).entries())
      yield* expectDeclared(names, 'workload', { path: [...path, 'workload', index], value: workload });
  }
}

function procedure(names: PlanNames, name: unknown): RawMap | undefined {
  const procedures = mapOf(names.raw['procedures']);
  return typeof name === 'string' && Object.hasOwn(procedures, name) ? mapOf(procedures[name]) : undefined;
}

function isState(names: PlanNames, name: unknown): name is string {
  return typeof name === 'string' && declaredNames(names, 'state')?.includes(name) === true;
}

function* goLiveProblems(names: PlanNames, scenario: RawMap, path: PlanPath): Drafts {
  const at = scenario['at'];
  if (!isState(names, at)) return;
  const leading = entriesOf(names.raw['procedures'])
    .filter(([, value]) => memberOf(value, 'to') === at)
    .map(([name]) => name);
  const goLive = procedure(names, scenario['goLive']);
  if (goLive !== undefined && typeof goLive['to'] === 'string' && goLive['to'] !== at) {
    yield {
      path: [...path, 'goLive'],
      message: `the go-live \`${String(scenario['goLive'])}\` leads to \`${goLive['to']}\`, not to \`${at}\``,
      found: String(scenario['goLive']),
      instead: leading.length === 0 ? `name a procedure with \`to: ${at}\`` : `write ${listNames(leading)}`,
    };
  }
  if (scenario['goLive'] !== undefined || mapOf(names.raw['procedures']) === undefined) return;
  if (leading.length === 0 && Object.keys(mapOf(names.raw['procedures'])).length > 0) {
    yield {
      path: [...path, 'at'],
      message: `no procedure leads to the state \`${at}\`, so the scenario cannot begin`,
      found: at,
      instead: `add a procedure with \`to: ${at}\``,
    };
  }
  if (leading.length > 1) {
    yield {
      path: [...path, 'at'],
      message: `${leading.length} procedures lead to \`${at}\`; which one is the go-live?`,
      found: at,
      instead: `add \`goLive:\` with ${listNames(leading)}`,
    };
  }
}

function* rollbackProblems(names: PlanNames, scenario: RawMap, path: PlanPath): Drafts {
  const { at, rollback } = scenario;
  const target = procedure(names, rollback);
  if (!isState(names, at) || target === undefined) return;
  const from = listOf(target['from']);
  if (from.length > 0 && !from.includes(at)) {
    yield {
      path: [...path, 'rollback'],
      message: `the rollback \`${String(rollback)}\` does not start from \`${at}\``,
      found: String(rollback),
      instead: `add \`${at}\` to \`procedures.${String(rollback)}.from\`, or name a procedure that starts there`,
    };
  }
}

function* restorePointProblems(names: PlanNames, scenario: RawMap, path: PlanPath): Drafts {
  const points = entriesOf(names.raw['systems']).flatMap(([, system]) =>
    Object.keys(mapOf(memberOf(system, 'restorePoints'))),
  );
  yield* expectOneOf([...new Set(points)], {
    path: [...path, 'restorePoint'],
    value: scenario['restorePoint'],
    kind: 'restore point',
    where: 'under `restorePoints` of a system',
  });
}

function* faultProblems(names: PlanNames, scenario: RawMap, path: PlanPath): Drafts {
  const faults = listOf(scenario['faults']);
  if (scenario['kind'] === 'S0' && faults.length > 0)
    yield {
      path: [...path, 'faults'],
      on: 'key',
      message: 'a clean return (S0) has no faults',
      instead: 'remove `faults`, or write `kind: S1`',
    };
  if ((scenario['kind'] === 'S1' || scenario['kind'] === 'S2') && faults.length === 0)
    yield {
      path: [...path, 'faults'],
      on: 'key',
      message: `the scenario \`${String(path[1])}\` is ${KIND_WORDS[scenario['kind']]} (${scenario['kind']}) but names no fault`,
      instead:
        scenario['kind'] === 'S1'
          ? 'add `faults:`, such as [{ id: DC-04, in: db, rate: 1%, seed: 7 }]'
          : 'add `faults:`, such as [{ id: IF-10, flow: push, seed: 7 }]',
    };
  for (const [index, fault] of faults.entries()) {
    const at = [...path, 'faults', index];
    const id = memberOf(fault, 'id');
    yield* faultPlaceProblems(names, mapOf(fault), at);
    yield* availability(id, [...at, 'id']);
    if (memberOf(fault, 'column') !== undefined && memberOf(fault, 'table') === undefined) {
      yield {
        path: [...at, 'column'],
        on: 'key',
        message: 'a fault names a column but no table',
        instead: 'add `table:`, or leave both out and let the fault find a place',
      };
    }
  }
}

const KIND_WORDS = { S1: 'data corruption', S2: 'an integration failure' } as const;

function* faultPlaceProblems(names: PlanNames, fault: RawMap, at: PlanPath): Drafts {
  const id = textOf(fault['id']) ?? '';
  const family = FAMILIES_OF_FAULTS.find((one) => id.startsWith(`${one}-`)) ?? 'DC';
  yield* expectCatalogueId({ path: [...at, 'id'], value: fault['id'], family });
  const place = faultPlaceOf(id);
  if (place === undefined) return;
  yield* placeKeyProblems(fault, place, at);
  if (place.needs.includes('flow'))
    yield* expectDeclared(names, 'flow', { path: [...at, 'flow'], value: fault['flow'] });
  yield* flowFaultProblems(names, fault, at);
  if (place.needs.includes('in')) yield* expectSystemAt(names, STORES, { path: at, holder: fault });
}

function* placeKeyProblems(fault: RawMap, { of, needs, forbids }: FaultPlace, at: PlanPath): Drafts {
  for (const key of needs.filter((one) => fault[one] === undefined))
    yield { path: [...at, key], on: 'key', message: `the fault has no \`${key}\``, instead: `add \`${key}:\`` };
  for (const key of forbids.filter((one) => fault[one] !== undefined))
    yield {
      path: [...at, key],
      on: 'key',
      message: `\`${key}\` does not belong to a fault of ${of}`,
      found: textOf(fault[key]) ?? key,
      instead: 'remove it',
    };
}

const FAMILIES_OF_FAULTS = ['IF', 'GF'] as const;

function* availability(id: unknown, path: PlanPath): Drafts {
  const entry = findCatalogueEntry(textOf(id) ?? '');
  if (entry === undefined || (entry.availability === 'available' && faultPlaceOf(entry.id) !== undefined)) return;
  const why =
    entry.availability === 'planned' ? 'is planned; this release cannot inject it' : 'is not put into a scenario';
  yield {
    path,
    message: `the fault ${entry.id} (${entry.name}) ${why}`,
    found: entry.id,
    instead: isTwist(entry.id)
      ? 'write it under `twists`: it goes wrong on the way back'
      : '`rollproof faults` lists the ones that are available',
  };
}

export function* waiverProblems(names: PlanNames): Drafts {
  for (const [index, waiver] of listOf(names.raw['waivers']).entries()) {
    const rule = textOf(memberOf(waiver, 'rule'));
    if (rule === undefined || LINT_RULE_IDS.some((id) => id === rule)) continue;
    const nearest = nearestName(rule, LINT_RULE_IDS);
    const instead = `write an id from ${LINT_RULE_IDS[0]} to ${LINT_RULE_IDS.at(-1)}; docs/lint says what they mean`;
    yield {
      path: ['waivers', index, 'rule'],
      message: `there is no lint rule \`${rule}\``,
      found: rule,
      instead,
      ...(nearest === undefined ? {} : { nearest }),
    };
  }
}
