import { invariant } from '../../kernel/errors.ts';
import type { Procedure } from '../../plan/schema.ts';
import { goLiveOf } from '../../plan/steps.ts';
import { HOUR_MS } from './graph-builder.ts';
import { addProcedure } from './procedure.ts';
import { type Scope, storesOf } from './scope.ts';

/** The plan's go-live with the seal around its backup, the new state verified and read. */
export function addGoLive(scope: Scope, prepared: readonly string[]): readonly string[] {
  const { graph, plan, scenario } = scope;
  const name = goLiveOf(plan, scenario);
  const procedure = name === undefined ? undefined : plan.procedures[name];
  invariant(name !== undefined && procedure !== undefined, 'the scenario has no go-live');
  const ends = addProcedure(scope, { name, procedure, entry: prepared, stage: 'go live', clocked: false });
  sealAround(scope, { name, procedure, prepared });
  const verify = graph.add({
    id: 'live',
    title: `verify the state ${scenario.at}`,
    after: ends,
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
  return [
    graph.add({
      id: 'departure',
      title: 'show that the new state differs from the old one',
      after: reads,
      activity: { kind: 'departure', at: 'live' },
      stage: 'go live',
    }),
  ];
}

/** Seal when the go-live's backup starts; look again before its first changing step. */
function sealAround(
  scope: Scope,
  request: { readonly name: string; readonly procedure: Procedure; readonly prepared: readonly string[] },
): void {
  const { graph, plan } = scope;
  const { name, procedure, prepared } = request;
  const backups = procedure.steps.filter((step) => step.backup !== undefined).map((step) => `${name}.${step.id}`);
  const first = backups[0] ?? `${name}.${procedure.steps[0]?.id ?? ''}`;
  const before = graph.node(first).after;
  const seal = graph.add({
    id: 'seal',
    title: 'seal the baseline',
    after: before.length === 0 ? prepared : before,
    activity: { kind: 'seal', stores: storesOf(plan) },
    stage: 'go live',
  });
  graph.waitFor(first, () => [seal]);
  const last = backups.at(-1);
  if (last === undefined) return;
  const gaps = storesOf(plan).map((store) =>
    graph.add({
      id: `gap.${store}`,
      title: `no foreign write to ${store} since the seal`,
      after: [last],
      activity: { kind: 'gap', store },
      stage: 'go live',
    }),
  );
  const followers = graph.nodes.filter(
    (node) => node.activity.kind === 'step' && node.after.includes(last) && !backups.includes(node.id),
  );
  for (const node of followers) graph.waitFor(node.id, (after) => [...after.filter((id) => id !== last), ...gaps]);
}

export function addDamage({ graph, scenario }: Scope, live: readonly string[]): readonly string[] {
  const before = graph.add({
    id: 'watch-before',
    title: 'read triggers and checks before any damage',
    after: live,
    activity: { kind: 'watch-before' },
    stage: 'inject',
  });
  if (scenario.faults.length === 0) return [before];
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
