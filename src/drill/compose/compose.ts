import { invariant } from '../../kernel/errors.ts';
import type { Plan } from '../../plan/schema.ts';
import type { Activity } from '../activity.ts';
import { assertSound, type Graph } from '../graph.ts';
import { addEarlyInGoLive, addEarlyInRollback } from './early.ts';
import { addEnd, addOpening, addRollback } from './going-back.ts';
import { addCall, addDamage, addGoLive, addWorkloads } from './going-live.ts';
import { GraphBuilder } from './graph-builder.ts';
import { addPreparation } from './preparation.ts';
import { cutRange } from './range.ts';
import type { ComposeOptions, Scope } from './scope.ts';

/** One scenario of a plan as a graph, in the order of a drill: prepare, go live, inject, detect, decide, roll back, verify, open. */
export function composeDrill(plan: Plan, scenarioName: string, options: ComposeOptions): Graph<Activity> {
  const scenario = plan.scenarios[scenarioName];
  invariant(scenario !== undefined, `the plan has no scenario ${scenarioName}`);
  const scope: Scope = { plan, scenario, options, graph: new GraphBuilder() };
  const prepared = addPreparation(scope);
  const live = addGoLive(scope, prepared);
  addEarlyInGoLive(scope);
  const damaged = addEarlyInRollback(scope, addDamage(scope, addWorkloads(scope, live)));
  addRollback(scope, addCall(scope, damaged));
  addOpening(scope);
  addEnd(scope);
  const composed = { nodes: cutRange(scope.graph.nodes, options) };
  assertSound(composed);
  return composed;
}
