import { rm } from 'node:fs/promises';
import { createDirectoryStore } from '../../src/adapters/directory/store.ts';
import { findPostgres, type PostgresBinaries, type PostgresChoice } from '../../src/adapters/postgres/binaries.ts';
import {
  createPostgresStore,
  type PostgresStore,
  type PostgresStoreRequest,
} from '../../src/adapters/postgres/store.ts';
import { createProcessHost } from '../../src/adapters/process/host.ts';
import type { Environment } from '../../src/environment/host.ts';
import { compareManifests } from '../../src/subject/compare.ts';
import type { Difference } from '../../src/subject/difference.ts';
import type { Manifest } from '../../src/subject/manifest.ts';
import type { Store } from '../../src/subject/store.ts';
import { clock, makeStateFolder } from './environments.ts';
import { ORIGIN } from './origin.ts';

export const never = new AbortController().signal;

/** One environment in which stores are made; everything is gone at the end. */
export interface StorePlace extends AsyncDisposable {
  readonly environment: Environment;
  readonly stateFolder: string;
  postgres(choice: PostgresChoice, part?: Partial<PostgresStoreRequest>): Promise<PostgresStore>;
  directory(): Store;
}

let made = 0;

export async function makeStorePlace(): Promise<StorePlace> {
  const stateFolder = await makeStateFolder();
  const host = createProcessHost({ stateFolder, clock });
  const resources = { planned: async () => undefined, released: async () => undefined };
  const environment = await host.provision({
    id: `stores-${process.pid}`,
    leaseMs: 600_000,
    atLeast: 'none',
    resources,
  });
  const name = (): string => `s${(made += 1)}`;
  return {
    environment,
    stateFolder,
    postgres: async (choice, part = {}) =>
      createPostgresStore({
        name: name(),
        environment,
        binaries: await findPostgres({ choice, stateFolder }),
        profile: 'fast',
        stateFolder,
        ...part,
      }),
    directory: () => createDirectoryStore({ name: name(), environment }),
    [Symbol.asyncDispose]: async () => {
      await environment.release();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}

/** A database `crm` with one of everything. */
export async function filledPostgres(place: StorePlace, choice: PostgresChoice): Promise<PostgresStore> {
  const store = await place.postgres(choice, { database: 'crm' });
  await store.createEmpty();
  // Physical copies find unlogged tables empty, by definition; what they hold is not compared here.
  await store.query(`${ORIGIN}; drop table scratch`);
  return store;
}

export async function systemBinaries(): Promise<PostgresBinaries | null> {
  return findPostgres({ choice: 'system', stateFolder: '/nonexistent' }).catch(() => null);
}

export function comparison(before: Manifest, after: Manifest): Difference {
  return compareManifests(before, after);
}
