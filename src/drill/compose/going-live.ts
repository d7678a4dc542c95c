import { invariant } from '../../kernel/errors.ts';
import { brokenOffAt, isOnRunningStep, upTo } from '../../plan/departure-point.ts';
import type { Procedure, Scenario } from '../../plan/schema.ts';
import { goLiveOf } from '../../plan/steps.ts';
import { HOUR_MS } from './graph-builder.ts';
import { addSweepOfNewState } from './preparation.ts';
import { addProcedure, type ProcedureRequest } from './procedure.ts';
import { type Scope, storesOf } from './scope.ts';

/** The plan's go-live with the seal around its backup, the new state verified and read. */
export function addGoLive(scope: Scope, prepared: readonly string[]): readonly string[] {
  const { graph, plan, scenario } = scope;
  const name = goLiveOf(plan, scenario);
  const procedure = name === undefined ? undefined : plan.procedures[name];
  invariant(name !== undefined && procedure !== undefined, 'the scenario has no go-live');
  const broken = brokenOffAt(scenario);
  const carriedOut = broken === null ? procedure : carriedOutOf(scope, procedure, broken.step);
  const made = { name, procedure: carriedOut, entry: prepared, stage: 'go live', clocked: false } as const;
  const ends = addProcedure(scope, made);
  const sealed = [...ends, ...addBaseline(scope, made)];
  const begun = sealed.length === 0 ? ['seal'] : sealed;
  const arrived = broken === null ? [addArrival(scope, procedure.to, begun)] : begun;
  const where = broken === null ? 'in the new state' : `at ${broken.step}`;
  const reads = storesOf(plan).map((store) =>
    graph.add({
      id: `read.live.${store}`,
      title: `read ${store} ${where}`,
      after: arrived,
      activity: { kind: 'read', store, label: 'live' },
      stage: 'go live',
    }),
  );
  const departure = graph.add({
    id: 'departure',
    title: 'show that the new state differs from the old one',
    after: reads.length === 0 ? arrived : reads,
    activity: { kind: 'departure', at: 'live' },
    stage: 'go live',
  });
  return [departure, ...addSweepOfNewState(scope, [departure])];
}

/** A fault that sits on the running step is looked at beside the step: then that one comes later, with the damage. */
function carriedOutOf({ scenario }: Scope, procedure: Procedure, step: string): Procedure {
  const carried = upTo(procedure, step);
  return isOnRunningStep(scenario) ? { ...carried, steps: carried.steps.filter(({ id }) => id !== step) } : carried;
}

function addArrival({ graph }: Scope, state: string, after: readonly string[]): string {
  return graph.add({
    id: 'live',
    title: `verify the state ${state}`,
    after,
    activity: { kind: 'verify-state', state, when: 'live' },
    stage: 'go live',
  });
}

/** Returns what nothing of the go-live waits for, when it breaks off at its backup. */
function addBaseline(scope: Scope, { name, procedure, entry: prepared }: ProcedureRequest): readonly string[] {
  const steps = procedure.steps.map((step) => `${name}.${step.id}`);
  const backups = procedure.steps.filter((step) => step.backup !== undefined).map((step) => `${name}.${step.id}`);
  addSeal(scope, { prepared, steps, backups });
  return addGaps(scope, { prepared, steps, backups });
}

interface GoLive {
  readonly prepared: readonly string[];
  readonly steps: readonly string[];
  readonly backups: readonly string[];
}

/** Seal when the go-live's backup starts, or before everything when it makes none. */
function addSeal({ graph, plan }: Scope, { prepared, steps, backups }: GoLive): void {
  const first =
    backups.length === 0
      ? steps.filter((id) => !graph.node(id).after.some((before) => steps.includes(before)))
      : backups.filter((id) => !backups.some((other) => graph.isBehind(id, other)));
  const before = [...new Set(first.flatMap((id) => graph.node(id).after))];
  const seal = graph.add({
    id: 'seal',
    title: 'seal the baseline',
    after: before.length === 0 ? prepared : before,
    activity: { kind: 'seal', stores: storesOf(plan) },
    stage: 'go live',
  });
  for (const id of first) graph.waitFor(id, () => [seal]);
}

