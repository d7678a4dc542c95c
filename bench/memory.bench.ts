// The most memory that the packed engine's process ever has, by the kernel's own high-water mark.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/adapters/process/clock.ts';
import { prepareExample } from '../src/cli/example.ts';
import { stateFolder } from '../src/cli/state.ts';
import { temporaryFolder } from './support/folders.ts';
import { unpackPackage } from './support/package.ts';
import { runProgram } from './support/programs.ts';
import { type Figure, megabytes, printFigures, printLoad } from './support/table.ts';

/** `try` at the largest scale: it restores, reads, damages and explains as a drill does, without waiting for the example. */
const RUNS = [
  { scale: 1, command: 'drill' },
  { scale: 20, command: 'drill' },
  { scale: 80, command: 'try' },
] as const;
const LIMIT_BYTES = 130_000_000;

using folder = temporaryFolder();
const packed = await unpackPackage(folder.path);

async function peakOf(argv: readonly [string, ...string[]]): Promise<number> {
  const { peakBytes } = await runProgram({ argv: [process.execPath, ...argv], cwd: folder.path, watchMemory: true });
  if (peakBytes === null) throw new Error(`${argv.join(' ')} ended before its memory could be read`);
  return peakBytes;
}

/** Through the launcher, which runs the engine in its own process when its Node is new enough, as it is here. */
async function peakAt({ scale, command }: (typeof RUNS)[number]): Promise<Figure> {
  const state = stateFolder(join(folder.path, `state-${scale}`));
  const example = await prepareExample({ state, clock: systemClock(), pg: undefined, scale });
  const words = {
    drill: ['--all', '--unattended', '--plan', join(example, 'rollproof.yaml')],
    try: [join(example, 'backups', 'friday', 'db', 'base-backup')],
  };
  const peak = await peakOf([packed.launcher, command, ...words[command], '--state', state.path]);
  return {
    what: `${command} at scale ${scale}`,
    measured: megabytes(peak),
    target: { text: `≤ ${megabytes(LIMIT_BYTES)}`, ratio: peak / LIMIT_BYTES },
  };
}

printLoad('before');
const idle = join(folder.path, 'idle.mjs');
writeFileSync(idle, 'setTimeout(() => {}, 200);\n');
const bare = await peakOf([idle]);
const figures: Figure[] = [];
for (const run of RUNS) figures.push(await peakAt(run));
printLoad('after');
printFigures('memory of the packed engine', [
  { what: 'bare Node that does nothing', measured: megabytes(bare) },
  ...figures,
]);
