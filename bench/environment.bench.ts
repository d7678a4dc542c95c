// From nothing to the first answer of a private PostgreSQL server in its own network namespace.
import { randomBytes } from 'node:crypto';
import { findPostgres } from '../src/adapters/postgres/binaries.ts';
import { createPostgresStore } from '../src/adapters/postgres/store.ts';
import { systemClock } from '../src/adapters/process/clock.ts';
import { createProcessHost } from '../src/adapters/process/host.ts';
import { temporaryFolder } from './support/folders.ts';
import { interleave, median, timed } from './support/samples.ts';
import { printFigures, printLoad, seconds } from './support/table.ts';

const ROUNDS = 11;
const LIMIT_MS = 600;

using folder = temporaryFolder();
const stateFolder = folder.path;
const host = createProcessHost({ stateFolder, clock: systemClock() });
const binaries = await findPostgres({ choice: undefined, stateFolder });

interface Parts {
  readonly provisionMs: number;
  readonly serverMs: number;
}

/** The first round fills the cache of initdb and is not counted. */
async function makeReady(): Promise<Parts> {
  const { result: environment, tookMs: provisionMs } = await timed(() =>
    host.provision({
      id: `bench-${randomBytes(4).toString('hex')}`,
      leaseMs: 600_000,
      atLeast: 'none',
      resources: { planned: async () => undefined, released: async () => undefined },
    }),
  );
  try {
    const store = createPostgresStore({
      name: 'db',
      environment,
      binaries,
      profile: 'faithful',
      stateFolder,
      database: 'postgres',
    });
    const { tookMs: serverMs } = await timed(async () => {
      await store.createEmpty();
      await store.query('select 1');
    });
    return { provisionMs, serverMs };
  } finally {
    await environment.release();
  }
}

printLoad('before');
const { ready = [] } = await interleave({ ready: makeReady }, ROUNDS);
printLoad('after');
const whole = median(ready.map((parts) => parts.provisionMs + parts.serverMs));
printFigures(`environment ready, PostgreSQL ${binaries.version} (${binaries.origin}), medians of ${ROUNDS}`, [
  { what: 'namespace, lease, gate', measured: seconds(median(ready.map((parts) => parts.provisionMs))) },
  { what: 'server and database, to the first answer', measured: seconds(median(ready.map((parts) => parts.serverMs))) },
  { what: 'fastest round', measured: seconds(Math.min(...ready.map((parts) => parts.provisionMs + parts.serverMs))) },
  {
    what: 'environment ready',
    measured: seconds(whole),
    target: { text: `≤ ${seconds(LIMIT_MS)}`, ratio: whole / LIMIT_MS },
  },
]);