/**
 * Look again between the backup and the first changing step. Whatever does not lead to the backup comes behind that
 * second look, so that a foreign write is never taken for the plan's own change.
 */
function addGaps({ graph, plan }: Scope, { steps, backups }: GoLive): readonly string[] {
  if (backups.length === 0) return [];
  const later = steps.filter((id) => !backups.some((backup) => backup === id || graph.isBehind(backup, id)));
  const gaps = storesOf(plan).map((store) =>
    graph.add({
      id: `gap.${store}`,
      title: `no foreign write to ${store} since the seal`,
      after: backups,
      activity: { kind: 'gap', store },
      stage: 'go live',
    }),
  );
  if (gaps.length === 0) return [];
  for (const id of later)
    graph.waitFor(id, (after) => [...new Set([...after.filter((before) => !backups.includes(before)), ...gaps])]);
  return gaps;
}

/** One after the other, so that the same seeds give the same ledger. */
export function addWorkloads({ graph, scenario }: Scope, live: readonly string[]): readonly string[] {
  return scenario.workload.reduce<readonly string[]>(
    (after, workload) => [
      graph.add({
        id: `workload.${workload}`,
        title: `users work: ${workload}`,
        after,
        activity: { kind: 'workload', workload },
        stage: 'go live',
      }),
    ],
    live,
  );
}

export function addDamage(scope: Scope, live: readonly string[]): readonly string[] {
  const { graph, scenario } = scope;
  const before = graph.add({
    id: 'watch-before',
    title: 'read triggers and checks before any damage',
    after: live,
    activity: { kind: 'watch-before' },
    stage: 'inject',
  });
  if (scenario.faults.length === 0) return [before];
  if (isOnRunningStep(scenario)) addRunningStep(scope, before);
  return [
    graph.add({
      id: 'inject',
      title: 'inject the faults and show the damage',
      after: [before],
      activity: { kind: 'inject' },
      stage: 'inject',
    }),
  ];
}

/** Beside the injection, which waits for its processes, and the detection. */
function addRunningStep(scope: Scope, before: string): void {
  const broken = brokenOffAt(scope.scenario);
  const procedure = scope.plan.procedures[broken?.during ?? ''];
  invariant(broken !== null && procedure !== undefined, 'the scenario breaks no go-live off');
  const alone = { ...procedure, steps: procedure.steps.filter(({ id }) => id === broken.step) };
  const made = { name: broken.during, procedure: alone, entry: [before], stage: 'inject', clocked: false } as const;
  addProcedure(scope, made);
  scope.graph.waitFor(runningStep(scope.scenario), () => [before]);
}

function runningStep(scenario: Scenario): string {
  const broken = brokenOffAt(scenario);
  return `${broken?.during ?? ''}.${broken?.step ?? ''}`;
}

export function addCall({ graph, scenario }: Scope, after: readonly string[]): readonly string[] {
  const detect = graph.add({
    id: 'detect',
    title: 'wait until something notices',
    after,
    activity: { kind: 'detect' },
    stage: 'detect',
    clock: 'detect',
  });
  const decide = graph.add({
    id: 'decide',
    title: 'decide',
    after: [detect],
    activity: { kind: 'decide' },
    stage: 'decide',
    clock: 'decide',
    timeoutMs: 24 * HOUR_MS,
  });
  if (!isOnRunningStep(scenario)) return [decide];
  const step = runningStep(scenario);
  const end = graph.add({
    id: 'break-off',
    title: `end ${step}`,
    after: [decide],
    activity: { kind: 'break-off', step },
    // Also when nothing was called: what is slowed down would otherwise go on to its end.
    always: true,
    stage: 'decide',
    clock: 'execute',
  });
  return [end, step];
}
