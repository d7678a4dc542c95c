import { listOf } from '../../../plan/runbook/wording.ts';
import { ancestorsOf, procedureGraph } from '../../../plan/graph.ts';
import { crossedEarly, markedSteps } from '../../../plan/no-return.ts';
import type { NodeOutcome, Recorded } from '../../../journal/journal.ts';
import type { PlannedTwist, Step } from '../../../plan/schema.ts';
import { findCatalogueEntry } from '../../../catalogue/catalogue.ts';
import type { World } from '../../world.ts';
import { type Context, succeeded } from '../context.ts';
import type { ArmedTwist } from './twists.ts';

const ID = 'GF-11';

export interface EarlyCrossing {
  readonly procedure: string;
  readonly step: Step;
  readonly seed: number;
}

/** Nobody released it. Whatever becomes of it, the drill goes on: what it does to the way back is judged as always. */
export async function crossEarly(
  context: Context,
  { procedure, step, seed }: EarlyCrossing,
  act: () => Promise<NodeOutcome>,
): Promise<NodeOutcome> {
  const { world } = context;
  const where = `${procedure}.${step.id}`;
  const skippedOver = stepsBefore(world, { procedure, step }, await context.events());
  const name = findCatalogueEntry(ID)?.name ?? ID;
  const what = `${where} (no return: ${step.pointOfNoReturn ?? 'not marked'}) is carried out before its turn`;
  await context.note('twist', { twist: ID, name, where, seed, armed: true, what });
  const note = (shown: boolean, evidence: string): Promise<void> =>
    context.note('twist-shown', { twist: ID, where, shown, evidence });
  if (skippedOver.length === 0) {
    await note(false, `nothing comes before ${where}, so it cannot be crossed early`);
    return succeeded('its turn has come anyway');
  }
  const outcome = await act();
  if (outcome.kind !== 'succeeded') {
    await note(false, `${where} could not be carried out before its turn: ${outcome.detail}`);
    return succeeded(`not crossed: ${outcome.detail}`);
  }
  world.twisted.crossedEarly.add(step);
  await note(
    true,
    `${where} was crossed before ${listOf(skippedOver)}, released by nobody${step.owner === undefined ? ', and nobody owns it' : ` (it is for ${step.owner} to release)`}; the plan marks ${listOf(markedIn(world))}`,
  );
  return succeeded('crossed before its turn');
}

function markedIn({ plan, request }: World): readonly string[] {
  return markedSteps(plan, request.scenario).map(({ name, step }) => `${name}.${step.id}`);
}

/** Steps that it waits for and that have not ended. */
function stepsBefore(
  { plan }: World,
  { procedure, step }: Pick<EarlyCrossing, 'procedure' | 'step'>,
  events: readonly Recorded[],
): readonly string[] {
  const made = plan.procedures[procedure];
  const before = made === undefined ? new Set<string>() : ancestorsOf(procedureGraph(made), step.id);
  const ended = new Set(events.flatMap((event) => (event.kind === 'node-ended' ? [event.node] : [])));
  return [...before].filter((id) => !ended.has(`${procedure}.${id}`));
}

/** It has been noted already, or waits for its turn that comes too early. */
export async function armEarly({ world }: Context, twist: PlannedTwist): Promise<ArmedTwist> {
  const marked = crossedEarly(world.plan, world.request.scenario, twist);
  const where = marked === undefined ? (twist.step ?? 'the plan') : `${marked.name}.${marked.step.id}`;
  if (marked === undefined) return { where, armed: false, what: 'the plan marks no such step' };
  return { where, armed: true, what: `${where} is carried out before its turn`, isNotedElsewhere: true };
}
