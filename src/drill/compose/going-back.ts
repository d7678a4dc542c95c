import { waitsForOpen } from '../../plan/messages.ts';
import { sinceOf } from '../../plan/states.ts';
import { addFlowChanges, addFlowTraffic } from './flow-changes.ts';
import { addFallback, endFirstWay, lastStarts, waysBack } from './fallback.ts';
import { addProcedure } from './procedure.ts';
import { addSweeps, addTwins, dropTwins } from './preparation.ts';
import {
  closingSteps,
  comparedStores,
  isPartial,
  locksOut,
  mayChangeStores,
  openingSteps,
  rollbackOf,
  type Scope,
  stepOf,
  stoppedFlows,
  tellingSteps,
  sweptGroups,
  targetStates,
  watchedStores,
} from './scope.ts';

/** The rollback as written, with the readings and checks that the verdict rests on. Ends with `verified`. */
export function addRollback(scope: Scope, decided: readonly string[]): void {
  const { graph } = scope;
  const { name, procedure } = rollbackOf(scope);
  addProcedure(scope, { name, procedure, entry: decided, stage: 'roll back', clocked: true });
  const first = closingSteps(name, procedure);
  addShutOut(scope, first);
  const stopped = addReadingsOfStopped(scope);
  const fallback = addFallback(scope, { closing: first });
  const closing = [...first, ...(fallback?.closing ?? [])];
  const ways = [first, ...(fallback === null ? [] : [fallback.closing])];
  const atRest = addReadingsAtRest(scope, { decided, ways });
  if (fallback !== null) endFirstWay(scope, fallback);
  const up = graph.add({
    id: 'answers',
    title: 'the restored systems answer in the right version',
    after: closing.length + atRest.length === 0 ? decided : [...closing, ...atRest, ...stopped],
    activity: { kind: 'answers' },
    stage: 'verify',
    clock: 'restore',
  });
  const checked = graph.add({
    id: 'checks',
    title: fallback === null ? `verify the state ${procedure.to}` : 'verify the state that the way back led to',
    after: [up],
    activity: { kind: 'verify-state', state: fallback === null ? procedure.to : null, when: 'verify' },
    stage: 'verify',
    clock: 'verify',
  });
  const certified = addStopCertificates(scope, { when: 'verify', after: [up] });
  const swept = addSweeps(scope, 'after', ['twins.after']);
  const balanced = addBalances(scope, 'verify', [up]);
  graph.add({
    id: 'verified',
    title: 'verified',
    after: [checked, ...certified, ...swept, ...atRest, ...balanced],
    activity: { kind: 'verified' },
    stage: 'verify',
    clock: 'verify',
  });
  if (swept.length > 0) dropTwins(scope, 'after', swept);
}

/** What became of every write of the simulated users, asked before opening and once more at the end. */
function addBalances(
  { graph, scenario }: Scope,
  when: 'verify' | 'watch',
  after: readonly string[],
): readonly string[] {
  const isFirst = when === 'verify';
  return scenario.workload.map((workload) =>
    graph.add({
      id: `${isFirst ? 'ledger' : 'second-ledger'}.${workload}`,
      title: `what became of the writes of ${workload}${isFirst ? '' : ', a second time'}`,
      after,
      activity: { kind: 'balance', workload, when },
      ...(isFirst ? { stage: 'verify', clock: 'verify' } : { stage: 'open' }),
    }),
  );
}

/** After the last step that locks out, before the first that goes on from there: nobody else may be connected. */
function addShutOut(scope: Scope, closing: readonly string[]): void {
  const { graph } = scope;
  const restoring = closing.find((id) => stepOf(scope, id)?.restore !== undefined);
  const locking = closing.filter((id) => locksOut(stepOf(scope, id)));
  const after = restoring === undefined ? locking : graph.node(restoring).after;
  if (after.length === 0) return;
  const partial = isPartial(scope);
  const out = graph.add({
    id: 'shut-out',
    title: partial ? 'the flows are stopped' : 'nobody else is connected',
    after,
    activity: { kind: 'shut-out', whom: partial ? 'flows' : 'everybody' },
    stage: 'roll back',
    clock: 'execute',
  });
  const isLater = (id: string): boolean => !locking.some((lock) => lock === id || graph.isBehind(lock, id));
  const behind = restoring === undefined ? closing.filter(isLater) : [restoring];
  for (const id of behind)
    graph.waitFor(id, (before) =>
      before.some((one) => after.includes(one)) ? [...before.filter((one) => !after.includes(one)), out] : before,
    );
}

