import {
  type DefaultRenderer,
  getRendererClass,
  Listr,
  ListrLogger,
  ProcessOutput,
  ProcessOutputStream,
  Spinner,
} from 'listr2';

/** Pictures that replace each other on a terminal. */
export interface Redraw {
  /** The stage is over. After the last one the pictures are taken away, and `onEmpty` is called. */
  finish(stage: string): void;
  /** Takes the picture away and gives the terminal back, at once. May be called twice. */
  end(): void;
}

export interface RedrawRequest {
  readonly stages: readonly string[];
  readonly picture: () => string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** What others write while pictures are drawn; it would tear them apart. */
  readonly onText: (text: string) => void;
  readonly onEmpty: () => void;
  readonly onBroken: (error: unknown) => void;
}

/** Often enough for tenths of a second, seldom enough for a slow connection. */
const REDRAW_EVERY_MS = 200;

/** listr2 runs one task for each stage and keeps the terminal; what is drawn is ours. */
export function startRedraw(request: RedrawRequest): Redraw {
  const over = new Map(request.stages.map((stage) => [stage, Promise.withResolvers<void>()]));
  let renderer: DefaultRenderer | undefined;
  const tasks = [...over].map(([title, { promise }]) => ({ title, task: () => promise }));
  const list = new Listr(tasks, {
    concurrent: true,
    renderer: pictureRenderer(request, (made) => {
      renderer = made;
    }),
    registerSignalListeners: false, // its own handler would end the process before anything is cleaned up
  });
  const end = (): void => {
    renderer?.end();
    for (const { resolve } of over.values()) resolve();
  };
  list.run().then(request.onEmpty, (error: unknown) => {
    end();
    request.onBroken(error);
  });
  return { finish: (stage) => over.get(stage)?.resolve(), end };
}

// The package declares the class but exports it only by this function.
const BaseRenderer = getRendererClass('default') as unknown as typeof DefaultRenderer;

type RendererArguments = ConstructorParameters<typeof DefaultRenderer>;

function pictureRenderer(request: RedrawRequest, onMade: (renderer: DefaultRenderer) => void): typeof DefaultRenderer {
  return class extends BaseRenderer {
    // Whether the stream can be drawn on was asked already, of the stream that is used.
    static override nonTTY = true;
    private isReady = false;
    private isOver = false;

    constructor(tasks: RendererArguments[0], options: RendererArguments[1], events: RendererArguments[2]) {
      const logger = new ListrLogger<never>({ processOutput: heldOutput(request) });
      super(tasks, { ...options, clearOutput: true, spinner: new Ticker(), logger }, events);
      onMade(this);
    }

    override async render(): Promise<void> {
      await super.render();
      this.isReady = true;
      if (this.isOver) super.end();
    }

    override create(): string {
      return request.picture();
    }

    override end(): void {
      if (this.isOver) return;
      this.isOver = true;
      if (this.isReady) super.end();
    }
  };
}

/** Nothing spins: only the figures go on. */
class Ticker extends Spinner {
  override start(onTick?: () => void): void {
    super.start(onTick, REDRAW_EVERY_MS);
  }
}

function heldOutput({ stdout, stderr, onText }: RedrawRequest): ProcessOutput {
  const output = new ProcessOutput(stdout, stderr);
  output.stream.stdout = new HeldStream(stdout, onText);
  if (stderr.isTTY) output.stream.stderr = new HeldStream(stderr, onText);
  else output.stream.stderr = new FreeStream(stderr);
  return output;
}

class HeldStream extends ProcessOutputStream {
  private readonly target: NodeJS.WriteStream;
  private readonly onText: (text: string) => void;

  constructor(target: NodeJS.WriteStream, onText: (text: string) => void) {
    super(target);
    this.target = target;
    this.onText = onText;
  }

  override hijack(): void {
    this.target.write = (data: string | Uint8Array, ...rest: unknown[]): boolean => {
      this.onText(typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
      const written = rest.at(-1);
      if (typeof written === 'function') written();
      return true;
    };
  }
}

/** Does not lead to the terminal, so nothing in it can tear a picture apart. */
class FreeStream extends ProcessOutputStream {
  override hijack(): void {}
}
