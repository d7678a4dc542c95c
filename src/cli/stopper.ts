import { EXIT, RollproofError } from '../kernel/errors.ts';
import { onStopRequest } from './launcher-pipe.ts';

/** Everything that must end when somebody presses Ctrl-C: once to clean up, a second time to leave at once. */
class Stopper {
  private readonly controller = new AbortController();
  private listening = false;
  private busy = 0;

  /** Call before work that must be cleaned up; the signal is aborted when it must end. */
  begin(): AbortSignal {
    this.busy += 1;
    if (!this.listening) {
      this.listening = true;
      onStopRequest((signal, count) => {
        if (count > 1) process.exit(EXIT.interrupted);
        process.stderr.write(`\n${signal}: cleaning up; press again to leave at once\n`);
        this.stop(`interrupted by ${signal}`);
      });
    }
    return this.controller.signal;
  }

  end(): void {
    this.busy -= 1;
  }

  stop(reason: string): void {
    this.controller.abort(new Error(reason));
    if (this.busy === 0) process.exit(EXIT.interrupted);
  }

  /** A question has the terminal to itself: Ctrl-C comes as its answer there, and no signal comes. */
  endedAtTerminal(): RollproofError {
    this.stop('interrupted at the terminal');
    return new RollproofError('interrupted', 'ended at the terminal');
  }
}

export const stopper = new Stopper();