/** Reading the stores that only declared writers may change from t3 on. */
function addReadingsOfStopped(scope: Scope): readonly string[] {
  const { graph } = scope;
  if (!graph.nodes.some((node) => node.id === 'shut-out')) return [];
  const changed = addFlowChanges(scope, 'list', ['shut-out']);
  const readings = watchedStores(scope)
    .filter((store) => targetStates(scope).some(({ systems }) => sinceOf(systems[store]) === 'stop'))
    .map((store) =>
      graph.add({
        id: `read.stopped.${store}`,
        title: `read ${store} when nobody else writes`,
        after: ['shut-out'],
        activity: { kind: 'read', store, label: 'stopped' },
        stage: 'verify',
        clock: 'verify',
      }),
    );
  return [...changed, ...readings];
}

function addStopCertificates(
  scope: Scope,
  { when, after }: { readonly when: 'verify' | 'watch'; readonly after: readonly string[] },
): readonly string[] {
  return stoppedFlows(scope).map((flow) =>
    scope.graph.add({
      id: when === 'verify' ? `stopped.${flow}` : `still-stopped.${flow}`,
      title: when === 'verify' ? `${flow} is cleanly stopped` : `${flow} stays stopped`,
      after: when === 'verify' ? [...after, ...tellingSteps(scope, flow)] : after,
      activity: { kind: 'certify-stop', flow, when },
      ...(when === 'verify' ? { stage: 'verify' as const, clock: 'verify' as const } : { stage: 'open' as const }),
    }),
  );
}

/**
 * Law 1: the readings at rest stand behind every step that may change a store, and before the first start of a program
 * that no restore follows. What steps behind such a start change is seen by the second reading.
 */
function addReadingsAtRest(
  scope: Scope,
  { decided, ways }: { readonly decided: readonly string[]; readonly ways: readonly (readonly string[])[] },
): readonly string[] {
  const { graph } = scope;
  const places = ways.map((closing) => placeAtRest(scope, { decided, closing }));
  const starts = places.flatMap((place) => place.starts);
  const before = [...new Set(places.flatMap((place) => place.before))];
  const readings = comparedStores(scope).map((store) =>
    graph.add({
      id: `at-rest.${store}`,
      title: `${store} at rest equals the baseline`,
      after: before,
      activity: { kind: 'at-rest', store },
      stage: 'verify',
      clock: 'verify',
    }),
  );
  const hasUsers = sweptGroups(scope).length > 0;
  // Beside the readings: no program runs yet, so both see the same data.
  const gate = hasUsers ? [...readings, addTwins(scope, 'after', before)] : readings;
  for (const id of starts) graph.waitFor(id, (after) => behindGate(after, { gate, before }));
  return readings;
}

interface Closing {
  readonly decided: readonly string[];
  /** Steps of the rollback that do not wait for `verified`. */
  readonly closing: readonly string[];
}

function placeAtRest(
  scope: Scope,
  { decided, closing }: Closing,
): { readonly starts: readonly string[]; readonly before: readonly string[] } {
  const { graph } = scope;
  const starts = lastStarts(scope, closing);
  const isLate = (id: string): boolean => starts.includes(id) || starts.some((start) => graph.isBehind(id, start));
  if (starts.length === 0) return { starts, before: closing.length === 0 ? decided : closing };
  const awaited = starts.flatMap((id) => graph.node(id).after);
  const changing = closing.filter((id) => mayChangeStores(stepOf(scope, id)));
  return { starts, before: [...new Set([...awaited, ...changing])].filter((id) => !isLate(id)) };
}

