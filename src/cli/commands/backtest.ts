import { systemClock } from '../../adapters/process/clock.ts';
import { composeBacktest } from '../../drill/compose/backtest.ts';
import { findCatalogueEntry } from '../../catalogue/catalogue.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { EXIT, foldExitCodes, RollproofError } from '../../kernel/errors.ts';
import type { Recorded } from '../../journal/journal.ts';
import type { GoodPlan } from '../../plan/load.ts';
import type { PlannedFault } from '../../plan/schema.ts';
import { type Backtest, type BacktestRow, judgeBacktest } from '../../proof/backtest.ts';
import { factsOf } from '../../proof/facts.ts';
import { unattendedOperator } from '../operator.ts';
import { flag, type Options, textOption } from '../options.ts';
import { pgChoice } from '../pg-choice.ts';
import { conduct } from '../run-drill.ts';
import { chosenState } from '../state.ts';
import { stopper } from '../stopper.ts';
import { jsonLine, line, oneLine, paint, table } from '../terminal.ts';
import { cleanUpFirst, goodPlan } from './drill.ts';

const LEASE_MS = 6 * 3_600_000;

/** Would the plan's triggers and checks notice? Tried on copies, without a rollback. */
export async function backtest(args: readonly string[], options: Options): Promise<number> {
  const loaded = await goodPlan(textOption(options, 'plan'));
  if (loaded === null) return EXIT.badPlanOrUsage;
  const scenarioName = scenarioOf(loaded, args[0]);
  const faults = faultsOf(loaded, options);
  const onCopies = faults.filter((fault) => fault.in !== undefined);
  const untested = faults.flatMap((fault) =>
    fault.in === undefined ? [`${fault.id} on ${fault.flow ?? 'a running step'}`] : [],
  );
  const chosen = {
    state: chosenState(textOption(options, 'state')),
    clock: systemClock(),
    pg: pgChoice(textOption(options, 'pg')),
    profile: textOption(options, 'profile') === 'fast' ? ('fast' as const) : ('faithful' as const),
    unattended: true,
    attended: false,
    keep: false,
    leaseMs: LEASE_MS,
    command: `rollproof ${process.argv.slice(2).join(' ')}`,
  };
  await cleanUpFirst(chosen);
  const stop = stopper.begin();
  const json = flag(options, 'json');
  try {
    const graph = composeBacktest(loaded.plan, scenarioName, onCopies);
    const titles = new Map(graph.nodes.map(({ id, title }) => [id, title]));
    const run = {
      loaded,
      scenarioName,
      options: chosen,
      operator: unattendedOperator(),
      stop,
      onEvent: (event: Recorded) => (json ? undefined : say(event, titles)),
    };
    const { result, broken, exitCode } = await conduct(run, graph, async ({ events }) => concluded(events, untested));
    show({ result, broken, json, scenario: scenarioName });
    return stop.aborted ? EXIT.interrupted : exitCode;
  } finally {
    stopper.end();
  }
}

interface Concluded {
  readonly result: Backtest;
  /** Why not every copy was asked; null when all were. */
  readonly broken: string | null;
  readonly exitCode: number;
}

async function concluded(events: readonly Recorded[], untested: readonly string[]): Promise<Concluded> {
  const result = judgeBacktest(
    factsOf(events, 'backtest-copy').map(({ facts }) => facts),
    untested,
  );
  const failures = events.flatMap((event) =>
    event.kind === 'node-ended' && event.outcome.kind === 'failed' ? [`${event.node}: ${event.outcome.detail}`] : [],
  );
  const leaked = factsOf(events, 'leak').flatMap(({ facts }) => facts.leaked);
  const codes = [
    result.exitCode,
    ...(failures.length > 0 ? [EXIT.inconclusive] : []),
    ...(leaked.length > 0 ? [EXIT.unclean] : []),
  ];
  return { result, broken: failures[0] ?? null, exitCode: foldExitCodes(codes) };
}

function scenarioOf({ plan }: GoodPlan, wanted: string | undefined): string {
  const known = Object.keys(plan.scenarios);
  const name = wanted ?? known[0];
  if (name !== undefined && known.includes(name)) return name;
  throw new RollproofError('usage-invalid', `the plan has no scenario ${name ?? 'at all'}`, {
    hint: `Name one of ${known.join(', ')}.`,
  });
}

