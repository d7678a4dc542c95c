// Plain JavaScript for Node 18 and newer. Every npm script begins here: on a fresh clone there may be neither
// dependencies nor a Node that can run the sources.
import { spawn } from 'node:child_process';
import { constants as osConstants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './installed.js';
import { findNode, launch, noNodeMessage } from './launch.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SCRIPTS = {
  test: 'scripts/test.mjs',
  'test:long': 'scripts/test-long.mjs',
  bench: 'scripts/bench.mjs',
  check: 'scripts/check.mjs',
  build: 'scripts/build.mjs',
  lockfile: 'scripts/complete-lockfile.mjs',
};

function runScript(script, args) {
  const node = findNode();
  if (node === undefined) {
    console.error(noNodeMessage());
    return 3;
  }
  return new Promise((resolve, reject) => {
    const child = spawn(node, [join(root, script), ...args], { stdio: 'inherit', cwd: root });
    // Ctrl-C reaches the child by itself; staying alive until it has cleaned up is all that is needed.
    process.on('SIGINT', () => {});
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + osConstants.signals[signal]));
  });
}

async function main([command, ...args]) {
  if (command !== 'demo' && !(command in SCRIPTS)) {
    console.error(`usage: node bin/npm-run.js demo|${Object.keys(SCRIPTS).join('|')} [arguments]`);
    return 2;
  }
  if (!ensureInstalled({ root, withDevelopment: command !== 'demo' })) return 3;
  return command === 'demo' ? await launch({ args: ['demo', ...args] }) : await runScript(SCRIPTS[command], args);
}

const code = await main(process.argv.slice(2));
if (code !== undefined) process.exit(code);
