import { stripVTControlCharacters } from 'node:util';
import {
  type DefaultRenderer,
  getRendererClass,
  Listr,
  ListrLogger,
  ProcessOutput,
  ProcessOutputStream,
  Spinner,
} from 'listr2';
import { messageOf } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Heading } from './header.ts';
import { finalLines, liveLines } from './layout.ts';
import { EMPTY_VIEW, hasEnded, reduceView, type ViewState } from './model.ts';
import type { Paint } from './paint.ts';
import { type Drawing, terminal } from './terminal.ts';
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
/** Often enough for tenths of a second, seldom enough for a slow connection. */
const REDRAW_EVERY_MS = 200;
/** A picture that stays above a question need not be whole. */
const HEIGHT_ABOVE_QUESTION = 14;
const MAX_NOTICES = 3;

/** Lines that are drawn again in their place, until the drill is over. */
export function liveView(options: LiveOptions): View {
  const screen = new Screen(options);
  return { take: (event) => screen.take(event), end: () => screen.end() };
}
