/** Whoever writes to the terminal while a drill runs; between `pause` and `resume` it must leave the terminal alone. */
export interface Drawing {
  pause(): void;
  resume(): void;
}

/** There is one terminal: a question must not be painted over, and two questions must not be asked at once. */
class Terminal {
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

export const terminal = new Terminal();

export interface Abilities {
  /** Lines may be drawn again in their place. */
  readonly canRedraw: boolean;
  readonly colour: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** A build log and a dumb terminal get plain lines even where a terminal is attached. */
export function abilitiesOf(stream: { readonly isTTY?: boolean }, env: Variables): Abilities {
  const isTerminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  const isBuild = isSet(env['CI']) && env['CI'] !== 'false';
  return { canRedraw: isTerminal && !isBuild, colour: isTerminal && !isSet(env['NO_COLOR']) };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
