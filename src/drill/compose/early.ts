import { crossedEarly } from '../../plan/no-return.ts';
import { goLiveOf } from '../../plan/steps.ts';
import type { Scope } from './scope.ts';

/** What is crossed before its turn in the go-live: as soon as the baseline is safe. The steps behind that wait for it. */
export function addEarlyInGoLive(scope: Scope): void {
  const { graph } = scope;
  const gaps = graph.nodes.filter(({ activity }) => activity.kind === 'gap').map(({ id }) => id);
  const after = gaps.length === 0 ? ['seal'] : gaps;
  const behind = graph.nodes.filter(
    (node) => node.activity.kind === 'step' && node.after.some((one) => after.includes(one)),
  );
  const name = goLiveOf(scope.plan, scope.scenario);
  for (const early of addEarly(scope, { name, after }))
    for (const { id } of behind) graph.waitFor(id, (before) => [...before, early]);
}

/** What is crossed before anybody has called the way back. */
export function addEarlyInRollback(scope: Scope, damaged: readonly string[]): readonly string[] {
  const early = addEarly(scope, { name: scope.scenario.rollback, after: damaged });
  return early.length === 0 ? damaged : early;
}

function addEarly(
  { graph, plan, scenario }: Scope,
  made: { readonly name: string | undefined; readonly after: readonly string[] },
): readonly string[] {
  return scenario.twists.flatMap((twist) => {
    const marked = twist.id === 'GF-11' ? crossedEarly(plan, scenario, twist) : undefined;
    if (marked === undefined || marked.name !== made.name) return [];
    const { name, step } = marked;
    return [
      graph.add({
        id: `early.${step.id}`,
        title: `${step.id}, before its turn`,
        after: made.after,
        activity: { kind: 'cross-early', procedure: name, step, seed: twist.seed },
        stage: name === scenario.rollback ? 'inject' : 'go live',
      }),
    ];
  });
}
