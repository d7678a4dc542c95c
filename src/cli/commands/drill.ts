import { EXIT, RollproofError } from '../../kernel/errors.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { systemClock } from '../../adapters/process/clock.ts';
import { composeDrill } from '../../drill/compose/compose.ts';
import { isNamed } from '../../drill/compose/range.ts';
import { inOrder } from '../../drill/graph.ts';
import { lintPlan } from '../../plan/lint.ts';
import type { GoodPlan } from '../../plan/load.ts';
import { formatProblems } from '../../plan/problem.ts';
import type { DrillOperator } from '../../drill/world.ts';
import { invitedBy } from '../../plan/duties.ts';
import { askAttendance } from '../people/ask-attendance.ts';
import { rosterFrom, type Said } from '../people/attendance.ts';
import { decidedBy, demandChoice, type Script } from '../people/scripted.ts';
import { terminalOperator, unattendedOperator } from '../operator.ts';
import { flag, type Options, textOption, textsOption } from '../options.ts';
import { planPath, readPlan } from '../plan-file.ts';
import { pgChoice } from '../pg-choice.ts';
import { type DrillOptions, type DrillResult, exitCodeOf, runDrill } from '../run-drill.ts';
import { recoverAbandoned } from '../abandoned.ts';
import { chosenState } from '../state.ts';
import { stopper } from '../stopper.ts';
import { showEnd } from '../show-end.ts';
import { viewFor } from '../view.ts';
import { makeHost } from '../wiring.ts';

const LEASE_MS = 6 * 3_600_000;

/** Exit code of the worst scenario, by the one table. */
export async function drill(args: readonly string[], options: Options): Promise<number> {
  const loaded = await goodPlan(textOption(options, 'plan'));
  if (loaded === null) return EXIT.badPlanOrUsage;
  const names = scenariosOf(loaded, args, flag(options, 'all'));
  const script = scriptOption(options);
  if (script !== null) demandChoice(loaded.plan, names, script);
  const chosen = { ...drillOptions(options), said: saidOption(options) };
  demandSteps(loaded, chosen);
  // Before anything is made: a misspelt role would be nobody's absence.
  rosterFrom(invitedBy(loaded.plan), chosen.said);
  if (flag(options, 'dryRun')) return dryRun(loaded, names, chosen);
  const said = await attendanceOf(loaded, chosen);
  return drillAll({ loaded, names, options: { ...chosen, said }, json: flag(options, 'json'), script });
}

export async function goodPlan(named: string | undefined): Promise<GoodPlan | null> {
  const loaded = await readPlan(named);
  if (!loaded.ok) {
    process.stderr.write(
      `${formatProblems(loaded.problems)}\n\n${loaded.problems.length} mistakes in ${planPath(named)}\n`,
    );
    return null;
  }
  const errors = lintPlan(loaded).findings.filter((finding) => finding.severity === 'error');
  for (const error of errors)
    process.stderr.write(
      `${error.file}:${error.line}:${error.column}  ${error.id}  ${error.message}\n    → ${error.instead}\n`,
    );
  return errors.length > 0 ? null : loaded;
}

function scenariosOf(loaded: GoodPlan, wanted: readonly string[], all: boolean): readonly string[] {
  const known = Object.keys(loaded.plan.scenarios);
  if (all) return known;
  const [only] = known;
  if (wanted.length === 0 && known.length === 1 && only !== undefined) return [only];
  const unknown = wanted.filter((name) => !known.includes(name));
  if (wanted.length > 0 && unknown.length === 0) return wanted;
  const what = wanted.length === 0 ? 'no scenario is named' : `the plan has no scenario ${unknown.join(', ')}`;
  throw new RollproofError('usage-invalid', what, { hint: `Name one of ${known.join(', ')}, or say --all.` });
}

function drillOptions(options: Options): DrillOptions {
  const unattended = flag(options, 'unattended') || !process.stdin.isTTY;
  const holdMs = holdOption(options);
  return {
    state: chosenState(textOption(options, 'state')),
    clock: systemClock(),
    pg: pgChoice(textOption(options, 'pg')),
    profile: textOption(options, 'profile') === 'fast' ? 'fast' : 'faithful',
    unattended,
    attended: !unattended,
    keep: flag(options, 'keep') || holdMs !== undefined,
    leaseMs: holdMs ?? LEASE_MS,
    command: `rollproof ${process.argv.slice(2).join(' ')}`,
    ...rangeOption(options, 'until'),
    ...rangeOption(options, 'from'),
  };
}

function saidOption(options: Options): Said {
  return { present: textsOption(options, 'present'), absent: textsOption(options, 'absent') };
}

