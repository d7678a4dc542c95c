import { formatDuration, parseDuration } from '../../kernel/duration.ts';
import { ancestorsOf, criticalPath } from '../graph.ts';
import { listNames } from '../nearest.ts';
import type { LintHit, LintRule, LintView, NamedProcedure } from './rule.ts';

export const cycle: LintRule = {
  id: 'PL-01',
  title: 'Steps wait for each other in a circle',
  severity: 'error',
  capsConfidence: true,
  *find({ procedures }) {
    for (const { graph, steps } of procedures) {
      for (const circle of graph.cycles) {
        const first = steps.find(({ step }) => circle.includes(step.id));
        if (first === undefined) continue;
        const message = `the steps ${circle.map((id) => `\`${id}\``).join(' → ')} wait for each other, so none of them can begin`;
        yield { path: [...first.path, 'after'], message, instead: 'remove one of them from the `after` of another' };
      }
    }
  },
};

export const unreachableStep: LintRule = {
  id: 'PL-02',
  title: 'A step that can never run',
  severity: 'warning',
  capsConfidence: true,
  *find({ procedures }) {
    for (const named of procedures) yield* unreachableIn(named);
  },
};

/** A step for the case of a failure runs only if that failure comes before it and does not stop what it waits for. */
function* unreachableIn({ graph, steps }: NamedProcedure): Generator<LintHit> {
  for (const { step, path } of steps) {
    const cause = step.when?.failed;
    if (cause === undefined || step.always === true) continue;
    if (!ancestorsOf(graph, step.id).has(cause)) {
      yield {
        path: [...path, 'when'],
        message: `the step \`${step.id}\` does not wait for \`${cause}\`, so it is passed over before that one can fail`,
        instead: `add \`after: [${cause}]\``,
      };
      continue;
    }
    const stopped = stoppedBy(cause, steps);
    const blocking = (graph.predecessors.get(step.id) ?? []).filter(
      (before) => before !== cause && stopped.has(before),
    );
    if (blocking.length === 0) continue;
    const message = `the step \`${step.id}\` can never run: it needs the failure of \`${cause}\`, and waits for ${listNames(blocking)}, which that failure stops`;
    yield { path: [...path, 'when'], message, instead: `write \`after: [${cause}]\`` };
  }
}

/** Steps that are left out when this one fails. */
function stoppedBy(cause: string, steps: NamedProcedure['steps']): ReadonlySet<string> {
  const byId = new Map(
    steps.map((placed, index) => [
      placed.step.id,
      { ...placed, before: placed.step.after ?? [steps[index - 1]?.step.id ?? ''] },
    ]),
  );
  const stopped = new Set<string>();
  let grown = true;
  while (grown) {
    grown = false;
    for (const [id, { step, before }] of byId) {
      if (stopped.has(id) || step.always === true || step.when !== undefined) continue;
      if (!before.some((one) => one === cause || stopped.has(one))) continue;
      stopped.add(id);
      grown = true;
    }
  }
  return stopped;
}

export const uselessState: LintRule = {
  id: 'PL-03',
  title: 'A state that nothing reaches or uses',
  severity: 'warning',
  capsConfidence: false,
  *find({ plan, procedures, goLives }) {
    const reached = new Set([
      ...procedures.map(({ procedure }) => procedure.to),
      ...Object.values(plan.scenarios).flatMap(({ at }) => (typeof at === 'string' ? [at] : [])),
    ]);
    const beginnings = new Set(
      procedures.filter(({ name }) => goLives.has(name)).flatMap(({ procedure }) => procedure.from),
    );
    const left = new Set(procedures.flatMap(({ procedure }) => procedure.from));
    for (const name of Object.keys(plan.states)) {
      if (reached.has(name) || beginnings.has(name)) continue;
      const message = left.has(name)
        ? `no procedure leads to the state \`${name}\`, and no go-live begins there`
        : `nothing uses the state \`${name}\``;
      yield {
        path: ['states', name],
        on: 'key',
        message,
        instead: 'add the procedure that leads there, or remove the state',
      };
    }
  },
};

export const slowerThanAllowed: LintRule = {
  id: 'PL-08',
  title: 'The way back takes longer than the objective allows',
  severity: 'warning',
  capsConfidence: true,
  *find({ plan, rollbacks }) {
    const limit = plan.objectives.rto?.limit;
    const limitMs = limit === undefined ? undefined : parseDuration(limit);
    if (limitMs === undefined) return;
    for (const { name, procedure, graph } of rollbacks) {
      const path = criticalPath(procedure, graph);
      if (path.p90Ms <= limitMs) continue;
      const message = `\`${name}\` takes ${formatDuration(path.p90Ms)} by its own expectation (p90, ${path.steps.join(' → ')}); the objective allows ${formatDuration(limitMs)}`;
      yield {
        path: ['procedures', name],
        on: 'key',
        message,
        instead: 'let steps run side by side with `after`, restore faster, or agree on another `objectives.rto.limit`',
      };
    }
  },
};

export const noObjective: LintRule = {
  id: 'PL-27',
  title: 'No limit for the time of a rollback',
  severity: 'note',
  capsConfidence: false,
  *find({ plan }: LintView) {
    if (plan.objectives.rto !== undefined) return;
    yield {
      path: ['objectives'],
      message: 'the plan has no `objectives.rto.limit`, so no drill can say whether the rollback was fast enough',
      instead: 'add `objectives: { rto: { limit: … } }`',
    };
  },
};
