/** Whoever writes to the terminal while a drill runs; between `pause` and `resume` it must leave the terminal alone. */
export interface Drawing {
  pause(): void;
  resume(): void;
}

/** There is one terminal: a question must not be painted over, and two questions must not be asked at once. */
export class SharedTerminal {
  private drawing: Drawing | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private asking = 0;
  private stream: NodeJS.WriteStream = process.stdout;

  /** Where questions are written: not between the lines of NDJSON. */
  get questions(): NodeJS.WriteStream {
    return this.stream;
  }

  askOn(stream: NodeJS.WriteStream): void {
    this.stream = stream;
  }

  drawBy(drawing: Drawing): void {
    this.drawing = drawing;
    if (this.asking > 0) drawing.pause();
  }

  notDrawnBy(drawing: Drawing): void {
    if (this.drawing === drawing) this.drawing = undefined;
  }

  /** One question at a time, in the order in which they came. */
  ask<T>(question: () => Promise<T>): Promise<T> {
    const answered = this.turn.then(() => this.alone(question));
    this.turn = answered.catch(() => undefined); // whoever asked gets the error; the next question is asked all the same
    return answered;
  }

  private async alone<T>(question: () => Promise<T>): Promise<T> {
    this.asking += 1;
    this.drawing?.pause();
    try {
      return await question();
    } finally {
      this.asking -= 1;
      this.drawing?.resume();
    }
  }
}

export const sharedTerminal = new SharedTerminal();
