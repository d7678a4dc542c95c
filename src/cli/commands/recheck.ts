import { runCheck, type CheckResult } from '../../drill/activities/checks.ts';
import { EXIT, RollproofError } from '../../kernel/errors.ts';
import type { GoodPlan } from '../../plan/load.ts';
import type { CheckRun, DrillRecord } from '../../proof/record.ts';
import { countOf, formatCount } from '../../kernel/count.ts';
import { systemClock } from '../../adapters/process/clock.ts';
import { keptDrills, type KeptDrill } from '../kept.ts';
import { keptPlace } from '../kept-place.ts';
import { flag, type Options, textOption } from '../options.ts';
import { readPlan } from '../plan-file.ts';
import { findDrills } from '../records.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { jsonLine, line, oneLine, paint, wrapped } from '../terminal.ts';
import { makeHost } from '../wiring.ts';

/**
 * Asks again, after the drill: it can turn an unknown check into an answer for people to see. The record stays as it is,
 * because a verdict comes from what was seen in the drill.
 */
export async function recheck(args: readonly string[], options: Options): Promise<number> {
  const state = chosenState(textOption(options, 'state'));
  const { drill, kept } = await findKept(state, args[0]);
  const [found] = await findDrills(state, [drill]);
  if (found === undefined) throw new RollproofError('could-not-read', `drill ${drill} has no record`);
  const plan = await samePlan(found.record);
  const last = lastRuns(found.record);
  const isAgain = (run: CheckRun): boolean => flag(options, 'all') && plan.plan.checks[run.name] !== undefined;
  const wanted = last.filter((run) => run.outcome === 'unknown' || isAgain(run));
  const asked = new Map<string, CheckResult>();
  for (const run of wanted) {
    const result = await repeat(run, { plan, record: found.record, kept });
    asked.set(run.name, result);
    if (flag(options, 'json'))
      jsonLine({ kind: 'check', name: run.name, system: run.system, was: run.outcome, ...result });
    else show(run, result);
  }
  const outcomes = last.map((run) => asked.get(run.name)?.outcome ?? run.outcome);
  if (!flag(options, 'json')) conclude({ drill, outcomes, asked: wanted.length });
  return exitCodeOf(outcomes);
}

async function findKept(state: StateFolder, wanted: string | undefined): Promise<KeptDrill> {
  const standing = new Set((await makeHost({ state, clock: systemClock() }).list()).map(({ id }) => id));
  const kept = (await keptDrills(state)).filter((each) => standing.has(each.kept.environment));
  const isAny = wanted === undefined || wanted === 'last';
  const fitting = isAny ? kept.slice(-1) : kept.filter(({ drill }) => drill.startsWith(wanted));
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) return only;
  const names = kept.map(({ drill }) => drill).join(', ');
  if (fitting.length > 1)
    throw new RollproofError('usage-invalid', `${wanted ?? ''} fits several drills`, { hint: `Kept: ${names}.` });
  throw new RollproofError(
    'usage-invalid',
    isAny ? 'no drill was kept' : `the environment of drill ${wanted} does not stand any more`,
    {
      hint:
        kept.length === 0
          ? 'Only a drill run with --keep or --hold 8h can be asked again, while its lease runs.'
          : `Kept: ${names}.`,
    },
  );
}

async function samePlan(record: DrillRecord): Promise<GoodPlan> {
  const loaded = await readPlan(record.plan.file);
  if (!loaded.ok)
    throw new RollproofError('plan-invalid', `${record.plan.file} cannot be read as a plan any more`, {
      hint: `Mend it: rollproof check ${record.plan.file}`,
    });
  return loaded;
}

/** The last answer of each check after the rollback: that is the state which was kept. */
function lastRuns({ checks }: DrillRecord): readonly CheckRun[] {
  const last = new Map<string, CheckRun>();
  for (const run of checks) if (run.when === 'verify' || run.when === 'watch') last.set(run.name, run);
  return [...last.values()];
}

interface Repetition {
  readonly plan: GoodPlan;
  readonly record: DrillRecord;
  readonly kept: KeptDrill['kept'];
}

async function repeat(run: CheckRun, { plan, record, kept }: Repetition): Promise<CheckResult> {
  const unknown = (actual: string): CheckResult => ({ outcome: 'unknown', expected: run.expected, actual });
  const check = plan.plan.checks[run.name];
  if (check === undefined) return unknown('only checks of the plan are repeated; this one is built in');
  const digest = plan.parts.checks[run.name];
  if (digest !== record.plan.parts[`checks.${run.name}`])
    return unknown('the plan has changed this check since the drill');
  const before = /same as before \((.*)\)/s.exec(run.expected)?.[1];
  const result = await runCheck(check, keptPlace(kept), before);
  // What was noted before is known only from the sentence of the record.
  return check.sameAs === undefined || result.expected === run.expected
    ? result
    : unknown('what it was before cannot be told from the record');
}

const SIGN: Readonly<Record<CheckResult['outcome'], string>> = { passed: '●', failed: '✖', unknown: '◐' };
const STYLE: Readonly<Record<CheckResult['outcome'], 'green' | 'red' | 'yellow'>> = {
  passed: 'green',
  failed: 'red',
  unknown: 'yellow',
};

function show(run: CheckRun, result: CheckResult): void {
  line(
    `${paint(STYLE[result.outcome], `${SIGN[result.outcome]} ${result.outcome.padEnd(8)}`)} ${oneLine(run.name)}  ${paint('dim', `in ${oneLine(run.system)}, was ${run.outcome}`)}`,
  );
  line(wrapped(`expected ${oneLine(result.expected)}, found ${oneLine(result.actual)}`, { indent: 11 }));
}

function conclude({
  drill,
  outcomes,
  asked,
}: {
  readonly drill: string;
  readonly outcomes: readonly CheckResult['outcome'][];
  readonly asked: number;
}): void {
  const count = (outcome: CheckResult['outcome']): number => outcomes.filter((each) => each === outcome).length;
  if (asked === 0) line(`no check of drill ${drill} was left without an answer; --all repeats them all`);
  const again = asked === 0 ? '' : `; ${formatCount(asked)} asked again`;
  line(
    `${countOf(outcomes.length, 'check')} of drill ${drill}: ${count('passed')} passed, ${count('failed')} failed, ${count('unknown')} unknown${again}`,
  );
  if (asked > 0) line(paint('dim', 'The record of the drill stays as it was.'));
}

/** A check that could not run is unknown, never a pass; so is a drill without any. */
function exitCodeOf(outcomes: readonly CheckResult['outcome'][]): number {
  if (outcomes.includes('failed')) return EXIT.failed;
  return outcomes.length === 0 || outcomes.includes('unknown') ? EXIT.inconclusive : EXIT.ok;
}
