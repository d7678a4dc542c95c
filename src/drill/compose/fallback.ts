import { fallbackOf } from '../../plan/fallback.ts';
import type { Procedure } from '../../plan/schema.ts';
import { addProcedure } from './procedure.ts';
import { closingSteps, openingSteps, rollbackOf, type Scope, stepOf } from './scope.ts';

/** The way back that stands in for the other one when a step of that fails. */
export interface AddedFallback {
  readonly name: string;
  readonly procedure: Procedure;
  /** Nodes whose failure calls for it. */
  readonly insteadOf: readonly string[];
  /** Its steps that do not wait for `verified`. */
  readonly closing: readonly string[];
}

/**
 * Null where no step has one, and where only a part of the plan is run. It waits for whatever may still go on beside the
 * failed step, and never for a program that starts only after the readings at rest, because those wait for the fallback.
 */
export function addFallback(scope: Scope, made: { readonly closing: readonly string[] }): AddedFallback | null {
  const { graph, plan, options } = scope;
  const { name: main } = rollbackOf(scope);
  const found = fallbackOf(plan, main);
  if (found === null || options.until !== undefined || options.from !== undefined) return null;
  const starts = lastStarts(scope, made.closing);
  const isLate = (id: string): boolean => starts.some((start) => start === id || graph.isBehind(id, start));
  const insteadOf = found.insteadOf
    .map((id) => `${main}.${id}`)
    .filter((id) => made.closing.includes(id) && !isLate(id));
  if (insteadOf.length === 0) return null;
  const isBehind = (id: string): boolean => insteadOf.some((failed) => graph.isBehind(id, failed));
  const beside = made.closing.filter((id) => !insteadOf.includes(id) && !isBehind(id) && !isLate(id));
  const entry = graph.add({
    id: 'fall-back',
    title: `go over to ${found.name}`,
    after: beside,
    activity: { kind: 'fall-back', procedure: found.name, insteadOf },
    stage: 'roll back',
    clock: 'execute',
    insteadOf,
  });
  const { name, procedure } = found;
  addProcedure(scope, { name, procedure, entry: [entry], stage: 'roll back', clocked: true, insteadOf });
  return { name, procedure, insteadOf, closing: closingSteps(name, procedure) };
}

/** Starts of programs that no restore follows: what was restored is read before them. */
export function lastStarts(scope: Scope, closing: readonly string[]): readonly string[] {
  const restores = closing.filter((id) => stepOf(scope, id)?.restore !== undefined);
  return closing.filter(
    (id) => stepOf(scope, id)?.start !== undefined && !restores.some((restore) => scope.graph.isBehind(restore, id)),
  );
}

/**
 * Nothing of the first way goes on behind the step that failed, although what stands between has been made good by then:
 * the readings and `verified` are the same nodes for both ways.
 */
export function endFirstWay(scope: Scope, { insteadOf }: AddedFallback): void {
  const { graph } = scope;
  const { name, procedure } = rollbackOf(scope);
  const opening = openingSteps(name, procedure);
  for (const step of procedure.steps) {
    const id = `${name}.${step.id}`;
    const failed = insteadOf.filter((one) => opening.has(id) || graph.isBehind(id, one));
    if (failed.length > 0) graph.waitFor(id, (after) => [...new Set([...after, ...failed])]);
  }
}

/** The rollback, and the fallback that was added for it. */
export function waysBack(scope: Scope): readonly { readonly name: string; readonly procedure: Procedure }[] {
  const first = rollbackOf(scope);
  const fallback = scope.graph.nodes.some(({ id }) => id === 'fall-back') ? fallbackOf(scope.plan, first.name) : null;
  return [first, ...(fallback === null ? [] : [fallback])];
}
