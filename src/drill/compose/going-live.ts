import { invariant } from '../../kernel/errors.ts';
import { goLiveOf } from '../../plan/steps.ts';
import { HOUR_MS } from './graph-builder.ts';
import { addSweepOfNewState } from './preparation.ts';
import { addProcedure } from './procedure.ts';
import { type Scope, storesOf } from './scope.ts';

/** The plan's go-live with the seal around its backup, the new state verified and read. */
export function addGoLive(scope: Scope, prepared: readonly string[]): readonly string[] {
  const { graph, plan, scenario } = scope;
  const name = goLiveOf(plan, scenario);
  const procedure = name === undefined ? undefined : plan.procedures[name];
  invariant(name !== undefined && procedure !== undefined, 'the scenario has no go-live');
  const ends = addProcedure(scope, { name, procedure, entry: prepared, stage: 'go live', clocked: false });
  const steps = procedure.steps.map((step) => `${name}.${step.id}`);
  const backups = procedure.steps.filter((step) => step.backup !== undefined).map((step) => `${name}.${step.id}`);
  addSeal(scope, { prepared, steps, backups });
  const gaps = addGaps(scope, { prepared, steps, backups });
  const verify = graph.add({
    id: 'live',
    title: `verify the state ${scenario.at}`,
    after: [...ends, ...gaps],
    activity: { kind: 'verify-state', state: scenario.at, when: 'live' },
    stage: 'go live',
  });
  const reads = storesOf(plan).map((store) =>
    graph.add({
      id: `read.live.${store}`,
      title: `read ${store} in the new state`,
      after: [verify],
      activity: { kind: 'read', store, label: 'live' },
      stage: 'go live',
    }),
  );
  const departure = graph.add({
    id: 'departure',
    title: 'show that the new state differs from the old one',
    after: reads.length === 0 ? [verify] : reads,
    activity: { kind: 'departure', at: 'live' },
    stage: 'go live',
  });
  return [departure, ...addSweepOfNewState(scope, [departure])];
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

export function addDamage({ graph, scenario }: Scope, live: readonly string[]): readonly string[] {
  const before = graph.add({
    id: 'watch-before',
    title: 'read triggers and checks before any damage',
    after: live,
    activity: { kind: 'watch-before' },
    stage: 'inject',
  });
  const { faults, twists } = scenario;
  if (faults.length + twists.length === 0) return [before];
  return [
    graph.add({
      id: 'inject',
      title: faults.length === 0 ? 'arm what goes wrong on the way back' : 'inject the faults and show the damage',
      after: [before],
      activity: { kind: 'inject' },
      stage: 'inject',
    }),
  ];
}

export function addCall({ graph }: Scope, after: readonly string[]): readonly string[] {
  const detect = graph.add({
    id: 'detect',
    title: 'wait until something notices',
    after,
    activity: { kind: 'detect' },
    stage: 'detect',
    clock: 'detect',
  });
  return [
    graph.add({
      id: 'decide',
      title: 'decide',
      after: [detect],
      activity: { kind: 'decide' },
      stage: 'decide',
      clock: 'decide',
      timeoutMs: 24 * HOUR_MS,
    }),
  ];
}
