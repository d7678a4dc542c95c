import { formatDuration } from '../../kernel/duration.ts';
import { countOf } from '../../kernel/count.ts';
import { type Frame, type Heading, headerLines, titleLine } from './header.ts';
import { hasEnded, type StepView, type ViewState, wentWrong } from './model.ts';
import { SHAPE, TONE } from './paint.ts';
import { skippedLines } from './skipped.ts';
import { type StageView, stagesOf } from './stage.ts';
import { isOverdue, runningTime, stepTimes, TIME_COLUMNS, timesOf, titleOf } from './step-line.ts';
import { fill, fillMiddle, fit, plainText, wrap } from './text.ts';

const STAGE_INDENT = 2;
const STEP_INDENT = 6;
const WHY_INDENT = 8;
/** `open` closes when the last of its steps does; until then its lines have the room that the others leave. */
const MIN_STEP_LINES = 3;

/** One picture of a running drill: never wider than `width`, never higher than `height`. */
export function liveLines(heading: Heading, state: ViewState, frame: Frame): readonly string[] {
  const header = [...headerLines(heading, state, frame), ''];
  const ending = state.ending === null ? [] : [fit(`  ending the drill: ${plainText(state.ending)}`, frame.width)];
  const stages = stagesOf(state, frame.nowMs);
  const begun = stages.filter((stage) => stage.state !== 'not-reached');
  const coming = comingLine(stages, frame);
  const room = frame.height - header.length - ending.length - coming.length;
  const open = begun.filter((stage) => stage.state === 'open');
  const folded = foldFinished(begun, room - open.length * MIN_STEP_LINES, frame);
  const stepRoom = room - folded.reduce((sum, { lines }) => sum + lines.length, 0);
  const body = folded.flatMap(({ lines, stage }) =>
    stage?.state === 'open' ? [...lines, ...stepLines(stage.steps, Math.floor(stepRoom / open.length), frame)] : lines,
  );
  return [...header, ...ending, ...body, ...coming].slice(0, Math.max(1, frame.height));
}

/** What stays on the screen when the drill is over: every stage in a line, and whatever did not succeed. */
export function finalLines(heading: Heading, state: ViewState, frame: Frame): readonly string[] {
  const stages = stagesOf(state, frame.nowMs).filter((stage) => stage.state !== 'not-reached');
  return [
    titleLine(heading, state, frame),
    ...(state.ending === null ? [] : wrap(`ended early: ${state.ending}`, frame.width - 2).map((line) => `  ${line}`)),
    ...stages.flatMap((stage) => [
      stageLine(stage, frame),
      ...stage.steps.filter(wentWrong).flatMap((step) => [stepLine(step, frame), ...whyLines(step, frame.width)]),
    ]),
    ...skippedLines([...state.steps.values()], frame.width),
  ];
}

export function whyLines(step: StepView, width: number): readonly string[] {
  if (step.why === '') return [];
  return wrap(step.why, width - WHY_INDENT).map((line) => `${' '.repeat(WHY_INDENT)}${line}`);
}

interface Folded {
  readonly lines: readonly string[];
  readonly stage: StageView | null;
}

/** Where not every finished stage has a line of its own, the first ones share one. */
function foldFinished(stages: readonly StageView[], room: number, frame: Frame): readonly Folded[] {
  const own = (stage: StageView): Folded => ({
    lines: [stageLine(stage, frame), ...(stage.state === 'open' ? [] : causeLines(stage, frame))],
    stage,
  });
  const surplus = stages.flatMap((stage) => own(stage).lines).length - room;
  const quiet = stages.filter((stage) => stage.state === 'succeeded' || stage.state === 'skipped');
  if (surplus <= 0 || quiet.length < 2) return stages.map(own);
  const shared = new Set(quiet.slice(0, surplus + 1));
  const names = [...shared].map((stage) => stage.name).join(', ');
  const shape = frame.paint('succeeded', SHAPE.succeeded);
  const line = `${' '.repeat(STAGE_INDENT)}${shape} ${fit(plainText(names), frame.width - STAGE_INDENT - 2)}`;
  return [{ lines: [line], stage: null }, ...stages.filter((stage) => !shared.has(stage)).map(own)];
}

/** What went wrong stays to be seen when its stage is folded. */
function causeLines({ steps }: StageView, { width, paint }: Frame): readonly string[] {
  return steps.filter(wentWrong).map((step) => {
    const text = fit(`${titleOf(step)}: ${plainText(step.why)}`, width - STEP_INDENT);
    return `${' '.repeat(STEP_INDENT - 2)}${paint(TONE[step.state], SHAPE[step.state])} ${text}`;
  });
}

