import { stripVTControlCharacters } from 'node:util';
import { messageOf } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Recorded } from '../../journal/journal.ts';
import type { Frame, Heading } from './header.ts';
import { finalLines, liveLines } from './layout.ts';
import { EMPTY_VIEW, hasEnded, reduceView, type ViewState } from './model.ts';
import type { Paint } from './paint.ts';
import { type Redraw, startRedraw } from './redraw.ts';
import { type Drawing, sharedTerminal } from './shared-terminal.ts';
import { fit, plainText } from './text.ts';
import type { View } from './view.ts';

export interface LiveOptions {
  readonly heading: Heading;
  readonly clock: Clock;
  readonly paint: Paint;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** Wider lines are not easier to read. */
const MAX_WIDTH = 120;
/** What stays above a question need not be the whole picture. */
const HEIGHT_ABOVE_QUESTION = 14;
const MAX_NOTICES = 3;

/** One picture of the drill, drawn again in its place until the drill is over; then one line for each stage stays. */
export function liveView(options: LiveOptions): View {
  const screen = new Screen(options);
  sharedTerminal.drawBy(screen);
  const end = (): void => screen.end();
  // A second Ctrl-C leaves at once; the cursor must come back then too.
  process.once('exit', end);
  return {
    take: (event) => screen.take(event),
    end: () => {
      process.removeListener('exit', end);
      sharedTerminal.notDrawnBy(screen);
      screen.end();
    },
  };
}

class Screen implements Drawing {
  private state: ViewState = EMPTY_VIEW;
  private redraw: Redraw | undefined;
  private readonly notices: string[] = [];
  private isPaused = false;
  private isOver = false;
  private readonly options: LiveOptions;

  constructor(options: LiveOptions) {
    this.options = options;
  }

  take(event: Recorded): void {
    this.state = reduceView(this.state, event);
    if (this.redraw === undefined) this.begin();
    this.finishStages();
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    if (this.redraw === undefined) return;
    this.takeAway();
    this.write(liveLines(this.options.heading, this.state, { ...this.frame(), height: HEIGHT_ABOVE_QUESTION }));
  }

  resume(): void {
    this.isPaused = false;
    this.begin();
    this.finishStages();
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.takeAway();
    if (this.state.openedAtMs === null) return;
    const frame = { ...this.frame(), nowMs: this.state.lastAtMs };
    this.write([...this.notices, ...finalLines(this.options.heading, this.state, frame)]);
  }

  private begin(): void {
    if (this.isPaused || this.isOver || this.state.openedAtMs === null) return;
    this.write(['']); // apart from what stands above
    const { stdout, stderr } = this.options;
    const redraw = startRedraw({
      stages: [...new Set([...this.state.steps.values()].map((step) => step.node.stage))],
      picture: () => this.picture(),
      stdout,
      stderr,
      onText: (text) => this.notice(text),
      onEmpty: () => {
        if (this.redraw === redraw) this.end();
      },
      onBroken: (error) => {
        this.end();
        stderr.write(`the live view ended: ${messageOf(error)}\n`);
      },
    });
    this.redraw = redraw;
  }

  private takeAway(): void {
    const { redraw } = this;
    this.redraw = undefined;
    redraw?.end();
  }

  private finishStages(): void {
    const byStage = Map.groupBy(this.state.steps.values(), (step) => step.node.stage);
    for (const [stage, steps] of byStage) if (steps.every(hasEnded)) this.redraw?.finish(stage);
  }

  private picture(): string {
    const frame = this.frame();
    const notices = this.notices.slice(-MAX_NOTICES).map((notice) => fit(`  ${notice}`, frame.width));
    const height = frame.height - notices.length;
    return [...liveLines(this.options.heading, this.state, { ...frame, height }), ...notices].join('\n');
  }

  private notice(text: string): void {
    const lines = stripVTControlCharacters(text).split('\n').map(plainText);
    this.notices.push(...lines.filter((line) => line !== ''));
  }

  private frame(): Frame {
    const { stdout, clock, paint } = this.options;
    return {
      nowMs: clock.monotonicMs(),
      width: Math.min(stdout.columns ?? 80, MAX_WIDTH),
      // The cursor stands in a line of its own below the picture.
      height: (stdout.rows ?? 24) - 1,
      paint,
    };
  }

  private write(lines: readonly string[]): void {
    this.options.stdout.write(`${lines.join('\n')}\n`);
  }
}
