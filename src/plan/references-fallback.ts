import { expectDeclared } from './expect-name.ts';
import { memberOf } from './json-schema.ts';
import { entriesOf, listOf, mapOf, type PlanNames, type RawStep, textOf } from './names.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';

type Drafts = Generator<ProblemDraft>;

/** `else` of the steps of one procedure: it exists, begins where this one breaks off, and is the only one. */
export function* fallbackProblems(names: PlanNames, procedure: string, steps: readonly RawStep[]): Drafts {
  const calling = steps.map((step, index) => ({ step, at: ['procedures', procedure, 'steps', index, 'else'] }));
  const used = calling.filter(({ step }) => step.raw['else'] !== undefined);
  const first = textOf(used[0]?.step.raw['else']);
  for (const { step, at } of used) {
    const value = step.raw['else'];
    const unknown = [...expectDeclared(names, 'procedure', { path: at, value })];
    yield* unknown;
    const name = textOf(value);
    if (name === undefined || unknown.length > 0) continue;
    yield* placeProblems(names, { procedure, step, at });
    if (name === procedure)
      yield {
        path: at,
        message: `\`${name}\` cannot be its own fallback`,
        found: name,
        instead: 'name another procedure',
      };
    else if (name !== first)
      yield {
        path: at,
        message: `\`${procedure}\` has two fallbacks, \`${first ?? ''}\` and \`${name}\``,
        found: name,
        instead: `write \`else: ${first ?? ''}\`: a procedure has one fallback`,
      };
    else yield* targetProblems(names, { procedure, name, at });
  }
}

interface Use {
  readonly procedure: string;
  readonly step: RawStep;
  readonly at: PlanPath;
}

function* placeProblems(names: PlanNames, { procedure, step, at }: Use): Drafts {
  const isRollback = entriesOf(names.raw['scenarios']).some(
    ([, scenario]) => memberOf(scenario, 'rollback') === procedure,
  );
  if (!isRollback)
    yield {
      path: at,
      on: 'key',
      message: `no scenario goes back by \`${procedure}\`, so nothing would carry out its fallback`,
      found: 'else',
      instead: 'remove `else`; a go-live that breaks off is what a scenario is for',
    };
  if (step.kinds[0] === 'message')
    yield {
      path: at,
      on: 'key',
      message: 'a message never stops the way back, so it has no fallback',
      found: 'else',
      instead: 'remove `else`',
    };
}

function* targetProblems(
  names: PlanNames,
  { procedure, name, at }: { readonly procedure: string; readonly name: string; readonly at: PlanPath },
): Drafts {
  const target = mapOf(mapOf(names.raw['procedures'])[name]);
  if (!listOf(target['from']).includes(procedure))
    yield {
      path: at,
      message: `the fallback \`${name}\` does not begin where \`${procedure}\` breaks off`,
      found: name,
      instead: `add \`${procedure}\` to \`procedures.${name}.from\``,
    };
  const own = (names.procedures.get(name) ?? []).find((step) => step.raw['else'] !== undefined);
  if (own !== undefined)
    yield {
      path: at,
      message: `the fallback \`${name}\` has a fallback itself, in its step \`${own.id ?? ''}\``,
      found: name,
      instead: `remove \`else\` there: behind a fallback people decide`,
    };
}
