import { hasEnded, type StepView, type ViewState, wentWrong } from './model.ts';
import { unionMs } from './union.ts';

/** A stage of the drill with its steps: `open` while one of them can go on now. */
export interface StageView {
  readonly name: string;
  readonly steps: readonly StepView[];
  readonly state: 'not-reached' | 'open' | 'paused' | 'succeeded' | 'failed' | 'unknown' | 'skipped';
  readonly tookMs: number;
}

/** In the order in which the stages are reached. */
export function stagesOf(state: ViewState, nowMs: number): readonly StageView[] {
  const byName = Map.groupBy(state.steps.values(), (step) => step.node.stage);
  return [...byName].map(([name, steps]) => ({ name, steps, state: stageState(steps), tookMs: unionMs(steps, nowMs) }));
}

function stageState(steps: readonly StepView[]): StageView['state'] {
  if (steps.some((step) => step.state === 'running' || step.state === 'waiting')) return 'open';
  if (steps.every((step) => step.state === 'not-reached')) return 'not-reached';
  if (!steps.every(hasEnded)) return 'paused';
  if (steps.every((step) => step.state === 'skipped')) return 'skipped';
  if (steps.some((step) => step.state === 'failed')) return 'failed';
  return steps.some(wentWrong) ? 'unknown' : 'succeeded';
}