function faultsOf(loaded: GoodPlan, options: Options): readonly PlannedFault[] {
  const { plan } = loaded;
  const wanted = textOption(options, 'faults');
  const all = Object.values(plan.scenarios).flatMap(({ faults }) => faults);
  const seen = new Set<string>();
  const ofPlan = all.filter((fault) => {
    const key = JSON.stringify(fault);
    return !seen.has(key) && seen.add(key);
  });
  if (wanted !== undefined) return namedFaults(loaded, wanted, textOption(options, 'in'));
  if (ofPlan.length > 0) return ofPlan;
  throw new RollproofError('usage-invalid', 'no scenario of the plan has a fault', {
    hint: 'Name some: --faults DC-01,DC-03. rollproof faults --family DC --available lists them.',
  });
}

function namedFaults({ plan }: GoodPlan, wanted: string, named: string | undefined): readonly PlannedFault[] {
  const stores = Object.entries(plan.systems).flatMap(([name, { kind }]) => (kind === 'postgres' ? [name] : []));
  const [only] = stores;
  const store = named ?? (stores.length === 1 ? only : undefined);
  if (store === undefined || !stores.includes(store))
    throw new RollproofError(
      'usage-invalid',
      named === undefined ? 'it is not said which store to damage' : `${named} is no postgres of the plan`,
      {
        hint: `Name one with --in: ${stores.join(', ')}.`,
      },
    );
  return wanted.split(',').map((text) => {
    const id = text.trim().toUpperCase();
    const entry = findCatalogueEntry(id);
    if (entry?.family === 'DC' && entry.availability === 'available') return { id, in: store, seed: 1 };
    throw new RollproofError('usage-invalid', `${text} is no data fault that can be injected`, {
      hint: 'rollproof faults --family DC --available lists them.',
    });
  });
}

function say(event: Recorded, titles: ReadonlyMap<string, string>): void {
  if (event.kind === 'node-started') process.stderr.write(`${oneLine(titles.get(event.node) ?? event.node)}\n`);
}

const STYLE = {
  'quiet': 'green',
  'noticed': 'green',
  'missed': 'red',
  'false-alarm': 'red',
  'inconclusive': 'yellow',
} as const;
const WORD: Readonly<Record<BacktestRow['result'], string>> = {
  'quiet': 'quiet',
  'noticed': 'noticed',
  'missed': 'MISSED',
  'false-alarm': 'FALSE ALARM',
  'inconclusive': 'inconclusive',
};

function show({
  result,
  broken,
  json,
  scenario,
}: Pick<Concluded, 'result' | 'broken'> & { readonly json: boolean; readonly scenario: string }): void {
  if (json) {
    jsonLine({ kind: 'backtest', scenario, broken, ...result });
    return;
  }
  const rows = table([['copy', 'result', 'readings', 'on the night', 'by'], ...result.rows.map(cellsOf)]);
  line(paint('bold', rows[0] ?? ''));
  result.rows.forEach((row, index) => line(paint(STYLE[row.result], rows[index + 1] ?? '')));
  for (const row of result.rows) if (row.result !== 'quiet') line(paint('dim', oneLine(`${nameOf(row)}: ${row.why}`)));
  line(`misses: ${result.misses} · false alarms: ${result.falseAlarms}`);
  if (result.neverRed.length > 0) line(`turned red by none of this: ${result.neverRed.map(oneLine).join(', ')}`);
  if (broken !== null) line(paint('yellow', oneLine(`not everything was tried: ${broken}`)));
}

function cellsOf(row: BacktestRow): readonly string[] {
  return [
    nameOf(row),
    WORD[row.result],
    row.readings === null ? '–' : String(row.readings),
    row.liveMs === null ? '–' : `${formatDuration(row.liveMs)} (modelled)`,
    row.by.map(({ kind, name }) => `${kind} ${oneLine(name)}`).join(', '),
  ];
}

function nameOf({ fault }: BacktestRow): string {
  if (fault === null) return 'healthy';
  const entry = findCatalogueEntry(fault);
  return entry === undefined ? fault : `${fault} ${entry.name}`;
}
