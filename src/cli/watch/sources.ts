import { dirname } from 'node:path';
import { getUrl } from '../../adapters/http/url-client.ts';
import { queryLive } from '../../adapters/postgres/live-reader.ts';
import { runLive } from '../../adapters/process/run-live.ts';
import type { TriggerPlace } from '../../drill/triggers/read-trigger.ts';
import { watchedTriggers } from '../../drill/watch/watched.ts';
import { firstValue } from '../../drill/activities/checks.ts';
import type { Clock } from '../../kernel/clock.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { GoodPlan } from '../../plan/load.ts';
import type { Plan, Trigger } from '../../plan/schema.ts';
import { openSource } from '../source.ts';

/** Law 6: production is read only where the plan says so. */
export function livePlace({ plan, file }: GoodPlan, clock: Clock): TriggerPlace {
  return {
    nowMs: () => clock.monotonicMs(),
    sql: async (system, sql, timeoutMs) => {
      const source = await openSource(readSecretOf(plan, system));
      if (source.kind !== 'postgres') throw notSaid(system, 'holds no postgresql:// address');
      return firstValue(await queryLive(source.address, sql, timeoutMs));
    },
    http: async (system, path, timeoutMs) => getUrl(urlOf(plan, system), path, timeoutMs),
    run: async (_system, argv, timeoutMs) => runLive(argv, { cwd: dirname(file), timeoutMs }),
  };
}

/** On the night only the command that was meant for it may run. */
export function liveTrigger(trigger: Trigger): Trigger {
  if (trigger.run === undefined) return trigger;
  const { run: _drilled, onTheNight, ...rest } = trigger;
  return onTheNight === undefined ? rest : { ...rest, run: onTheNight.run };
}

/** Everything that cannot be read because the plan, or the environment, does not say where. */
export function missingSources(plan: Plan): readonly string[] {
  const asked = [
    ...watchedTriggers(plan).map(([name, trigger]) => ({ name: `triggers.${name}`, ...trigger })),
    ...(plan.watch?.cost === undefined ? [] : [{ name: 'watch.cost', run: undefined, ...plan.watch.cost.records }]),
  ];
  return asked.flatMap((one) => {
    if (one.run !== undefined)
      return 'onTheNight' in one && one.onTheNight !== undefined ? [] : [`${one.name}: no onTheNight.run`];
    try {
      if (one.sql === undefined) urlOf(plan, one.in);
      else secretIn(readSecretOf(plan, one.in));
      return [];
    } catch (error) {
      return [`${one.name}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

function readSecretOf(plan: Plan, name: string): string {
  const system = plan.systems[name];
  const secret = system?.kind === 'postgres' ? system.production?.read?.secret : undefined;
  if (secret === undefined) throw notSaid(name, 'has no production.read');
  return secret;
}

function urlOf(plan: Plan, name: string): string {
  const production = plan.systems[name]?.production;
  const url = production !== undefined && 'url' in production ? production.url : undefined;
  if (url === undefined) throw notSaid(name, 'has no production.url');
  return url;
}

function notSaid(system: string, what: string): RollproofError {
  return new RollproofError('environment-not-ready', `${system} ${what}`);
}

/** What stands in the variable that `env:NAME` names. */
export function secretIn(reference: string): string {
  const variable = reference.slice('env:'.length);
  const value = process.env[variable];
  if (value !== undefined && value !== '') return value;
  throw new RollproofError('environment-not-ready', `the environment variable ${variable} is not set`, {
    hint: `Set ${variable} before watching; the plan names it as a secret.`,
  });
}
