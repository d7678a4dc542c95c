import { formatDuration } from '../kernel/duration.ts';
import { type Evidence, wayBackOf } from './evidence.ts';
import { rangeOf, writtenDuration } from './measured-range.ts';
import type { Bar, Clocks, Lesson } from './record.ts';

/** What the plan should say from now on, with the measured value as a proposal. */
export function collectLessons(evidence: Evidence, clocks: Clocks): readonly Lesson[] {
  const steps = clocks.bars.filter((bar) => bar.procedure === wayBackOf(evidence) && bar.outcome === 'succeeded');
  return steps.flatMap((bar): readonly Lesson[] => {
    const took = bar.endMs - bar.startMs;
    if (bar.expected === null)
      return [
        {
          statement: `${bar.id} has no expected duration; it took ${formatDuration(took)}.`,
          proposal: { at: `procedures.${bar.procedure}.${bar.title}.expected`, from: 'nothing', to: rangeFor(bar) },
        },
      ];
    if (took > bar.expected.p90Ms)
      return [
        {
          statement: `${bar.id} took ${formatDuration(took)}, expected at most ${formatDuration(bar.expected.p90Ms)}.`,
          proposal: {
            at: `procedures.${bar.procedure}.${bar.title}.expected`,
            from: `p90 ${formatDuration(bar.expected.p90Ms)}`,
            to: rangeFor(bar),
          },
        },
      ];
    return [];
  });
}

/** Of this run alone; `rollproof lessons` takes all runs together. */
function rangeFor(bar: Bar): string {
  const { p50Ms, p90Ms } = rangeOf([bar.endMs - bar.startMs]);
  return `{ p50: ${writtenDuration(p50Ms)}, p90: ${writtenDuration(p90Ms)} }`;
}
