import type { Clock } from '../../kernel/clock.ts';
import { PlainLines, type PlainOptions } from './plain-lines.ts';
import { type Drawing, sharedTerminal } from './shared-terminal.ts';
import type { View } from './view.ts';

const LOOK_EVERY_MS = 1_000;

export function plainView(options: PlainOptions & { readonly clock: Clock }): View {
  const lines = new PlainLines(options);
  const held: string[] = [];
  let isHeld = false;
  const write = (made: readonly string[]): void => {
    if (isHeld) held.push(...made);
    else if (made.length > 0) process.stdout.write(`${made.join('\n')}\n`);
  };
  const drawing: Drawing = {
    pause: () => {
      isHeld = true;
    },
    resume: () => {
      isHeld = false;
      write(held.splice(0));
    },
  };
  sharedTerminal.drawBy(drawing);
  const timer = setInterval(() => write(lines.progress(options.clock.monotonicMs())), LOOK_EVERY_MS).unref();
  return {
    take: (event) => write(lines.take(event)),
    end: () => {
      clearInterval(timer);
      sharedTerminal.notDrawnBy(drawing);
      drawing.resume();
      write(lines.end(options.clock.monotonicMs()));
    },
  };
}
