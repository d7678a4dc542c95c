// Every static check, in the order of how fast they answer. `--fix` formats instead of complaining.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runNode } from './run-node.mjs';

const module = (path) => join(root, 'node_modules', path);
const FORMATTED = ['src', 'test', 'bench', 'scripts', 'bin', 'examples'].filter((name) => existsSync(join(root, name)));

const CHECKS = [
  { name: 'format', args: [module('@biomejs/biome/bin/biome'), 'format', '--reporter=summary', '.'] },
  {
    name: 'lint',
    args: [module('oxlint/bin/oxlint'), '--type-aware', '--report-unused-disable-directives', '--quiet'],
  },
  { name: 'types', args: [module('typescript-7/bin/tsc'), '-p', '.'] },
  { name: 'imports', args: [join(root, 'scripts', 'check-imports.mjs')] },
];

/** Runs every check even after one has failed; the text of a good one is not shown. */
export async function runChecks() {
  let failed = 0;
  for (const { name, args } of CHECKS) {
    const { code, output, seconds } = await runNode(args, { capture: true });
    if (code !== 0) {
      failed += 1;
      console.log(output.trimEnd());
    }
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
  }
  return { passed: CHECKS.length - failed, failed, skipped: 0 };
}

async function main(args) {
  if (args.includes('--fix')) {
    await runNode([module('@biomejs/biome/bin/biome'), 'format', '--write', ...FORMATTED], {});
    await runNode([module('oxlint/bin/oxlint'), '--type-aware', '--fix', '--quiet', '--silent'], {});
  }
  const { failed } = await runChecks();
  if (failed > 0 && !args.includes('--fix')) console.log('much of it may be repaired by: npm run check -- --fix');
  process.exitCode = failed === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2));
