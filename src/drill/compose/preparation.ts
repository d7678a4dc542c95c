import type { Activity, TwinPurpose } from '../activity.ts';
import type { Scope } from './scope.ts';
import { beginsEmpty } from '../../plan/states.ts';
import { isPartial, sendsMessages, startStateName, storesOf, sweptGroups } from './scope.ts';

/** Environment, stores, control run, sweep before, programs of the start state. Returns what the go-live waits for. */
export function addPreparation(scope: Scope): readonly string[] {
  const { graph, plan } = scope;
  graph.add({
    id: 'provision',
    title: 'make the isolated environment',
    after: [],
    activity: { kind: 'provision' },
    stage: 'prepare',
  });
  const inbox = addInbox(scope);
  const drifted = storesOf(plan).map((store) => addStore(scope, store));
  const control = addTwins(scope, 'control', drifted.length === 0 ? ['provision'] : drifted);
  // Beside the control run, and before any program is connected.
  const hasUsers = sweptGroups(scope).length > 0 && !isPartial(scope);
  const before = hasUsers ? addTwins(scope, 'before', [control]) : control;
  const controlRun = graph.add({
    id: 'control-run',
    title: 'control run on an untouched twin',
    after: [control],
    activity: { kind: 'control-run' },
    stage: 'prepare',
  });
  dropTwins(scope, 'control', [controlRun]);
  const swept = hasUsers ? addSweptTwins(scope, before) : [];
  // The stores are the witnesses of the control run, so no program may touch them while it lasts.
  const told = addAudiences(scope, [...inbox, before, controlRun]);
  const up = addPrograms(scope, [before, controlRun]);
  const steady = graph.add({
    id: 'steady',
    title: 'check the start state',
    after: up.length === 0 ? [controlRun, ...swept] : up,
    activity: { kind: 'verify-state', state: startStateName(plan, scope.scenario), when: 'before' },
    stage: 'prepare',
  });
  // Nothing waits for a twin to be gone: it is a server of its own.
  return [steady, controlRun, ...swept, ...told];
}

function addSweptTwins(scope: Scope, twins: string): readonly string[] {
  const swept = addSweeps(scope, 'before', [twins]);
  dropTwins(scope, 'before', swept);
  return swept;
}

/** A partial rollback leaves people where they are: they are compared with how they worked in the new state. */
export function addSweepOfNewState(scope: Scope, after: readonly string[]): readonly string[] {
  if (!isPartial(scope) || sweptGroups(scope).length === 0) return [];
  return addSweptTwins(scope, addTwins(scope, 'before', after));
}

function addInbox(scope: Scope): readonly string[] {
  if (!sendsMessages(scope)) return [];
  return [
    scope.graph.add({
      id: 'inbox',
      title: 'open the drill’s own inbox',
      after: ['provision'],
      activity: { kind: 'open-inbox' },
      stage: 'prepare',
    }),
  ];
}

function addAudiences(scope: Scope, after: readonly string[]): readonly string[] {
  if (!sendsMessages(scope)) return [];
  return [
    scope.graph.add({
      id: 'audiences',
      title: 'list who is to be told',
      after,
      activity: { kind: 'list-audiences' },
      stage: 'prepare',
    }),
  ];
}

function addStore({ graph, plan }: Scope, store: string): string {
  const system = plan.systems[store];
  const isEmpty = system !== undefined && beginsEmpty(system);
  const restored = graph.add({
    id: `restore-start.${store}`,
    title: isEmpty ? `make ${store}, empty` : `restore ${store} from the restore point`,
    after: ['provision'],
    activity: { kind: 'restore-start', store },
    stage: 'prepare',
  });
  const read = graph.add({
    id: `read.restored.${store}`,
    title: `read ${store} at rest`,
    after: [restored],
    activity: { kind: 'read', store, label: 'restored' },
    stage: 'prepare',
  });
  if (isEmpty) return read;
  return graph.add({
    id: `drift.${store}`,
    title: `ordinary work of the days since the backup on ${store}`,
    after: [read],
    activity: { kind: 'drift', store },
    stage: 'prepare',
  });
}

/** Twins after the rollback belong to the verification, and their time to its clock. */
function stageOf(isAfter: boolean): { readonly stage: 'verify' | 'prepare'; readonly clock?: 'verify' } {
  return isAfter ? { stage: 'verify', clock: 'verify' } : { stage: 'prepare' };
}

export function addTwins({ graph }: Scope, purpose: TwinPurpose, after: readonly string[]): string {
  return graph.add({
    id: `twins.${purpose}`,
    title: `throw-away twins (${purpose})`,
    after,
    activity: { kind: 'make-twins', purpose },
    ...stageOf(purpose === 'after'),
  });
}

export function dropTwins({ graph }: Scope, purpose: TwinPurpose, after: readonly string[]): string {
  const stage = purpose === 'after' ? 'verify' : 'prepare';
  return graph.add({
    id: `drop-twins.${purpose}`,
    title: `remove the twins (${purpose})`,
    after,
    activity: { kind: 'drop-twins', purpose },
    stage,
  });
}

export function addSweeps(scope: Scope, when: 'before' | 'after', after: readonly string[]): readonly string[] {
  return sweptGroups(scope).map((group) => {
    const activity: Activity = { kind: 'sweep', group, when };
    return scope.graph.add({
      id: `sweep.${when}.${group}`,
      title: `every user of ${group}: log in, count, create, undo`,
      after,
      activity,
      ...stageOf(when === 'after'),
    });
  });
}

/** The outside first, then services, the routes that lead to them, and the flows between them. */
function addPrograms({ graph, plan, scenario }: Scope, after: readonly string[]): readonly string[] {
  const state = startStateName(plan, scenario);
  const named = Object.keys(plan.states[state]?.systems ?? {});
  const endpoints = Object.keys(plan.systems).filter((system) => plan.systems[system]?.kind === 'endpoint');
  const systems = [...new Set([...endpoints, ...named])];
  const bring = (kind: 'endpoint' | 'service' | 'route', wait: readonly string[]): readonly string[] =>
    systems
      .filter((system) => plan.systems[system]?.kind === kind)
      .map((system) =>
        graph.add({
          id: `bring-up.${system}`,
          title: `${kind === 'route' ? 'point' : 'bring up'} ${system}`,
          after: wait,
          activity: { kind: 'bring-up', state, system },
          stage: 'prepare',
        }),
      );
  const outside = bring('endpoint', after);
  const up = [...outside, ...bring('service', outside.length === 0 ? after : outside)];
  const open = [...up, ...bring('route', up.length === 0 ? after : up)];
  const flows = Object.entries(plan.states[state]?.flows ?? {}).filter(([, wanted]) => wanted === 'running');
  return [
    ...open,
    ...flows.map(([flow]) =>
      graph.add({
        id: `start-flow.${flow}`,
        title: `start the flow ${flow}`,
        after: open,
        activity: { kind: 'start-flow', flow },
        stage: 'prepare',
      }),
    ),
  ];
}
