import { waitsForOpen } from '../../plan/messages.ts';
import type { Step } from '../../plan/schema.ts';
import { addProcedure } from './procedure.ts';
import { addSweeps, addTwins, dropTwins } from './preparation.ts';
import { comparedStores, openingSteps, rollbackOf, type Scope, targetState } from './scope.ts';

/** The rollback as written, with the readings and checks that the verdict rests on. Ends with `verified`. */
export function addRollback(scope: Scope, decided: readonly string[]): void {
  const { graph } = scope;
  const { name, procedure } = rollbackOf(scope);
  addProcedure(scope, { name, procedure, entry: decided, stage: 'roll back', clocked: true });
  const opening = openingSteps(name, procedure);
  // Messages change no system, so nothing that is verified waits for them.
  const closing = procedure.steps
    .filter((step) => step.message === undefined)
    .map((step) => `${name}.${step.id}`)
    .filter((id) => !opening.has(id));
  addShutOut(scope, closing);
  const atRest = addReadingsAtRest(scope, { decided, closing });
  const up = graph.add({
    id: 'answers',
    title: 'the restored systems answer in the right version',
    after: closing.length + atRest.length === 0 ? decided : [...closing, ...atRest],
    activity: { kind: 'answers' },
    stage: 'verify',
    clock: 'restore',
  });
  const checked = graph.add({
    id: 'checks',
    title: `verify the state ${procedure.to}`,
    after: [up],
    activity: { kind: 'verify-state', state: procedure.to, when: 'verify' },
    stage: 'verify',
    clock: 'verify',
  });
  const swept = addSweeps(scope, 'after', ['twins.after']);
  graph.add({
    id: 'verified',
    title: 'verified',
    after: [checked, ...swept, ...atRest],
    activity: { kind: 'verified' },
    stage: 'verify',
    clock: 'verify',
  });
  if (swept.length > 0) dropTwins(scope, 'after', swept);
}

/** After the last step that locks out, before the first that restores: nobody else may be connected. */
function addShutOut(scope: Scope, closing: readonly string[]): void {
  const { graph } = scope;
  const restoring = closing.find((id) => stepOf(scope, id)?.restore !== undefined);
  if (restoring === undefined) return;
  const out = graph.add({
    id: 'shut-out',
    title: 'nobody else is connected',
    after: graph.node(restoring).after,
    activity: { kind: 'shut-out' },
    stage: 'roll back',
    clock: 'execute',
  });
  graph.waitFor(restoring, () => [out]);
}

/**
 * Law 1: the readings at rest stand behind every step that may change a store, and before the first start of a program
 * that no restore follows. What steps behind such a start change is seen by the second reading.
 */
function addReadingsAtRest(scope: Scope, entry: Closing): readonly string[] {
  const { graph } = scope;
  const { starts, before } = placeAtRest(scope, entry);
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
  const hasUsers = targetState(scope).access.length > 0;
  const gate = hasUsers ? [addTwins(scope, 'after', readings.length === 0 ? before : readings)] : readings;
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
  const restores = closing.filter((id) => stepOf(scope, id)?.restore !== undefined);
  const starts = closing.filter(
    (id) => stepOf(scope, id)?.start !== undefined && !restores.some((restore) => graph.isBehind(restore, id)),
  );
  const isLate = (id: string): boolean => starts.includes(id) || starts.some((start) => graph.isBehind(id, start));
  if (starts.length === 0) return { starts, before: closing.length === 0 ? decided : closing };
  const awaited = starts.flatMap((id) => graph.node(id).after);
  const changing = closing.filter((id) => mayChangeStores(stepOf(scope, id)));
  return { starts, before: [...new Set([...awaited, ...changing])].filter((id) => !isLate(id)) };
}

function mayChangeStores(step: Step | undefined): boolean {
  return [step?.restore, step?.sql, step?.run, step?.http].some((what) => what !== undefined);
}

/** The gate stands behind what is before it, so only other steps are waited for beside it. */
function behindGate(
  after: readonly string[],
  { gate, before }: { readonly gate: readonly string[]; readonly before: readonly string[] },
): readonly string[] {
  return gate.length === 0 ? after : [...after.filter((id) => !before.includes(id)), ...gate];
}

function stepOf({ graph }: Scope, id: string): Step | undefined {
  const { activity } = graph.node(id);
  return activity.kind === 'step' ? activity.step : undefined;
}

/** The first user's write, jobs released, quiet time, and every store read once more. */
export function addOpening(scope: Scope): void {
  const { graph } = scope;
  const { name, procedure } = rollbackOf(scope);
  const opening = [...openingSteps(name, procedure)].filter((id) => stepOf(scope, id)?.message === undefined);
  const write = graph.add({
    id: 'first-write',
    title: 'first write of a user through the entry',
    after: opening.length === 0 ? ['verified'] : opening,
    activity: { kind: 'first-write' },
    stage: 'open',
    clock: 'execute',
  });
  addTelling(scope, { write, opening });
  const held = [...new Set(procedure.steps.filter((step) => step.jobs === 'held').flatMap((step) => step.start ?? []))];
  const released = held.map((service) =>
    graph.add({
      id: `release-jobs.${service}`,
      title: `release the jobs of ${service}`,
      after: [write],
      activity: { kind: 'release-jobs', service },
      stage: 'open',
    }),
  );
  const quiet = graph.add({
    id: 'watch',
    title: 'quiet time',
    after: released.length === 0 ? [write] : released,
    activity: { kind: 'watch' },
    stage: 'open',
  });
  for (const store of comparedStores(scope)) {
    graph.add({
      id: `second.${store}`,
      title: `read ${store} a second time`,
      after: [quiet],
      activity: { kind: 'second-reading', store },
      stage: 'open',
    });
  }
}

/** Nobody is told that it is open before a user's write through the entry was found, unless the plan opens only after that. */
function addTelling(
  scope: Scope,
  { write, opening }: { readonly write: string; readonly opening: readonly string[] },
): void {
  const { graph, plan } = scope;
  const { name, procedure } = rollbackOf(scope);
  for (const step of procedure.steps) {
    const id = `${name}.${step.id}`;
    const isAwaited = opening.some((other) => graph.isBehind(other, id));
    const isBehind = graph.isBehind(id, 'verified');
    if (waitsForOpen(plan, step.message) && isBehind && !isAwaited) graph.waitFor(id, (after) => [...after, write]);
  }
}

export function addEnd({ graph }: Scope): void {
  const all = graph.nodes.map((node) => node.id);
  graph.add({
    id: 'release',
    title: 'remove the environment and look for leaks',
    after: all,
    activity: { kind: 'release' },
    stage: 'release',
    always: true,
  });
  graph.add({
    id: 'evaluate',
    title: 'open the truth and evaluate',
    after: ['release'],
    activity: { kind: 'evaluate' },
    stage: 'evaluate',
    always: true,
  });
}
