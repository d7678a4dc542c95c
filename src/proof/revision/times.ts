import { countOf } from '../../kernel/count.ts';
import { formatDuration, parseDuration } from '../../kernel/duration.ts';
import type { Step } from '../../plan/schema.ts';
import { nearestRank, rangeOf, writtenDuration } from '../measured-range.ts';
import type { Bar, DrillRecord } from '../record.ts';
import { formatShare } from '../report/words.ts';
import { isSamePart, type Revision, type RevisionInput, type RevisionLesson, type StalePlace } from './revision.ts';

/** Steps of the way back whose expectation is missing or was too short, from every run of the same step. */
export function lessonsOfTimes(input: RevisionInput): Revision {
  const { rollback } = input.drill.scenario;
  const lessons: RevisionLesson[] = [];
  const stale: StalePlace[] = [];
  for (const bar of succeededBars(input.drill, rollback)) {
    const id = bar.id.slice(rollback.length + 1);
    const step = input.plan.procedures[rollback]?.steps.find((one) => one.id === id);
    const runs = runsOf(input, bar.id);
    if (isEnough(step?.expected, runs) || isEnough(rangeText(bar.expected), runs)) continue;
    const why = whyStale(input, bar, step);
    if (why !== null) stale.push({ procedure: rollback, step: id, why });
    else lessons.push(lessonOf(input, { bar, id, runs }));
  }
  return { lessons, stale };
}

/** The last attempt only: each step teaches once. */
function succeededBars({ clocks }: DrillRecord, procedure: string): readonly Bar[] {
  const own = clocks.bars.filter((bar) => bar.id.startsWith(`${procedure}.`) && bar.outcome === 'succeeded');
  return [...new Map(own.map((bar) => [bar.id, bar])).values()];
}

/** What it took in every drill of the plan in which it did the same thing, under the same timing profile. */
function runsOf({ records, drill }: RevisionInput, id: string): readonly number[] {
  const part = `procedures.${id}`;
  return records
    .filter(
      ({ plan, environment }) =>
        plan.parts[part] === drill.plan.parts[part] && environment.profile === drill.environment.profile,
    )
    .flatMap(({ clocks }) => clocks.bars.filter((bar) => bar.id === id && bar.outcome === 'succeeded'))
    .map((bar) => bar.endMs - bar.startMs);
}

/** Never shortened: a drill is smaller than the night more often than it is larger. */
function isEnough(expected: Step['expected'], runs: readonly number[]): boolean {
  const limit = parseDuration(expected?.p90 ?? '');
  return limit !== undefined && nearestRank(runs, 0.9) <= limit;
}

function rangeText(range: Bar['expected']): Step['expected'] {
  return range === null ? undefined : { p50: `${range.p50Ms}ms`, p90: `${range.p90Ms}ms` };
}

function whyStale(input: RevisionInput, bar: Bar, step: Step | undefined): string | null {
  if (step === undefined) return 'the step is no longer there';
  if (!isSamePart(input, `procedures.${bar.id}`)) return 'the step does something else than it did in the drill';
  const then = bar.expected?.p90Ms;
  const now = step.expected === undefined ? undefined : parseDuration(step.expected.p90);
  if (then === now && bar.expected?.p50Ms === parseDuration(step.expected?.p50 ?? '')) return null;
  const said = (ms: number | undefined): string => (ms === undefined ? 'nothing' : `p90 ${formatDuration(ms)}`);
  return `\`expected\` says ${said(now)} now and said ${said(then)} in the drill`;
}

interface Measured {
  readonly bar: Bar;
  readonly id: string;
  readonly runs: readonly number[];
}

function lessonOf({ drill }: RevisionInput, { bar, id, runs }: Measured): RevisionLesson {
  const range = rangeOf(runs);
  const [p50, p90] = [writtenDuration(range.p50Ms), writtenDuration(range.p90Ms)];
  const before =
    bar.expected === null
      ? 'has no expected duration'
      : `is expected to take at most ${formatDuration(bar.expected.p90Ms)}`;
  const share = drill.volume.shareOfProduction;
  const size =
    share === null ? 'at an unknown share of production size' : `at ${formatShare(share)} of production size`;
  const times = runs.toSorted((one, other) => one - other).map(formatDuration);
  const took = runs.length === 1 ? (times[0] ?? '') : `${times[0]} to ${times.at(-1)}`;
  return {
    statement: `${bar.id} ${before}; it took ${took} in ${countOf(runs.length, 'run')} ${size}: p50 ${p50}, p90 ${p90}${runs.length < 10 ? ' (few runs: at least a quarter above p50)' : ''}.`,
    change: { kind: 'expected', procedure: drill.scenario.rollback, step: id, p50, p90 },
  };
}