function stageLine(stage: StageView, { width, paint }: Frame): string {
  const state = stage.state === 'open' || stage.state === 'paused' ? 'running' : stage.state;
  const tookMs = state === 'skipped' ? null : stage.tookMs;
  const times = timesOf(tookMs, null, state === 'running' ? runningTime : formatDuration);
  const note = stageNote(stage);
  const room = width - STAGE_INDENT - 2 - TIME_COLUMNS;
  const text = fill(`${fill(plainText(stage.name), 12)} ${note}`, room);
  const isOpen = stage.state === 'open';
  return `${' '.repeat(STAGE_INDENT)}${paint(TONE[state], SHAPE[state])} ${isOpen ? paint('strong', text) : text}${times}`.trimEnd();
}

function stageNote({ steps, state }: StageView): string {
  if (state === 'skipped') return 'skipped';
  const done = steps.filter(hasEnded).length;
  const count = state === 'open' || state === 'paused' ? `${done} of ${steps.length}` : countOf(steps.length, 'step');
  return [count, ...exceptions(steps)].join(', ');
}

/** `1 failed`, `4 skipped`: nothing where everything succeeded. */
function exceptions(steps: readonly StepView[]): readonly string[] {
  return (['failed', 'unknown', 'skipped'] as const).flatMap((state) => {
    const alike = steps.filter((step) => step.state === state).length;
    return alike === 0 ? [] : [`${alike} ${state}`];
  });
}

function comingLine(stages: readonly StageView[], { width, paint }: Frame): readonly string[] {
  const names = stages.filter((stage) => stage.state === 'not-reached').map((stage) => plainText(stage.name));
  if (names.length === 0) return [];
  return [paint('muted', fit(`${' '.repeat(STAGE_INDENT)}${SHAPE['not-reached']} then ${names.join(', ')}`, width))];
}

/** The steps of an open stage; where there is not room for all, those that run come first. */
function stepLines(steps: readonly StepView[], room: number, frame: Frame): readonly string[] {
  const draw = (step: StepView): readonly string[] => [
    stepLine(step, frame),
    ...(wentWrong(step) || (step.state === 'waiting' && step.why !== '')
      ? [fit(`${' '.repeat(WHY_INDENT)}${plainText(step.why)}`, frame.width)]
      : []),
  ];
  const all = steps.map((step) => ({ step, lines: draw(step) }));
  if (all.reduce((sum, { lines }) => sum + lines.length, 0) <= room) return all.flatMap(({ lines }) => lines);
  const chosen = new Set<StepView>();
  let left = room - 1;
  for (const { step, lines } of all.toSorted((a, b) => byUrgency(a.step, b.step))) {
    if (lines.length > left) break;
    left -= lines.length;
    chosen.add(step);
  }
  const hidden = steps.filter((step) => !chosen.has(step));
  return [...all.filter(({ step }) => chosen.has(step)).flatMap(({ lines }) => lines), hiddenLine(hidden, frame)];
}

const URGENCY: Readonly<Record<StepView['state'], number>> = {
  running: 0,
  failed: 1,
  unknown: 1,
  waiting: 2,
  'not-reached': 3,
  succeeded: 4,
  skipped: 5,
};

/** What runs, what is wrong, what waits, what comes next, what ended last. */
function byUrgency(a: StepView, b: StepView): number {
  return URGENCY[a.state] - URGENCY[b.state] || (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0);
}

function hiddenLine(hidden: readonly StepView[], { width, paint }: Frame): string {
  const done = hidden.filter(hasEnded).length;
  const parts = [done > 0 ? `${done} more done` : '', hidden.length > done ? `${hidden.length - done} to come` : ''];
  return paint('muted', fit(`${' '.repeat(STEP_INDENT)}… ${parts.filter((part) => part !== '').join(', ')}`, width));
}

function stepLine(step: StepView, { nowMs, width, paint }: Frame): string {
  const indent = ' '.repeat(STEP_INDENT - 2);
  const text = fillMiddle(titleOf(step), Math.max(0, width - STEP_INDENT - TIME_COLUMNS));
  const times = stepTimes(step, nowMs);
  const tone = TONE[step.state];
  const isQuiet = tone === 'muted';
  return `${indent}${paint(tone, SHAPE[step.state])} ${isQuiet ? paint('muted', text + times) : text + (isOverdue(step, nowMs) ? paint('failed', times) : times)}`.trimEnd();
}

/** `54 steps succeeded, 1 failed, in 16.9 s`. */
export function totalLine(state: ViewState, nowMs: number): string {
  const steps = [...state.steps.values()];
  const totalMs = state.openedAtMs === null ? 0 : nowMs - state.openedAtMs;
  const done = steps.filter((step) => step.state === 'succeeded').length;
  return [`${countOf(done, 'step')} succeeded`, ...exceptions(steps), `in ${formatDuration(totalMs)}`].join(', ');
}
