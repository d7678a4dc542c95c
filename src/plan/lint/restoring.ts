import { sinceOf } from '../states.ts';
import { ancestorsOf, descendantsOf } from '../graph.ts';
import type { Plan } from '../schema.ts';
import {
  type LintHit,
  type LintRule,
  type NamedProcedure,
  type PlacedStep,
  sourceStates,
  wantedState,
} from './rule.ts';

/** The restore point that a store must equal in this state. */
function wantedPoint(plan: Plan, state: string, store: string): string | undefined {
  const wanted = wantedState(plan, state, store);
  return typeof wanted === 'object' ? wanted.equals : undefined;
}

function storesWithPoint(plan: Plan, state: string): readonly (readonly [store: string, point: string])[] {
  return Object.keys(plan.states[state]?.systems ?? {}).flatMap((store) => {
    const point = wantedPoint(plan, state, store);
    return point === undefined ? [] : [[store, point] as const];
  });
}

function declares(plan: Plan, store: string, point: string): boolean {
  const system = plan.systems[store];
  return (
    system !== undefined &&
    'restorePoints' in system &&
    system.restorePoints !== undefined &&
    Object.hasOwn(system.restorePoints, point)
  );
}

function backupSteps(procedures: readonly NamedProcedure[], point: string): readonly PlacedStep[] {
  return procedures.flatMap(({ steps }) => steps.filter(({ step }) => step.backup !== undefined && step.id === point));
}

export const olderPoint: LintRule = {
  id: 'PL-06',
  title: 'Restored from another point than the target state asks for',
  severity: 'error',
  capsConfidence: true,
  *find({ plan, procedures }) {
    for (const { procedure, steps } of procedures) {
      for (const [store, point] of storesWithPoint(plan, procedure.to)) {
        const last = steps.findLast(({ step }) => step.when === undefined && step.restore?.includes(store) === true);
        const from = last?.step.from;
        if (last === undefined || from === undefined || from === point) continue;
        const isOlder = declares(plan, store, from) && backupSteps(procedures, point).length > 0;
        const message = `the step \`${last.step.id}\` restores \`${store}\` from \`${from}\`${isOlder ? ', which is older' : ''}; the state \`${procedure.to}\` equals \`${point}\``;
        yield {
          path: [...last.path, 'from'],
          message,
          instead: `write \`from: ${point}\`, or let the procedure lead to a state of its own that equals \`${from}\``,
        };
      }
    }
  },
};

export const incompleteBackup: LintRule = {
  id: 'PL-16',
  title: 'A backup without everything that must come back from it',
  severity: 'error',
  capsConfidence: true,
  *find({ plan, procedures }) {
    for (const state of Object.keys(plan.states)) {
      for (const [store, point] of storesWithPoint(plan, state)) {
        const backups = backupSteps(procedures, point);
        if (declares(plan, store, point) || backups.some(({ step }) => step.backup?.includes(store) === true)) continue;
        const path =
          backups[0] === undefined ? ['states', state, 'systems', store, 'equals'] : [...backups[0].path, 'backup'];
        yield {
          path,
          message: `the state \`${state}\` wants \`${store}\` as it was at \`${point}\`, but that restore point does not hold \`${store}\``,
          instead: `add \`${store}\` to the backup, or take \`equals\` away`,
        };
      }
    }
  },
};

export const storeLeftBehind: LintRule = {
  id: 'PL-19',
  title: 'A store that nothing brings back',
  severity: 'warning',
  capsConfidence: true,
  *find({ plan, rollbacks }) {
    for (const { name, procedure, steps } of rollbacks) {
      for (const [store, point] of storesWithPoint(plan, procedure.to)) {
        const isTouched = steps.some(
          ({ step }) => step.restore?.includes(store) === true || (step.sql !== undefined && step.in === store),
        );
        if (isTouched || isUntouched(plan, procedure.from.length === 0 ? [] : sourceStates(plan, procedure), store))
          continue;
        yield {
          path: ['procedures', name],
          on: 'key',
          message: `\`${name}\` must leave \`${store}\` as it was at \`${point}\`, but no step restores it`,
          instead: `add \`${store}\` to a \`restore\` step, or say \`untouched: true\` of it in the state that the procedure starts from`,
        };
      }
    }
  },
};

