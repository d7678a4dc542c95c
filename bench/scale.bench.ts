// Backup, restore and proof of a larger database: our base-backup format against a shell script with pg_dump.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findPostgres, type PostgresBinaries } from '../src/adapters/postgres/binaries.ts';
import { createPostgresStore, type PostgresStore } from '../src/adapters/postgres/store.ts';
import { systemClock } from '../src/adapters/process/clock.ts';
import { createProcessHost } from '../src/adapters/process/host.ts';
import { prepareExample } from '../src/cli/example.ts';
import { stateFolder } from '../src/cli/state.ts';
import type { Environment } from '../src/environment/host.ts';
import { compareManifests } from '../src/subject/compare.ts';
import { verdictOf } from '../src/subject/difference.ts';
import { ROOT, temporaryFolder } from './support/folders.ts';
import { runProgram } from './support/programs.ts';
import { interleave, median, timed } from './support/samples.ts';
import { megabytes, printFigures, printLoad, printTable, seconds } from './support/table.ts';

const SCALE = 20;
const ROUNDS = 3;
const PARTS = ['before', 'backup', 'restore', 'after'] as const;
/** A drill does these too; a script that only compares dumps has nothing like them. */
const APART = ['control run: a twin, read', 'second reading'] as const;
const DATABASE = 'crm';

type Times = Readonly<Record<string, number>>;

interface Place {
  readonly environment: Environment;
  readonly binaries: PostgresBinaries;
  readonly statePath: string;
  readonly source: PostgresStore;
}

const { signal } = new AbortController();
let made = 0;

function storeIn(place: Omit<Place, 'source'>, name: string): PostgresStore {
  const { environment, binaries, statePath } = place;
  return createPostgresStore({
    name,
    environment,
    binaries,
    profile: 'faithful',
    stateFolder: statePath,
    database: DATABASE,
  });
}

async function rollproof(place: Place): Promise<Times> {
  made += 1;
  const folder = join(place.environment.folder, `backups-${made}`);
  const target = storeIn(place, `restored-${made}`);
  const { source } = place;
  const before = await timed(() => source.read());
  const backup = await timed(() => source.backup(['base-backup'], folder, signal));
  const [point] = backup.result;
  if (point === undefined) throw new Error('no backup was made');
  const restore = await timed(() => target.restore(point, 'empty', signal));
  const after = await timed(() => target.read({ like: before.result }));
  const difference = compareManifests(before.result, after.result);
  if (verdictOf(difference) !== 'equal') throw new Error('the restored database differs');
  const control = await timed(async () => {
    const twin = await target.clone(`twin-${made}`);
    await twin.read({ like: before.result });
    await twin.release();
  });
  const second = await timed(() => target.read({ like: before.result }));
  await target.release();
  await rm(folder, { recursive: true });
  return {
    before: before.tookMs,
    backup: backup.tookMs,
    restore: restore.tookMs,
    after: after.tookMs,
    [APART[0]]: control.tookMs,
    [APART[1]]: second.tookMs,
  };
}

async function script({ source, environment, binaries }: Place): Promise<Times> {
  const folder = join(environment.folder, 'dumps');
  await mkdir(folder, { recursive: true });
  const { socketFolder, port } = source.server.layout;
  const { output } = await runProgram({
    argv: ['bash', join(ROOT, 'bench', 'dump-and-restore.sh'), DATABASE, folder],
    cwd: folder,
    env: {
      ...binaries.env,
      PATH: `${binaries.folder}:${process.env['PATH'] ?? ''}`,
      PGHOST: socketFolder,
      PGPORT: String(port),
      PGUSER: source.server.superuser,
    },
  });
  await rm(folder, { recursive: true });
  const lines = output
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const values = new Map(lines.map(([name = '', value]) => [name, Number(value)]));
  if (values.get('same') === 0)
    console.log('the script finds a difference where there is none: its hash depends on the order of rows');
  return Object.fromEntries(PARTS.map((part) => [part, (values.get(part) ?? Number.NaN) / 1_000]));
}

function sumOf(times: Times): number {
  return PARTS.reduce((sum, part) => sum + (times[part] ?? Number.NaN), 0);
}

function print(ours: readonly Times[], theirs: readonly Times[]): void {
  const of = (times: readonly Times[], part: string): number => median(times.map((one) => one[part] ?? Number.NaN));
  printTable(`where the time goes, medians of ${ROUNDS}`, [
    ['part', 'Rollproof', 'script', 'ratio'],
    ...PARTS.map((part) => [
      part,
      seconds(of(ours, part)),
      seconds(of(theirs, part)),
      (of(ours, part) / of(theirs, part)).toFixed(2),
    ]),
    ...APART.map((part) => [`${part} (apart)`, seconds(of(ours, part)), '', '']),
  ]);
  const [us, them] = [median(ours.map(sumOf)), median(theirs.map(sumOf))];
  printFigures('backup, restore, one fingerprint before and one after', [
    { what: 'script: pg_dump -Fc, pg_restore, hash of a dump twice', measured: seconds(them) },
    {
      what: 'Rollproof: base-backup, exact fingerprint twice',
      measured: `${seconds(us)} = ${(us / them).toFixed(2)} × script`,
      target: { text: '≤ 1.0 × script', ratio: us / them },
    },
  ]);
}

using folder = temporaryFolder();
const state = stateFolder(folder.path);
const clock = systemClock();
const example = await prepareExample({ state, clock, pg: 'system', scale: SCALE });
const environment = await createProcessHost({ stateFolder: state.path, clock }).provision({
  id: 'bench-scale',
  leaseMs: 3_600_000,
  atLeast: 'none',
  resources: { planned: async () => undefined, released: async () => undefined },
});
try {
  const binaries = await findPostgres({ choice: 'system', stateFolder: state.path });
  const partial = { environment, binaries, statePath: state.path };
  const place = { ...partial, source: storeIn(partial, 'source') };
  const friday = join(example, 'backups', 'friday', 'db', 'base-backup');
  const { bytes } = await place.source.restore({ format: 'base-backup', path: friday }, 'empty', signal);
  console.log(`scale ${SCALE}: a database of ${megabytes(bytes)}, PostgreSQL ${binaries.version}`);
  printLoad('before');
  const { ours = [], theirs = [] } = await interleave(
    { ours: () => rollproof(place), theirs: () => script(place) },
    ROUNDS,
  );
  printLoad('after');
  print(ours, theirs);
} finally {
  await environment.release();
}
