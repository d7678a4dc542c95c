// `npm run test:long -- --budget 30m`: test/long/core/ always; then the rest of test/long/, beginning at another file
// for every commit, as long as the budget lasts. What was not run is named.
//
// A file says in a comment how long it takes, `// long: 4m`; it is begun only when that still fits, and ended as failed
// after three times as long.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseDuration } from '../src/kernel/duration.ts';
import { root } from './run-node.mjs';
import { addCounts, countLine, runVitestStage } from './vitest-stage.mjs';

const DEFAULT_BUDGET = '30m';
const DEFAULT_EXPECTED_MS = 5 * 60_000;
const OVERRUN_FACTOR = 3;
const CORE = 'test/long/core/';

export function rotate(items, seed) {
  if (items.length === 0) return [];
  const start = createHash('sha256').update(seed).digest().readUInt32BE(0) % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

export function expectedMs(source) {
  const text = /^\/\/ long: (\S+)/m.exec(source)?.[1];
  return (text === undefined ? undefined : parseDuration(text)) ?? DEFAULT_EXPECTED_MS;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return 'no commit'; // an unpacked archive: always the same order
  }
}

function readBudgetMs(args) {
  const at = args.findIndex((argument) => argument === '--budget' || argument.startsWith('--budget='));
  if (at === -1) return parseDuration(DEFAULT_BUDGET);
  return parseDuration(args[at].includes('=') ? args[at].split('=')[1] : (args[at + 1] ?? ''));
}

async function main(args) {
  const budgetMs = readBudgetMs(args);
  if (budgetMs === undefined) {
    console.error('usage: npm run test:long -- --budget 30m');
    return 2;
  }
  const files = globSync('test/long/**/*.test.ts', { cwd: root }).sort();
  const core = files.filter((file) => file.startsWith(CORE));
  const rest = rotate(
    files.filter((file) => !file.startsWith(CORE)),
    commit(),
  );
  const outcome = await runWithin({ core, rest, budgetMs });
  return report(outcome, files.length);
}

async function runWithin({ core, rest, budgetMs }) {
  const started = performance.now();
  const notRun = [];
  let total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of [...core, ...rest]) {
    const expected = expectedMs(readFileSync(join(root, file), 'utf8'));
    const leftMs = budgetMs - (performance.now() - started);
    if (!core.includes(file) && expected > leftMs) {
      notRun.push(
        `${file} (needs ${Math.round(expected / 1_000)} s, ${Math.max(0, Math.round(leftMs / 1_000))} s left)`,
      );
      continue;
    }
    console.log(`\n=== ${file}`);
    const counts = await runVitestStage({ project: 'long', files: [file], limitMs: expected * OVERRUN_FACTOR });
    if (counts.timedOut) console.log(`${file}: ended after ${OVERRUN_FACTOR} times its expected duration`);
    for (const name of counts.skippedNames) console.log(`skipped: ${name}`);
    total = addCounts(total, counts);
  }
  return { total, notRun };
}

function report({ total, notRun }, fileCount) {
  console.log('');
  for (const file of notRun) console.log(`not run: ${file}`);
  console.log(`${fileCount - notRun.length} of ${fileCount} long test files run`);
  console.log(countLine(total));
  return total.failed === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = await main(process.argv.slice(2));
