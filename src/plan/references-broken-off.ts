import { faultPlaceOf } from './fault-places.ts';
import { expectDeclared, expectOneOf } from './expect-name.ts';
import { memberOf } from './json-schema.ts';
import { listOf, mapOf, type PlanNames, type RawMap, textOf } from './names.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';

type Drafts = Generator<ProblemDraft>;

/** `at: { during, step }`: the go-live is broken off, so nobody works in the new state and no flow of it is taken back alone. */
export function* brokenOffProblems(names: PlanNames, scenario: RawMap, path: PlanPath): Drafts {
  const { at } = scenario;
  yield* runningStepProblems(names, scenario, path);
  if (typeof at !== 'object' || at === null) return;
  const goLive = textOf(memberOf(at, 'during'));
  yield* expectDeclared(names, 'procedure', { path: [...path, 'at', 'during'], value: goLive });
  yield* superfluous(scenario, path);
  const procedures = mapOf(names.raw['procedures']);
  if (goLive === undefined || !Object.hasOwn(procedures, goLive)) return;
  yield* expectOneOf(
    listOf(memberOf(procedures[goLive], 'steps')).flatMap((step) => textOf(memberOf(step, 'id')) ?? []),
    {
      path: [...path, 'at', 'step'],
      value: memberOf(at, 'step'),
      kind: 'step',
      where: `in the procedure \`${goLive}\``,
    },
  );
  yield* rollbackProblems(procedures, { scenario, goLive }, path);
}

function* rollbackProblems(
  procedures: RawMap,
  { scenario, goLive }: { readonly scenario: RawMap; readonly goLive: string },
  path: PlanPath,
): Drafts {
  const rollback = textOf(scenario['rollback']);
  if (rollback === undefined || !Object.hasOwn(procedures, rollback)) return;
  const from = listOf(memberOf(procedures[rollback], 'from'));
  if (from.length === 0 || from.includes(goLive)) return;
  yield {
    path: [...path, 'rollback'],
    message: `the rollback \`${rollback}\` does not start from a \`${goLive}\` that is broken off`,
    found: rollback,
    instead: `add \`${goLive}\` to \`procedures.${rollback}.from\`, or name a procedure that starts there`,
  };
}

function* superfluous(scenario: RawMap, path: PlanPath): Drafts {
  const kind = textOf(scenario['kind']);
  if (kind === 'S0' || kind === 'S2')
    yield {
      path: [...path, 'kind'],
      message: `a scenario of kind ${kind} begins in a state; this one breaks the go-live off`,
      found: kind,
      instead: 'write `kind: S3` or `kind: S1`, or a state under `at`',
    };
  else if (listOf(scenario['faults']).length === 0)
    yield {
      path: [...path, 'faults'],
      on: 'key',
      message: 'the go-live is broken off, but nothing goes wrong',
      instead: 'add `faults:`, such as [{ id: DC-04, in: db, rate: 1%, seed: 7 }]',
    };
  for (const [key, why] of SUPERFLUOUS) {
    if (scenario[key] === undefined) continue;
    yield {
      path: [...path, key],
      on: 'key',
      message: `\`${key}\` does not belong to a scenario that breaks the go-live off: ${why}`,
      found: key,
      instead: 'remove it',
    };
  }
}

const SUPERFLUOUS = [
  ['goLive', '`during` names it'],
  ['workload', 'nobody works in the new state yet'],
] as const;

/** A fault that slows the running step needs one, that is a command, for itself. */
function* runningStepProblems(names: PlanNames, scenario: RawMap, path: PlanPath): Drafts {
  const ids = listOf(scenario['faults']).map((fault) => textOf(memberOf(fault, 'id')) ?? '');
  const index = ids.findIndex((id) => faultPlaceOf(id)?.onRunningStep === true);
  if (index === -1) return;
  const id = ids[index] ?? '';
  const place = [...path, 'faults', index, 'id'];
  if (ids.length > 1)
    yield {
      path: place,
      message: `the fault ${id} sits on the running step, the others behind it`,
      found: id,
      instead: 'make a scenario of its own for it',
    };
  const { at } = scenario;
  if (typeof at !== 'object' || at === null)
    yield {
      path: place,
      message: `the fault ${id} sits on a step of the go-live that runs, and this scenario begins in a state`,
      found: id,
      instead: 'write `at: { during: …, step: … }`',
    };
  else if (stepOf(names, at)?.['run'] === undefined)
    yield {
      path: place,
      message: `the fault ${id} slows the processes of a step, and this one runs no command`,
      found: id,
      instead: 'name a step of kind `run` under `at`',
    };
}

function stepOf(names: PlanNames, at: object): RawMap | undefined {
  const goLive = mapOf(names.raw['procedures'])[textOf(memberOf(at, 'during')) ?? ''];
  const step = listOf(memberOf(goLive, 'steps')).find((one) => memberOf(one, 'id') === memberOf(at, 'step'));
  return step === undefined ? undefined : mapOf(step);
}
