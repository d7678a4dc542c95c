import type { Flow, Plan } from '../schema.ts';
import type { LintHit, LintRule } from './rule.ts';

export const nothingVerifies: LintRule = {
  id: 'PL-04',
  title: 'A target state that nothing verifies',
  severity: 'warning',
  capsConfidence: true,
  *find({ plan, procedures }) {
    for (const { name, procedure } of procedures) {
      const state = plan.states[procedure.to];
      if (state === undefined || state.access.length > 0 || Object.values(state.systems).some(isVerified)) continue;
      const message = `\`${name}\` leads to \`${procedure.to}\`, a state of which nothing is verified: that its steps end with 0 proves nothing`;
      yield {
        path: ['procedures', name, 'to'],
        message,
        instead: `add \`equals\`, \`checks\`, \`release\` or \`access\` to \`states.${procedure.to}\``,
      };
    }
  },
};

function isVerified(wanted: Plan['states'][string]['systems'][string]): boolean {
  if (typeof wanted === 'string') return false;
  return wanted.equals !== undefined || wanted.release !== undefined || (wanted.checks ?? []).length > 0;
}

export const noAnonymousProbe: LintRule = {
  id: 'PL-14',
  title: 'Nobody tries without logging in',
  severity: 'warning',
  capsConfidence: true,
  *find({ plan }) {
    const hasService = Object.values(plan.systems).some((system) => system.kind === 'service');
    const groups = Object.entries(plan.users);
    if (!hasService || groups.some(([, group]) => group.anonymous.length > 0)) return;
    const [first] = groups;
    const path = first === undefined ? ['users'] : ['users', first[0]];
    const message = 'no address is tried without login: a rollback that makes private rows public would pass';
    yield {
      path,
      on: 'key',
      message,
      instead: 'add `anonymous: [/api/…]` to a user group, with addresses that must refuse strangers',
    };
  },
};

export const noVersionCheck: LintRule = {
  id: 'PL-15',
  title: 'A release that does not say which store it needs',
  severity: 'warning',
  capsConfidence: true,
  *find({ plan, procedures }) {
    const restored = new Set(procedures.flatMap(({ steps }) => steps.flatMap(({ step }) => step.restore ?? [])));
    for (const [name, system] of Object.entries(plan.systems)) {
      if (system.kind !== 'service') continue;
      const stores = Object.values(system.uses).filter(
        (used) => plan.systems[used]?.kind === 'postgres' && restored.has(used),
      );
      const [store] = stores;
      if (store === undefined) continue;
      yield* releasesWithout(system.releases, { name, store });
    }
  },
};

function* releasesWithout(
  releases: Readonly<Record<string, { readonly expects?: unknown }>>,
  { name, store }: { readonly name: string; readonly store: string },
): Generator<LintHit> {
  for (const [release, { expects }] of Object.entries(releases)) {
    if (expects !== undefined) continue;
    const message = `the release \`${release}\` of \`${name}\` runs on \`${store}\`, which is restored, and does not say which version of it it needs: old code on new data often works, wrongly`;
    yield {
      path: ['systems', name, 'releases', release],
      on: 'key',
      message,
      instead: `add \`expects: { in: ${store}, sql: …, is: … }\``,
    };
  }
}

function checksOfFlow({ armed, stopped }: Flow): readonly string[] {
  const { producer, credential, told, nothingRearms } = stopped;
  return [armed, ...nothingRearms, ...[producer, credential, told].flatMap((check) => check ?? [])];
}

export const unusedCheck: LintRule = {
  id: 'PL-26',
  title: 'A check that nothing uses',
  severity: 'note',
  capsConfidence: false,
  *find({ plan, procedures }) {
    const states = Object.values(plan.states).flatMap((state) => Object.values(state.systems));
    const used = new Set([
      ...states.flatMap((wanted) => (typeof wanted === 'string' ? [] : (wanted.checks ?? []))),
      ...procedures.flatMap(({ steps }) => steps.flatMap(({ step }) => step.check ?? [])),
      ...Object.values(plan.flows).flatMap(checksOfFlow),
    ]);
    for (const name of Object.keys(plan.checks)) {
      if (used.has(name)) continue;
      yield {
        path: ['checks', name],
        on: 'key',
        message: `no state, no step and no flow uses the check \`${name}\``,
        instead: 'name it in the `checks` of a state, or remove it',
      };
    }
  },
};
