import { declaredNames, expectDeclared, expectOneOf } from './expect-name.ts';
import { listOf, mapOf, type PlanNames } from './names.ts';
import type { ProblemDraft } from './problem.ts';
import { FIX_FORWARD } from './schema/decision.ts';

/** Who decides is a role; what they choose from are procedures, and to stay and repair. */
export function* decisionProblems(names: PlanNames): Generator<ProblemDraft> {
  const decision = mapOf(names.raw['decision']);
  yield* expectDeclared(names, 'role', { path: ['decision', 'by'], value: decision['by'] });
  yield* expectDeclared(names, 'role', { path: ['decision', 'deputy'], value: decision['deputy'] });
  const { by, deputy } = decision;
  if (typeof by === 'string' && by === deputy) {
    yield {
      path: ['decision', 'deputy'],
      message: `\`${by}\` cannot stand in for themselves`,
      found: by,
      instead: 'name another role, or leave `deputy` out',
    };
  }
  yield* choiceProblems(names, listOf(decision['choose']));
  if (names.procedures.has(FIX_FORWARD)) {
    yield {
      path: ['procedures', FIX_FORWARD],
      on: 'key',
      message: `\`${FIX_FORWARD}\` means to stay and repair; a procedure cannot have this name`,
      found: FIX_FORWARD,
      instead: 'give the procedure another name',
    };
  }
}

function* choiceProblems(names: PlanNames, choices: readonly unknown[]): Generator<ProblemDraft> {
  const procedures = declaredNames(names, 'procedure');
  for (const [index, choice] of choices.entries()) {
    const path = ['decision', 'choose', index];
    if (procedures !== undefined) {
      const known = [...procedures, FIX_FORWARD];
      yield* expectOneOf(known, { path, value: choice, kind: 'procedure', where: 'under `procedures`' });
    }
    if (typeof choice === 'string' && choices.indexOf(choice) < index) {
      const message = `\`decision.choose\` offers \`${choice}\` twice`;
      yield { path, message, found: choice, instead: 'remove one of the two' };
    }
  }
}
