import { ancestorsOf, descendantsOf } from '../graph.ts';
import type { Plan } from '../schema.ts';
import { isDestructive, repeatOf, stepKindOf } from '../steps.ts';
import { type LintHit, type LintRule, type LintView, type NamedProcedure, sourceStates, wantedState } from './rule.ts';

/** Where a route, or which release a service, stands in a state: by its own words, or by the last step of what leads there. */
function settingIn(view: LintView, state: string, system: string): string | undefined {
  const wanted = wantedState(view.plan, state, system);
  const said = typeof wanted === 'string' ? wanted : wanted?.release;
  if (said !== undefined) return said;
  const leading = view.procedures.filter(({ procedure }) => procedure.to === state);
  return leading.map((named) => lastSetting(named, system)).find((setting) => setting !== undefined);
}

function lastSetting({ steps }: NamedProcedure, system: string): string | undefined {
  return steps.findLast(({ step }) => step.when === undefined && (step.route === system || step.release === system))
    ?.step.to;
}

const WORDS = {
  route: { key: 'route', stays: 'leads to' },
  service: { key: 'release', stays: 'runs release' },
} as const;

function* notSetBack(view: LintView, kind: keyof typeof WORDS): Generator<LintHit> {
  for (const named of view.rollbacks) {
    const { name, procedure } = named;
    for (const system of Object.keys(view.plan.states[procedure.to]?.systems ?? {})) {
      const wanted = settingOf(view.plan, procedure.to, system);
      if (wanted === undefined || view.plan.systems[system]?.kind !== kind) continue;
      const actual = lastSetting(named, system) ?? settingBefore(view, named, { system, wanted });
      if (actual === undefined || actual === wanted) continue;
      const { key, stays } = WORDS[kind];
      const message = `after \`${name}\`, \`${system}\` still ${stays} \`${actual}\`; the state \`${procedure.to}\` wants \`${wanted}\``;
      const instead = `add a step { id: …, ${key}: ${system}, to: ${kind === 'route' ? wanted : JSON.stringify(wanted)} }`;
      yield { path: ['procedures', name], on: 'key', message, instead };
    }
  }
}

interface Wanted {
  readonly system: string;
  readonly wanted: string;
}

/** What one of the states that the procedure may begin in has instead of what is wanted. */
function settingBefore(view: LintView, { procedure }: NamedProcedure, { system, wanted }: Wanted): string | undefined {
  const settings = sourceStates(view.plan, procedure).map((state) => settingIn(view, state, system));
  return settings.find((setting) => setting !== undefined && setting !== wanted);
}

function settingOf(plan: Plan, state: string, system: string): string | undefined {
  const wanted = wantedState(plan, state, system);
  return typeof wanted === 'string' ? wanted : wanted?.release;
}

export const routeLeftBehind: LintRule = {
  id: 'PL-17',
  title: 'A route that is not switched back',
  severity: 'warning',
  capsConfidence: true,
  find: (view) => notSetBack(view, 'route'),
};

export const releaseLeftBehind: LintRule = {
  id: 'PL-20',
  title: 'A release that is not swapped back',
  severity: 'warning',
  capsConfidence: true,
  find: (view) => notSetBack(view, 'service'),
};

export const openedUnverified: LintRule = {
  id: 'PL-22',
  title: 'Users let in before the result is verified',
  severity: 'error',
  capsConfidence: true,
  *find({ plan, rollbacks }) {
    for (const { procedure, graph, steps } of rollbacks) {
      for (const { step, path } of steps) {
        if (step.route === undefined || step.when !== undefined) continue;
        const isOpening = wantedState(plan, procedure.to, step.route) === step.to;
        if (!isOpening || ancestorsOf(graph, step.id).has('verified')) continue;
        yield {
          path: [...path, 'route'],
          message: `the step \`${step.id}\` lets users in before anybody has looked whether the rollback worked`,
          instead: 'add `after: [verified]`',
        };
      }
    }
  },
};

export const changedAfterVerified: LintRule = {
  id: 'PL-23',
  title: 'Changed after it was verified',
  severity: 'error',
  capsConfidence: true,
  *find({ rollbacks }) {
    for (const { graph, steps } of rollbacks) {
      const behind = descendantsOf(graph, 'verified');
      for (const { step, path } of steps) {
        const kind = stepKindOf(step);
        if (!behind.has(step.id) || !['restore', 'sql', 'release'].includes(kind)) continue;
        yield {
          path: [...path, kind],
          on: 'key',
          message: `the step \`${step.id}\` changes ${kind === 'release' ? 'a program' : 'a store'} after \`verified\`, so what was verified is not what users get`,
          instead: 'let it end before `verified`: remove `verified` from its `after` and from the steps it waits for',
        };
      }
    }
  },
};

export const jobsRunTooEarly: LintRule = {
  id: 'PL-24',
  title: 'Background jobs run before the result is verified',
  severity: 'warning',
  capsConfidence: false,
  *find({ plan, rollbacks }) {
    for (const { graph, steps } of rollbacks) {
      const behind = descendantsOf(graph, 'verified');
      for (const { step, path } of steps) {
        const service = step.start === undefined ? undefined : plan.systems[step.start];
        if (service?.kind !== 'service' || service.jobs === undefined || step.jobs === 'held' || behind.has(step.id))
          continue;
        yield {
          path: [...path, 'start'],
          message: `the step \`${step.id}\` starts \`${step.start}\` with its jobs running: jobs stored in the restored data fire before anybody has looked`,
          instead: 'add `jobs: held`; they are released after opening',
        };
      }
    }
  },
};

export const destructiveWithoutRepeat: LintRule = {
  id: 'PL-07',
  title: 'A destructive step that does not say whether it may be repeated',
  severity: 'note',
  capsConfidence: false,
  *find({ procedures }) {
    for (const { step, path } of procedures.flatMap(({ steps }) => steps)) {
      if (!isDestructive(step) || step.repeat !== undefined) continue;
      yield {
        path,
        message: `the step \`${step.id}\` destroys what was there and does not say what to do after a crash in its middle; a person will be asked`,
        instead: 'add `repeat: safe`, `repeat: ask` or `repeat: { check: doneWhen, … }`',
      };
    }
  },
};

export const unsafeRetry: LintRule = {
  id: 'PL-21',
  title: 'Retried although it may not be repeated',
  severity: 'error',
  capsConfidence: true,
  *find({ procedures }) {
    for (const { step, path } of procedures.flatMap(({ steps }) => steps)) {
      if (step.retry === undefined || repeatOf(step) === 'safe') continue;
      yield {
        path: [...path, 'retry'],
        message: `the step \`${step.id}\` is to be tried again after a failure, but does not say that this is safe`,
        instead: 'add `repeat: safe` if it is, else remove `retry`',
      };
    }
  },
};
