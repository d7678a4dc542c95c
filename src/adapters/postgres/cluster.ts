import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RollproofError } from '../../kernel/errors.ts';
import type { Environment } from '../../environment/host.ts';
import { copyTree } from '../files/tree.ts';
import type { PostgresBinaries } from './binaries.ts';
import { disarmConfiguration } from './configuration.ts';

/** The account that owns every cluster made by us. */
export const OUR_SUPERUSER = 'postgres';

interface ClusterRequest {
  readonly environment: Environment;
  readonly binaries: PostgresBinaries;
  readonly stateFolder: string;
}

/** An empty cluster, copied from one that initdb made once for this version. */
export async function createCluster(request: ClusterRequest, dataFolder: string): Promise<void> {
  const cached = await cachedCluster(request);
  await copyTree({ keepTimes: false, from: cached, into: dataFolder });
  await request.environment.handOver(dataFolder);
}

async function cachedCluster(request: ClusterRequest): Promise<string> {
  const { binaries, environment, stateFolder } = request;
  const identity = createHash('sha256').update(`${binaries.folder} ${environment.account}`).digest('hex').slice(0, 8);
  const folder = join(stateFolder, 'cache', `initdb-${binaries.version}-${identity}`);
  if (await exists(join(folder, 'PG_VERSION'))) return folder;
  const fresh = join(environment.folder, `initdb-${identity}-${process.pid}`);
  await initialise(request, fresh);
  await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
  try {
    await rename(fresh, folder);
  } catch {
    // Another drill was first, or the cache lies on another file system: this one serves for once.
    if (!(await exists(join(folder, 'PG_VERSION')))) return fresh;
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

async function initialise(request: ClusterRequest, folder: string): Promise<void> {
  const failures: string[] = [];
  // C.UTF-8 sorts like most servers compare text by default; old systems only know C.
  for (const locale of ['C.UTF-8', 'C']) {
    const done = await request.environment.run({
      name: `initdb-${process.pid}`,
      argv: [
        request.binaries.initdb,
        '-D',
        folder,
        '-U',
        OUR_SUPERUSER,
        '-A',
        'trust',
        '-E',
        'UTF8',
        `--locale=${locale}`,
        '--no-sync',
        '--data-checksums',
        '--no-instructions',
      ],
      cwd: request.environment.folder,
      env: request.binaries.env,
      timeoutMs: 120_000,
    });
    if (done.exitCode === 0) {
      await disarmConfiguration(folder);
      return;
    }
    failures.push(done.stderr.trim().slice(-500));
    await rm(folder, { recursive: true, force: true });
  }
  throw new RollproofError(
    'environment-not-ready',
    `initdb of PostgreSQL ${request.binaries.version} failed: ${failures.join(' | ')}`,
    {
      hint: 'run `rollproof doctor`; --pg chooses other binaries',
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
