import { addProcedure } from './procedure.ts';
import { addSweeps, addTwins, dropTwins } from './preparation.ts';
import { comparedStores, openingSteps, rollbackOf, type Scope, targetState } from './scope.ts';

/** The rollback as written, with the readings and checks that the verdict rests on. Ends with `verified`. */
export function addRollback(scope: Scope, decided: readonly string[]): void {
  const { graph } = scope;
  const { name, procedure } = rollbackOf(scope);
  addProcedure(scope, { name, procedure, entry: decided, stage: 'roll back', clocked: true });
  const opening = openingSteps(name, procedure);
  const closing = procedure.steps.map((step) => `${name}.${step.id}`).filter((id) => !opening.has(id));
  addShutOut(scope, closing);
  const atRest = addReadingsAtRest(scope, closing);
  const up = graph.add({
    id: 'answers',
    title: 'the restored systems answer in the right version',
    after: [...closing, ...atRest],
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
function addShutOut({ graph }: Scope, closing: readonly string[]): void {
  const restoring = closing.find((id) => {
    const { activity } = graph.node(id);
    return activity.kind === 'step' && activity.step.restore !== undefined;
  });
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

/** The reading at rest stands before the first step that starts a program, behind everything that steps before it did. */
function addReadingsAtRest(scope: Scope, closing: readonly string[]): readonly string[] {
  const { graph } = scope;
  const starts = closing
    .map((id) => graph.node(id))
    .filter((node) => node.activity.kind === 'step' && node.activity.step.start !== undefined);
  const before = starts.length === 0 ? closing.slice(-1) : [...new Set(starts.flatMap((node) => node.after))];
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
  const twins =
    targetState(scope).access.length === 0 ? [] : [addTwins(scope, 'after', readings.length === 0 ? before : readings)];
  const gate = twins.length > 0 ? twins : readings;
  if (gate.length > 0) for (const node of starts) graph.waitFor(node.id, () => gate);
  return readings;
}

/** The first user's write, jobs released, quiet time, and every store read once more. */
export function addOpening(scope: Scope): void {
  const { graph } = scope;
  const { name, procedure } = rollbackOf(scope);
  const opening = [...openingSteps(name, procedure)];
  const write = graph.add({
    id: 'first-write',
    title: 'first write of a user through the entry',
    after: opening.length === 0 ? ['verified'] : opening,
    activity: { kind: 'first-write' },
    stage: 'open',
    clock: 'execute',
  });
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
