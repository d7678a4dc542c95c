import { countOf } from '../../kernel/count.ts';
import { formatDuration } from '../../kernel/duration.ts';
import type { NodeOutcome, Recorded } from '../../journal/journal.ts';
import { callersOf, type Choice, frozenDigest, type FrozenFacts, nobodyMayCall } from '../../people/roster/decision.ts';
import { gapsOf, inWords } from '../../people/roster/roster.ts';
import { choicesOf, timeLeft } from '../../plan/decision.ts';
import { brokenOffAt, placeInWords } from '../../plan/departure-point.ts';
import { decidersOf, dutiesOf } from '../../plan/duties.ts';
import { scheduleOf } from '../../plan/runbook/schedule.ts';
import { triggerLimit } from '../../plan/runbook/wording.ts';
import type { Scenario } from '../../plan/schema.ts';
import { FIX_FORWARD } from '../../plan/schema/decision.ts';
import { factsOf } from '../../proof/facts.ts';
import type { World } from '../world.ts';
import { askPerson, type Context, succeeded } from './context.ts';

/** Facts and choices are written down before anybody is asked: nobody can decide on something else afterwards. */
export async function decide(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  const { scenario, roster } = world.request;
  const frozen: FrozenFacts = {
    facts: factsNow(world, await context.events()),
    choices: choicesOf(world.plan, scenario).map((name) => choiceNamed(world, name)),
  };
  const factsDigest = frozenDigest(frozen);
  await context.note('facts-frozen', { ...frozen, digest: factsDigest });
  const answer = await askPerson(context, {
    what: 'the decision',
    ask: async () =>
      world.ports.operator.callRollback(
        {
          ...frozen,
          rollback: scenario.rollback,
          callers: callersOf({ roster, deciders: decidersOf(world.plan) }),
          rule:
            world.plan.decision?.rule === undefined ? null : { leftMs: timeLeft(world.plan, scenario)?.leftMs ?? null },
        },
        context.signal,
      ),
  });
  await context.note('decision', { ...answer, factsDigest });
  await context.note('instant', { name: 't2', note: `called by ${answer.by}` });
  if (answer.choice !== scenario.rollback)
    return { kind: 'failed', detail: `${answer.by} chose ${answer.choice}`, blame: 'plan' };
  return succeeded(`called by ${answer.by}`);
}

function factsNow(world: World, events: readonly Recorded[]): readonly string[] {
  const { scenario, scenarioName } = world.request;
  return [
    world.noticed ?? 'nothing was noticed; the drill itself calls for a decision',
    `scenario ${scenarioName}; ${placeNow(scenario)}`,
    ...triggersNow(world, events),
    ...workNow(world),
    ...timeNow(world),
    ...peopleNow(world),
  ];
}

function placeNow(scenario: Scenario): string {
  const broken = brokenOffAt(scenario);
  return broken === null
    ? `the systems are in the state ${placeInWords(scenario)}`
    : `the go-live ${broken.during} stands at its step ${broken.step}`;
}

function triggersNow({ plan }: World, events: readonly Recorded[]): readonly string[] {
  const latest = new Map(factsOf(events, 'trigger-reading').map(({ facts }) => [facts.trigger, facts]));
  return [...latest.values()].flatMap(({ trigger, value, colour }) => {
    const planned = plan.triggers[trigger];
    return planned === undefined ? [] : [`${trigger} ${value}, ${colour} (red when ${triggerLimit(planned)})`];
  });
}

function workNow({ worked }: World): readonly string[] {
  return [...worked].map(([workload, { writes }]) => {
    const acknowledged = writes.filter(({ outcome }) => outcome === 'ok').length;
    return `${countOf(acknowledged, 'write')} of ${workload} acknowledged since the go-live`;
  });
}

function timeNow({ plan, request }: World): readonly string[] {
  const left = timeLeft(plan, request.scenario);
  if (left === null) return [];
  const latest = new Date(left.latestCallMs).toISOString().slice(0, 16).replace('T', ' ');
  return [
    `latest call ${latest} UTC by the plan; ${formatDuration(left.leftMs)} are left when the go-live ends as planned`,
  ];
}

function peopleNow({ plan, request: { roster, scenario } }: World): readonly string[] {
  const nobody = nobodyMayCall({ roster, deciders: decidersOf(plan) });
  const gaps = gapsOf(roster, dutiesOf(plan, scenario)).map(({ role, nobody: steps }) =>
    steps.length === 0
      ? `${inWords(role)} is absent`
      : `${inWords(role)} is absent; nobody else may do ${steps.join(', ')}`,
  );
  return [...gaps, ...(nobody === null ? [] : [`nobody who may call it is there: ${nobody}`])];
}

function choiceNamed(world: World, name: string): Choice {
  if (name === FIX_FORWARD) {
    const left = timeLeft(world.plan, world.request.scenario);
    const until = left === null ? [] : [`must be done and checked within ${formatDuration(left.leftMs)}`];
    return { name, costs: ['stays in the new state; what is damaged stays damaged until it is repaired', ...until] };
  }
  return { name, costs: costsOf(world, name) };
}

function costsOf({ plan, worked }: World, name: string): readonly string[] {
  const procedure = plan.procedures[name];
  if (procedure === undefined) return [];
  const { total, unknown } = scheduleOf(procedure);
  const open = unknown.length === 0 ? '' : `, and ${countOf(unknown.length, 'step')} of unknown duration`;
  const target = plan.states[procedure.to];
  const returns = Object.values(target?.systems ?? {}).some(
    (wanted) => typeof wanted === 'object' && wanted.equals !== undefined,
  );
  const users = target?.access ?? [];
  const oneWay = procedure.steps.filter((step) => step.pointOfNoReturn !== undefined).map((step) => step.id);
  return [
    `leads to the state ${procedure.to} in ${formatDuration(total.p50Ms)} to ${formatDuration(total.p90Ms)}${open}`,
    ...(returns && worked.size > 0
      ? ['stores return to the backup; work since then is lost unless it is carried over']
      : []),
    ...(users.length === 0 ? [] : [`${users.join(', ')} cannot work meanwhile`]),
    ...(oneWay.length === 0 ? [] : [`no return after ${oneWay.join(', ')}`]),
  ];
}
