import { RollproofError } from '../../kernel/errors.ts';
import type { Service } from '../../subject/service.ts';
import { isSqlStore, type SqlStore, type Store } from '../../subject/store.ts';
import type { World } from '../world.ts';
import { type CheckPlace, commandName, firstValue } from './checks.ts';

/** A throw-away copy of all stores, with the programs of a state started on it. */
export interface TwinWorld {
  readonly stores: ReadonlyMap<string, Store>;
  readonly services: ReadonlyMap<string, Service>;
}

/** Everything is asked on the twin and nothing beside it: what is not there cannot be asked. */
export function twinPlace(world: World, twin: TwinWorld): CheckPlace {
  return {
    sql: async (system, sql, timeoutMs) =>
      firstValue(await sqlTwin(twin, system).query(sql, { readOnly: true, timeoutMs })),
    http: async (system, path, timeoutMs) =>
      world.ports
        .httpClient(programOn(world, twin, system).socket)
        .send({ method: 'GET', path, headers: {}, timeoutMs }),
    run: async (system, argv, timeoutMs) => {
      const name = `${commandName(world, system)}-twin`;
      const store = twin.stores.get(system);
      const done =
        store === undefined
          ? await programOn(world, twin, system).run(argv, { name, timeoutMs })
          : await world.environment.run({
              name,
              argv,
              cwd: world.ports.resolve('.'),
              env: { DATABASE_URL: store.address() },
              timeoutMs,
            });
      return { exitCode: done.exitCode, output: done.stdout };
    },
  };
}

export function sqlTwin(twin: Pick<TwinWorld, 'stores'>, name: string): SqlStore {
  const store = twin.stores.get(name);
  if (store === undefined || !isSqlStore(store))
    throw new RollproofError('plan-invalid', `${name} does not answer SQL`);
  return store;
}

/** The program itself, or the one that a route leads to. */
export function programOn(world: World, twin: TwinWorld, name: string): Service {
  const system = world.plan.systems[name];
  const names = system?.kind === 'route' ? system.to : [name];
  const found = names.map((one) => twin.services.get(one)).find((one) => one !== undefined);
  if (found === undefined) throw new RollproofError('plan-invalid', `${name} does not run on the copies of this state`);
  return found;
}
