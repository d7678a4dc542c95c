import { invariant } from '../../kernel/errors.ts';
import { newStateOf } from '../../plan/departure-point.ts';
import type { Plan, PlannedFault } from '../../plan/schema.ts';
import { goLiveOf } from '../../plan/steps.ts';
import type { Activity } from '../activity.ts';
import { assertSound, type Graph } from '../graph.ts';
import { addGoLive } from './going-live.ts';
import { addRelease } from './going-back.ts';
import { GraphBuilder } from './graph-builder.ts';
import { addPreparation } from './preparation.ts';
import type { Scope } from './scope.ts';

/** A drill up to the new state, then one copy for each fault and a healthy one, instead of damage, decision and rollback. */
export function composeBacktest(plan: Plan, scenarioName: string, faults: readonly PlannedFault[]): Graph<Activity> {
  const planned = plan.scenarios[scenarioName];
  invariant(planned !== undefined, `the plan has no scenario ${scenarioName}`);
  // Everything is asked in the new state, so the go-live is carried out to its end.
  const at = newStateOf(plan, planned);
  const scenario = { ...planned, at: at ?? planned.at, goLive: goLiveOf(plan, planned) };
  // Nobody's access is compared afterwards, so it need not be tried before.
  const states = Object.fromEntries(
    Object.entries(plan.states).map(([name, state]) => [name, { ...state, access: [] }]),
  );
  const scope: Scope = { plan: { ...plan, states }, scenario, options: { attended: false }, graph: new GraphBuilder() };
  let after = addGoLive(scope, addPreparation(scope));
  const copies = [
    { copy: 'healthy', fault: null },
    ...faults.map((fault, index) => ({ copy: `damaged-${index + 1}`, fault })),
  ];
  // One after the other: each is a server and a program of its own.
  for (const { copy, fault } of copies)
    after = [
      scope.graph.add({
        id: `backtest.${copy}`,
        title: fault === null ? 'ask all triggers and checks on a healthy copy' : `ask them on a copy with ${fault.id}`,
        after,
        activity: { kind: 'backtest-copy', copy, fault },
        stage: 'detect',
      }),
    ];
  addRelease(scope);
  const composed = { nodes: scope.graph.nodes };
  assertSound(composed);
  return composed;
}
