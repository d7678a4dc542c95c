// How long a user waits for the smallest possible answer of the packed program.
import { interleave, median } from './support/samples.ts';
import { temporaryFolder } from './support/folders.ts';
import { unpackPackage } from './support/package.ts';
import { runProgram } from './support/programs.ts';
import { milliseconds, printFigures, printLoad } from './support/table.ts';

const ROUNDS = 25;
const LIMIT = 2;

using folder = temporaryFolder();
const packed = await unpackPackage(folder.path);
const run =
  (...args: string[]) =>
  async () =>
    (await runProgram({ argv: [process.execPath, ...args], cwd: folder.path })).tookMs;

printLoad('before');
const times = await interleave(
  {
    bare: run('-e', '0'),
    engine: run(packed.engine, '--version'),
    launcher: run(packed.launcher, '--version'),
  },
  ROUNDS,
);
printLoad('after');
const [bare, engine, launcher] = ['bare', 'engine', 'launcher'].map((name) => median(times[name] ?? []));
if (bare === undefined || engine === undefined || launcher === undefined) throw new Error('a contender was not run');
printFigures(`--version of the bundle, medians of ${ROUNDS}`, [
  { what: 'bare Node, node -e 0', measured: milliseconds(bare) },
  {
    what: 'dist/cli/main.js --version',
    measured: `${milliseconds(engine)} = ${(engine / bare).toFixed(2)} × bare`,
    target: { text: `≤ ${LIMIT} × bare`, ratio: engine / bare / LIMIT },
  },
  {
    what: 'the same through bin/rollproof.js',
    measured: `${milliseconds(launcher)} = ${(launcher / bare).toFixed(2)} × bare`,
  },
]);