function scriptOption(options: Options): Script | null {
  const [choice, as] = [textOption(options, 'decide'), textOption(options, 'as')];
  if (choice === undefined && as === undefined) return null;
  if (choice !== undefined && as !== undefined) return { choice, as, because: textOption(options, 'because') ?? '' };
  throw new RollproofError('usage-invalid', '--decide and --as belong together', {
    hint: 'Write for example --decide go-back --as sponsor.',
  });
}

/** At a terminal it is asked, unless it was said on the command line. */
async function attendanceOf({ plan }: GoodPlan, { unattended, said }: DrillOptions & { said: Said }): Promise<Said> {
  if (unattended || said.present.length + said.absent.length > 0) return said;
  return askAttendance(invitedBy(plan));
}

function holdOption(options: Options): number | undefined {
  const text = textOption(options, 'hold');
  if (text === undefined) return undefined;
  const holdMs = parseDuration(text);
  if (holdMs !== undefined) return holdMs;
  throw new RollproofError('usage-invalid', `--hold ${text} is no duration`, { hint: 'Write 8h or 30m.' });
}

function rangeOption(options: Options, name: 'until' | 'from'): { readonly until?: string; readonly from?: string } {
  const step = textOption(options, name);
  return step === undefined ? {} : { [name]: step };
}

/** A step that does not exist would silently leave out everything. */
function demandSteps({ plan }: GoodPlan, { until, from }: DrillOptions): void {
  const steps = Object.entries(plan.procedures).flatMap(([name, { steps }]) => steps.map(({ id }) => `${name}.${id}`));
  for (const wanted of [until, from]) {
    if (wanted === undefined || steps.some((step) => isNamed(step, wanted))) continue;
    throw new RollproofError('usage-invalid', `the plan has no step ${wanted}`, {
      hint: `Name one of ${steps.join(', ')}.`,
    });
  }
}

export interface DrillAll {
  readonly loaded: GoodPlan;
  readonly names: readonly string[];
  readonly options: DrillOptions;
  readonly json: boolean;
  readonly script?: Script | null;
}

export async function drillAll({ loaded, names, options, json, script = null }: DrillAll): Promise<number> {
  await cleanUpFirst(options);
  const stop = stopper.begin();
  const operator = operatorFor({ loaded, options, script });
  const results: DrillResult[] = [];
  try {
    for (const scenarioName of names) {
      if (stop.aborted) break;
      const view = viewFor({ scenarioName, loaded, json, clock: options.clock });
      try {
        results.push(await runDrill({ loaded, scenarioName, options, operator, stop, onEvent: view.take }));
      } finally {
        view.end();
      }
    }
    await showEnd({ results, state: options.state, json });
    return stop.aborted ? EXIT.interrupted : exitCodeOf(results);
  } finally {
    stopper.end();
  }
}

function operatorFor({ loaded, options, script }: Pick<DrillAll, 'loaded' | 'options' | 'script'>): DrillOperator {
  const { plan } = loaded;
  const operator = options.unattended
    ? unattendedOperator()
    : terminalOperator(plan.decision?.by ?? 'the person at the terminal');
  if (script === null || script === undefined) return operator;
  return decidedBy(operator, script, rosterFrom(invitedBy(plan), options.said ?? { present: [], absent: [] }));
}

/** What processes that died left behind goes before a new drill begins. */
export async function cleanUpFirst({ state, clock }: Pick<DrillOptions, 'state' | 'clock'>): Promise<void> {
  const host = makeHost({ state, clock });
  const { closed, leaked } = await recoverAbandoned(state, { host, clock });
  for (const drill of closed) process.stderr.write(`drill ${drill} was cut off and has been cleaned up\n`);
  const reaped = await host.reap();
  for (const { id } of reaped) process.stderr.write(`environment ${id} was left behind and has been removed\n`);
  for (const left of [...leaked, ...reaped.flatMap((one) => one.leaked)])
    process.stderr.write(`could not be removed: ${left}\n`);
}

/** Nothing is made: only the order of what would happen. */
function dryRun(loaded: GoodPlan, names: readonly string[], { until, from }: DrillOptions): number {
  const range = { ...(until === undefined ? {} : { until }), ...(from === undefined ? {} : { from }) };
  for (const name of names) {
    process.stdout.write(`${name}\n`);
    for (const node of inOrder(composeDrill(loaded.plan, name, { attended: false, ...range }))) {
      process.stdout.write(`  ${node.stage.padEnd(10)} ${node.id.padEnd(28)} ${node.title}\n`);
    }
  }
  return EXIT.ok;
}
