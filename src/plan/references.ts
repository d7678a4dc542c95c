import { deltaProblems } from './references-delta.ts';
import { flowProblems } from './references-flows.ts';
import { entriesOf, listOf, mapOf, namesOf, type PlanNames } from './names.ts';
import type { ProblemDraft } from './problem.ts';
import { audienceProblems, messageProblems } from './references-messages.ts';
import { checkProblems } from './references-checks.ts';
import { decisionProblems } from './references-decision.ts';
import { procedureProblems } from './references-procedures.ts';
import { scenarioProblems, waiverProblems } from './references-scenarios.ts';
import { triggerProblems, watchProblems } from './references-triggers.ts';
import { workloadProblems } from './references-workload.ts';
import { differenceProblems, stateProblems, systemProblems, userProblems } from './references-systems.ts';

/** Names that lead nowhere, and parts that do not fit together. Works on a plan that has other mistakes as well. */
export function* referenceProblems(root: unknown): Generator<ProblemDraft> {
  const names = namesOf(root);
  yield* systemProblems(names);
  yield* userProblems(names);
  yield* flowProblems(names);
  yield* deltaProblems(names);
  yield* audienceProblems(names);
  yield* messageProblems(names);
  yield* stateProblems(names);
  yield* checkProblems(names);
  yield* triggerProblems(names);
  yield* watchProblems(names);
  yield* differenceProblems(names);
  yield* workloadProblems(names);
  yield* procedureProblems(names);
  yield* scenarioProblems(names);
  yield* waiverProblems(names);
  yield* decisionProblems(names);
  yield* frameProblems(names);
}

function* frameProblems(names: PlanNames): Generator<ProblemDraft> {
  const { opens, backBy } = mapOf(names.raw['window']);
  if (typeof opens === 'string' && typeof backBy === 'string' && Date.parse(backBy) <= Date.parse(opens)) {
    yield {
      path: ['window', 'backBy'],
      message: '`window.backBy` is not after `window.opens`',
      found: backBy,
      instead: `write a time after ${opens}`,
    };
  }
  yield* nameClashes(names);
}

/** `from` may name a state or a procedure, a restore may name a restore point or a backup step: one name, one meaning. */
function* nameClashes(names: PlanNames): Generator<ProblemDraft> {
  const states = mapOf(names.raw['states']);
  for (const name of names.procedures.keys()) {
    if (!Object.hasOwn(states, name)) continue;
    yield {
      path: ['procedures', name],
      on: 'key',
      message: `\`${name}\` is the name of a state and of a procedure`,
      found: name,
      instead: 'rename one of the two',
    };
  }
  const declared = new Set(
    entriesOf(names.raw['systems']).flatMap(([, system]) => Object.keys(mapOf(mapOf(system)['restorePoints']))),
  );
  const backups = new Set<string>();
  for (const [procedure, steps] of names.procedures) {
    for (const [index, step] of steps.entries()) {
      if (step.id === undefined || listOf(step.raw['backup']).length === 0) continue;
      const path = ['procedures', procedure, 'steps', index, 'id'];
      const message = `the backup step \`${step.id}\` makes a restore point of that name, but there is one already`;
      if (declared.has(step.id) || backups.has(step.id))
        yield { path, message, found: step.id, instead: 'give the step another id' };
      backups.add(step.id);
    }
  }
}
