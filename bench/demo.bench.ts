// The first command of a newcomer, from a checkout after `npm ci`, and what of its time is our own; then the other example.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordSchema, type DrillRecord } from '../src/proof/record.ts';
import { ROOT, temporaryFolder } from './support/folders.ts';
import { median } from './support/samples.ts';
import { runProgram } from './support/programs.ts';
import { type Figure, printFigures, printLoad, printTable, seconds } from './support/table.ts';

const ROUNDS = 3;
const OWN_SHARE = 0.05;
const OWN_ALLOWANCE_MS = 1_000;
const SLOWEST = 12;

const EXAMPLES = [
  { example: 'northwind-crm', limitMs: 90_000, kinds: ['S0', 'S1', 'S2', 'S3'] },
  { example: 'in-place-upgrade', limitMs: 60_000, kinds: ['S0', 'S1'] },
] as const;

interface Demo {
  readonly tookMs: number;
  readonly records: readonly DrillRecord[];
}

async function runDemo(example: string): Promise<Demo> {
  using folder = temporaryFolder();
  const { tookMs } = await runProgram({
    argv: ['npm', 'run', '--silent', 'demo', '--', '--example', example, '--state', folder.path],
    cwd: ROOT,
  });
  const drills = join(folder.path, 'drills');
  const records = readdirSync(drills, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => recordSchema.parse(JSON.parse(readFileSync(join(drills, entry.name, 'record.json'), 'utf8'))));
  return { tookMs, records };
}

function figuresOf(kind: string, demos: readonly Demo[]): readonly Figure[] {
  const clocks = demos.flatMap(({ records }) =>
    records.filter((record) => record.scenario.kind === kind).map((record) => record.clocks),
  );
  const total = median(clocks.map(({ totalMs }) => totalMs));
  const own = median(clocks.map(({ overheadMs }) => overheadMs));
  const ratio = median(clocks.map(({ overheadMs, totalMs }) => overheadMs / (OWN_SHARE * totalMs + OWN_ALLOWANCE_MS)));
  return [
    { what: `${kind}: the whole drill`, measured: seconds(total) },
    {
      what: `${kind}: our own overhead, environment, twins and evaluation included`,
      measured: `${seconds(own)} = ${((own / total) * 100).toFixed(1)} %`,
      target: { text: `≤ ${OWN_SHARE * 100} % + ${seconds(OWN_ALLOWANCE_MS)}`, ratio },
    },
  ];
}

function printSlowest({ records }: Demo): void {
  for (const { scenario, clocks } of records) {
    const slowest = clocks.bars.toSorted((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs)).slice(0, SLOWEST);
    printTable(`${scenario.kind}: what takes longest (some of it side by side)`, [
      ['node', 'takes', 'from', ''],
      ...slowest.map((bar) => [
        bar.id,
        seconds(bar.endMs - bar.startMs),
        seconds(bar.startMs),
        bar.critical ? 'in the RTA' : '',
      ]),
    ]);
  }
}

async function measure({ example, limitMs, kinds }: (typeof EXAMPLES)[number]): Promise<void> {
  const demos: Demo[] = [];
  for (let round = 0; round < ROUNDS; round += 1) demos.push(await runDemo(example));
  const took = median(demos.map(({ tookMs }) => tookMs));
  const drilled = median(demos.map(({ records }) => records.reduce((sum, { clocks }) => sum + clocks.totalMs, 0)));
  printFigures(`npm run demo -- --example ${example}, medians of ${ROUNDS}`, [
    { what: 'the demo', measured: seconds(took), target: { text: `≤ ${seconds(limitMs)}`, ratio: took / limitMs } },
    ...kinds.flatMap((kind) => figuresOf(kind, demos)),
    { what: 'start, the example and its backup, reports', measured: seconds(took - drilled) },
  ]);
  const last = demos.at(-1);
  if (last !== undefined) printSlowest(last);
}

printLoad('before');
for (const example of EXAMPLES) await measure(example);
printLoad('after');