/** The gate stands behind what is before it, so only other steps are waited for beside it. */
function behindGate(
  after: readonly string[],
  { gate, before }: { readonly gate: readonly string[]; readonly before: readonly string[] },
): readonly string[] {
  return gate.length === 0 ? after : [...after.filter((id) => !before.includes(id)), ...gate];
}

/** The first user's write, jobs released, quiet time, and every store read once more. */
export function addOpening(scope: Scope): void {
  const { graph } = scope;
  const ways = waysBack(scope);
  const opening = ways
    .flatMap(({ name, procedure }) => [...openingSteps(name, procedure)])
    .filter((id) => stepOf(scope, id)?.message === undefined);
  const write = graph.add({
    id: 'first-write',
    title: 'first write of a user through the entry',
    after: [...(opening.length === 0 ? ['verified'] : opening), ...ways.slice(1).map(() => 'fall-back')],
    activity: { kind: 'first-write' },
    stage: 'open',
    clock: 'execute',
  });
  addTelling(scope, { write, opening });
  const released = addReleasedJobs(scope, write);
  const quiet = graph.add({
    id: 'watch',
    title: 'quiet time',
    after: released.length === 0 ? [write] : released,
    activity: { kind: 'watch' },
    stage: 'open',
  });
  addStopCertificates(scope, { when: 'watch', after: [quiet] });
  addFlowChanges(scope, 'judge', [quiet]);
  addFlowTraffic(scope, [quiet]);
  for (const store of watchedStores(scope)) {
    graph.add({
      id: `writers.${store}`,
      title: `only those who may have changed ${store}`,
      after: [quiet],
      activity: { kind: 'judge-writers', store },
      stage: 'open',
    });
  }
  for (const store of comparedStores(scope)) {
    graph.add({
      id: `second.${store}`,
      title: `read ${store} a second time`,
      after: [quiet],
      activity: { kind: 'second-reading', store },
      stage: 'open',
    });
  }
  addBalances(scope, 'watch', [quiet]);
}

/** Of programs that one of the ways back starts with their jobs held. */
function addReleasedJobs(scope: Scope, write: string): readonly string[] {
  const steps = waysBack(scope).flatMap(({ procedure }) => procedure.steps.filter((step) => step.jobs === 'held'));
  return [...new Set(steps.flatMap((step) => step.start ?? []))].map((service) =>
    scope.graph.add({
      id: `release-jobs.${service}`,
      title: `release the jobs of ${service}`,
      after: [write],
      activity: { kind: 'release-jobs', service },
      stage: 'open',
    }),
  );
}

/** Nobody is told that it is open before a user's write through the entry was found, unless the plan opens only after that. */
function addTelling(
  scope: Scope,
  { write, opening }: { readonly write: string; readonly opening: readonly string[] },
): void {
  const { graph, plan } = scope;
  const steps = waysBack(scope).flatMap(({ name, procedure }) =>
    procedure.steps.map((step) => ({ step, id: `${name}.${step.id}` })),
  );
  for (const { step, id } of steps) {
    const isAwaited = opening.some((other) => graph.isBehind(other, id));
    const isBehind = graph.isBehind(id, 'verified');
    if (waitsForOpen(plan, step.message) && isBehind && !isAwaited) graph.waitFor(id, (after) => [...after, write]);
  }
}

export function addEnd(scope: Scope): void {
  addRelease(scope);
  scope.graph.add({
    id: 'evaluate',
    title: 'open the truth and evaluate',
    after: ['release'],
    activity: { kind: 'evaluate' },
    stage: 'evaluate',
    always: true,
  });
}

export function addRelease({ graph }: Scope): void {
  const all = graph.nodes.map((node) => node.id);
  graph.add({
    id: 'release',
    title: 'remove the environment and look for leaks',
    after: all,
    activity: { kind: 'release' },
    stage: 'release',
    always: true,
  });
}
