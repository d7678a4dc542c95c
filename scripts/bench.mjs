// `npm run bench [-- name…]`: every bench/*.bench.ts by itself, one after the other, so that they do not disturb each other.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode } from './run-node.mjs';

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const benches = globSync('bench/*.bench.ts', { cwd: root })
  .sort()
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)));
if (benches.length === 0) console.error(`no bench named ${wanted.join(', ') || '*.bench.ts'} in bench/`);

let failed = benches.length === 0 ? 1 : 0;
for (const file of benches) {
  console.log(`\n=== ${file}`);
  const { code } = await runNode([join(root, file)], {});
  if (code !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
