import type { StepState } from './model.ts';

export type Tone = 'succeeded' | 'failed' | 'unknown' | 'running' | 'muted' | 'strong';
export type Paint = (tone: Tone, text: string) => string;

/** SGR codes of the terminal's own palette, so that they fit its background; with what ends them. */
const SGR: Readonly<Record<Tone, readonly [number, number]>> = {
  succeeded: [32, 39],
  failed: [31, 39],
  unknown: [33, 39],
  running: [94, 39],
  muted: [90, 39],
  strong: [1, 22],
};

export function painter(colour: boolean): Paint {
  if (!colour) return (_tone, text) => text;
  return (tone, text) => `\u001b[${SGR[tone][0]}m${text}\u001b[${SGR[tone][1]}m`;
}

/** A state is a shape first; its colour only repeats it. */
export const SHAPE: Readonly<Record<StepState, string>> = {
  'not-reached': '○',
  waiting: '○',
  running: '◔',
  succeeded: '●',
  failed: '✖',
  unknown: '◐',
  skipped: '○',
};

export const TONE: Readonly<Record<StepState, Tone>> = {
  'not-reached': 'muted',
  waiting: 'muted',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  unknown: 'unknown',
  skipped: 'muted',
};
