// `npm test`: the checks, then the tests, fastest first. Goes on after a failure, so that one run says everything.
// `npm test -- unit drill` runs only these stages; `--bail` stops at the first stage that failed.
import { globSync } from 'node:fs';
import { runChecks } from './check.mjs';
import { root } from './run-node.mjs';
import { STAGES } from './stages.mjs';
import { addCounts, countLine, runVitestStage } from './vitest-stage.mjs';

const NAMES = ['check', ...STAGES.map((stage) => stage.name)];

async function runStage(name) {
  console.log(`\n=== ${name}`);
  if (name === 'check') return await runChecks();
  const { include } = STAGES.find((stage) => stage.name === name);
  if (globSync(include, { cwd: root }).length > 0) return await runVitestStage({ project: name });
  console.log(`no test file ${include}`);
  // Tests may be missing from a folder that is still to come, never from all of src/.
  return { passed: 0, failed: name === 'unit' ? 1 : 0, skipped: 0 };
}

async function main(args) {
  const wanted = args.filter((argument) => !argument.startsWith('-'));
  const unknown = wanted.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) {
    console.error(`unknown stage ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);
    return 2;
  }
  const results = [];
  for (const name of NAMES.filter((stage) => wanted.length === 0 || wanted.includes(stage))) {
    const started = performance.now();
    const counts = await runStage(name);
    results.push({ name, seconds: (performance.now() - started) / 1_000, ...counts });
    if (counts.failed > 0 && args.includes('--bail')) break;
  }
  return report(results);
}

function report(results) {
  console.log('');
  for (const result of results) {
    for (const name of result.skippedNames ?? []) console.log(`skipped: ${result.name}: ${name}`);
  }
  for (const result of results) {
    console.log(`${result.name.padEnd(14)} ${`${result.seconds.toFixed(1)} s`.padStart(8)}   ${countLine(result)}`);
  }
  const total = results.reduce(addCounts, { passed: 0, failed: 0, skipped: 0 });
  console.log(countLine(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
