import type { NodeOutcome, Recorded } from '../../journal/journal.ts';
import { fullTitle, type Heading } from './header.ts';
import { totalLine } from './layout.ts';
import { EMPTY_VIEW, reduceView, type StepView, type ViewState, workMs } from './model.ts';
import { type Paint, SHAPE, TONE } from './paint.ts';
import { skippedLines } from './skipped.ts';
import { stepTimes, TIME_COLUMNS, timesOf, titleOf } from './step-line.ts';
import { fill, fillMiddle, fit, plainText, wrap } from './text.ts';

export interface PlainOptions {
  readonly heading: Heading;
  readonly width: number;
  readonly paint: Paint;
}

const STAGE_COLUMNS = 10;
/** A running step is worth a line after so long, and again each time it has taken so much longer. */
const FIRST_SIGN_MS = 5_000;
const NEXT_SIGN_FACTOR = 4;

/** Events to lines that are never changed again: for a file, a pipe, a build log, a terminal without cursor. */
export class PlainLines {
  private state: ViewState = EMPTY_VIEW;
  private readonly nextSignMs = new Map<string, number>();
  private readonly options: PlainOptions;

  constructor(options: PlainOptions) {
    this.options = options;
  }

  take(event: Recorded): readonly string[] {
    this.state = reduceView(this.state, event);
    switch (event.kind) {
      case 'drill-opened':
        return this.opening();
      case 'node-started':
        this.nextSignMs.set(event.node, FIRST_SIGN_MS);
        return [];
      case 'node-ended':
        return this.ended(event.node, event.outcome, event.final);
      case 'operator-decided':
        return this.remark(event.node, `${event.choice}, decided by ${event.by}: ${event.reason}`);
      case 'abort-requested':
      case 'crash-decided':
        return wrap(`ending the drill: ${event.reason}`, this.options.width - 2).map((line) => `  ${line}`);
      default:
        return [];
    }
  }

  /** Signs of life of steps that take long. */
  progress(nowMs: number): readonly string[] {
    return [...this.state.steps.values()].flatMap((step) => {
      const signMs = this.nextSignMs.get(step.node.id);
      if (step.state !== 'running' || signMs === undefined || workMs(step, nowMs) < signMs) return [];
      this.nextSignMs.set(step.node.id, signMs * NEXT_SIGN_FACTOR);
      return [this.line(step, 'running', stepTimes(step, nowMs))];
    });
  }

  end(nowMs: number): readonly string[] {
    if (this.state.openedAtMs === null) return [];
    return [...skippedLines(this.state.steps.values(), this.options.width), `  ${totalLine(this.state, nowMs)}`];
  }

  private opening(): readonly string[] {
    const { heading, width, paint } = this.options;
    const left = fill(`  ${fill('stage', STAGE_COLUMNS)}   step`, width - TIME_COLUMNS);
    return [
      '',
      ...wrap(fullTitle(heading), width).map((line) => paint('strong', line)),
      paint('muted', `${left}${'elapsed'.padStart(10)} / p90`),
    ];
  }

  private ended(id: string, outcome: NodeOutcome, final: boolean): readonly string[] {
    const step = this.state.steps.get(id);
    if (step === undefined) return [];
    const endedAtMs = step.endedAtMs ?? 0;
    const line = this.line(step, outcome.kind, timesOf(workMs(step, endedAtMs), step.node.expected?.p90Ms ?? null));
    if (outcome.kind === 'succeeded') return [line];
    return [line, ...this.under(`${outcome.detail}${final ? '' : ' (not final: a retry or a decision follows)'}`)];
  }

  private remark(id: string, text: string): readonly string[] {
    const step = this.state.steps.get(id);
    return step === undefined ? [] : this.under(`${step.node.title}: ${text}`);
  }

  private under(text: string): readonly string[] {
    const indent = STAGE_COLUMNS + 5;
    return wrap(text, this.options.width - indent).map((line) => `${' '.repeat(indent)}${line}`);
  }

  private line(step: StepView, state: StepView['state'], times: string): string {
    const { width, paint } = this.options;
    const stage = fill(fit(plainText(step.node.stage), STAGE_COLUMNS), STAGE_COLUMNS);
    const title = fillMiddle(titleOf(step), Math.max(0, width - STAGE_COLUMNS - 5 - TIME_COLUMNS));
    return `  ${paint('muted', stage)} ${paint(TONE[state], SHAPE[state])} ${title}${times}`.trimEnd();
  }
}