/** The state that differs from the target says that the go-live leaves this store alone. */
function isUntouched(plan: Plan, states: readonly string[], store: string): boolean {
  return states.some((state) => sinceOf(wantedState(plan, state, store)) === 'baseline');
}

export const overWhatIsThere: LintRule = {
  id: 'PL-25',
  title: 'Restored over what is there',
  severity: 'warning',
  capsConfidence: false,
  *find({ plan, procedures }) {
    for (const { step, path } of procedures.flatMap(({ steps }) => steps)) {
      const stores = (step.restore ?? []).filter((store) => plan.systems[store]?.kind === 'postgres');
      if (step.into !== 'over' || stores.length === 0) continue;
      yield {
        path: [...path, 'into'],
        message: `the step \`${step.id}\` restores ${stores.join(', ')} over what is there: tables that only the new release has stay behind`,
        instead: 'write `into: empty`',
      };
    }
  },
};

export const staleStatistics: LintRule = {
  id: 'PL-10',
  title: 'Statistics not refreshed before opening',
  severity: 'warning',
  capsConfidence: false,
  *find({ plan, rollbacks, procedures }) {
    for (const named of rollbacks) {
      for (const placed of named.steps) yield* withoutStatistics(plan, { named, placed, procedures });
    }
  },
};

interface RestoreInPlan {
  readonly named: NamedProcedure;
  readonly placed: PlacedStep;
  readonly procedures: readonly NamedProcedure[];
}

function* withoutStatistics(plan: Plan, { named, placed, procedures }: RestoreInPlan): Generator<LintHit> {
  const { step, path } = placed;
  for (const store of step.restore ?? []) {
    if (plan.systems[store]?.kind !== 'postgres' || !comesFromDump(plan, { store, point: step.from ?? '', procedures }))
      continue;
    const after = descendantsOf(named.graph, step.id);
    const openings = named.steps
      .filter(({ step: other }) => other.route !== undefined)
      .map(({ step: other }) => other.id);
    const gate = openings.length === 0 ? ['verified'] : openings;
    const refreshing = named.steps
      .filter(({ step: other }) => after.has(other.id) && refreshes(other, store))
      .map(({ step: other }) => other.id);
    const isInTime = refreshing.some((id) => gate.every((opening) => ancestorsOf(named.graph, opening).has(id)));
    if (isInTime) continue;
    yield {
      path: [...path, 'restore'],
      message: `\`${store}\` is restored from a dump, which carries no statistics, and no step refreshes them before users are let in: the first hours may be many times slower`,
      instead: `add a step behind it, such as { id: statistics, sql: analyze, in: ${store} }`,
    };
  }
}

interface PointOfStore {
  readonly store: string;
  readonly point: string;
  readonly procedures: readonly NamedProcedure[];
}

/** A base backup carries the statistics with it. Without `formats`, a backup step makes one. */
function comesFromDump(plan: Plan, { store, point, procedures }: PointOfStore): boolean {
  const system = plan.systems[store];
  const declared =
    system?.kind === 'postgres' ? system.restorePoints?.[point]?.map((source) => source.format) : undefined;
  const made = backupSteps(procedures, point).flatMap(({ step }) => step.formats ?? []);
  return (declared ?? made).find((format) => format !== 'tar') === 'pg_dump';
}

function refreshes(step: PlacedStep['step'], store: string): boolean {
  if (step.sql !== undefined) return step.in === store && /\banaly[sz]e\b/i.test(step.sql);
  return step.run?.some((word) => /\banaly[sz]e\b|vacuumdb/i.test(word)) === true;
}
