import type { StepView } from './model.ts';

/** Time in which at least one of the steps ran or waited for its turn: steps beside each other count once. */
export function unionMs(steps: readonly StepView[], nowMs: number): number {
  const spans = steps.flatMap((step): [number, number][] => {
    const fromMs = step.readyAtMs ?? step.startedAtMs;
    if (fromMs === null || step.startedAtMs === null) return [];
    return [[fromMs, step.state === 'waiting' || step.endedAtMs === null ? nowMs : step.endedAtMs]];
  });
  spans.sort(([a], [b]) => a - b);
  let covered = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const [fromMs, toMs] of spans) {
    covered += Math.max(0, toMs - Math.max(fromMs, untilMs));
    untilMs = Math.max(untilMs, toMs);
  }
  return covered;
}
