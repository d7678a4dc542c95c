import { formatDuration } from '../kernel/duration.ts';
import type { Evidence } from './evidence.ts';
import type { Bar, Clocks, Lesson } from './record.ts';

/** What the plan should say from now on, with the measured value as a proposal. */
export function collectLessons(evidence: Evidence, clocks: Clocks): readonly Lesson[] {
  const steps = clocks.bars.filter(
    (bar) => bar.procedure === evidence.scenario.rollback && bar.outcome === 'succeeded',
  );
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

/** One measurement is no distribution: the p90 proposed is a quarter above it, as in the headroom arithmetic. */
function rangeFor(bar: Bar): string {
  const took = Math.max(1, bar.endMs - bar.startMs);
  return `{ p50: ${written(took)}, p90: ${written(took * 1.25)} }`;
}

/** As the plan file writes it, rounded up to two digits or so. */
function written(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  return ms < 10_000 ? `${Math.ceil(ms / 100) / 10}s` : `${Math.ceil(ms / 1_000)}s`;
}
