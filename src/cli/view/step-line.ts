import { formatDuration } from '../../kernel/duration.ts';
import { shortDuration } from '../../proof/report/words.ts';
import { type StepView, workMs } from './model.ts';
import { fill, plainText } from './text.ts';

/** `1.1 s / 4 s`: elapsed beside the plan's p90; `>` where it took longer. Always as wide, so that figures stand in columns. */
const ELAPSED_COLUMNS = 10;
export const TIME_COLUMNS = 22;

export function timesOf(elapsedMs: number | null, expectedMs: number | null, write = formatDuration): string {
  const elapsed = elapsedMs === null ? '' : write(elapsedMs);
  const sign = elapsedMs !== null && expectedMs !== null && elapsedMs > expectedMs ? '>' : '/';
  const expected = expectedMs === null ? '' : `${sign} ${shortDuration(expectedMs)}`;
  return fill(`${elapsed.padStart(ELAPSED_COLUMNS)} ${expected}`, TIME_COLUMNS);
}

/** Milliseconds that change several times a second cannot be read: while something runs, tenths of a second are enough. */
export function runningTime(ms: number): string {
  return ms < 1_000 ? `${(Math.floor(ms / 100) / 10).toFixed(1)} s` : formatDuration(ms);
}

export function stepTimes(step: StepView, nowMs: number): string {
  const expectedMs = step.node.expected?.p90Ms ?? null;
  switch (step.state) {
    case 'not-reached':
      return timesOf(null, expectedMs);
    case 'skipped':
      return fill('skipped'.padStart(ELAPSED_COLUMNS), TIME_COLUMNS);
    case 'waiting': {
      const sinceMs = step.endedAtMs ?? step.readyAtMs ?? nowMs;
      return fill(`waiting ${runningTime(nowMs - sinceMs)}`.padStart(ELAPSED_COLUMNS), TIME_COLUMNS);
    }
    case 'running':
      return timesOf(workMs(step, nowMs), expectedMs, runningTime);
    case 'succeeded':
    case 'failed':
    case 'unknown':
      return timesOf(workMs(step, nowMs), expectedMs);
  }
}

export function isOverdue(step: StepView, nowMs: number): boolean {
  return step.node.expected !== null && workMs(step, nowMs) > step.node.expected.p90Ms;
}

export function titleOf(step: StepView): string {
  const owner = step.node.owner === null ? '' : ` · ${step.node.owner}`;
  const attempt = step.attempt > 1 ? ` · attempt ${step.attempt}` : '';
  return plainText(`${step.node.title}${owner}${attempt}`);
}
