/**
 * Follows the framing of HTTP/1.1 without touching the bytes: where a message begins and ends, its first line, and as much
 * of its body as was asked for. What it cannot follow it calls opaque; the bytes flow on, only counting ends.
 */
export interface Head {
  /** `POST /path HTTP/1.1` or `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  /** Names as they were written, alternating with values. */
  readonly rawHeaders: readonly string[];
}

export interface ReadMessage {
  readonly head: Head;
  /** Without the marks of chunks. Null: larger than the limit. */
  readonly body: Buffer | null;
  readonly bytes: number;
}

type Part = 'head' | 'fixed' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'to-end' | 'opaque';

/** Larger heads are refused by every server. */
const MAX_HEAD_BYTES = 256 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

export interface ReaderOptions {
  readonly side: 'request' | 'answer';
  /** For answers: the method that was asked with, because an answer to HEAD has no body. */
  readonly methodAsked?: () => string | undefined;
}

export class HttpReader {
  readonly #options: ReaderOptions;
  #part: Part = 'head';
  #pending: Buffer = NOTHING;
  #left = 0;
  #head: Head | undefined;
  #body: Buffer[] = [];
  #bytes = 0;
  #gathered = 0;
  /** How much of the body is kept; may be changed between two messages. */
  bodyLimit = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Between two messages. */
  get isIdle(): boolean {
    return this.#part === 'head' && this.#pending.length === 0;
  }

  get isOpaque(): boolean {
    return this.#part === 'opaque';
  }

  get head(): Head | undefined {
    return this.#head;
  }

  /** Reads up to the end of the message or of the chunk. `message` is set when it has ended. */
  read(chunk: Buffer, from: number): { readonly next: number; readonly message: ReadMessage | undefined } {
    let at = from;
    while (at < chunk.length) {
      at = this.#step(chunk, at);
      if (this.#isOver) return { next: at, message: this.#finish() };
    }
    return { next: at, message: undefined };
  }

  /** The connection has ended: that ends a body without a length. */
  end(): ReadMessage | undefined {
    return this.#part === 'to-end' ? this.#finish() : undefined;
  }

  #isOver = false;

  #step(chunk: Buffer, at: number): number {
    switch (this.#part) {
      case 'head':
        return this.#readHead(chunk, at);
      case 'fixed':
      case 'chunk':
        return this.#readCounted(chunk, at);
      case 'chunk-size':
      case 'chunk-end':
      case 'trailer':
        return this.#readLine(chunk, at);
      case 'to-end':
        this.#gather(at === 0 ? chunk : chunk.subarray(at));
        return chunk.length;
      case 'opaque':
        return chunk.length;
    }
  }

  #readHead(chunk: Buffer, at: number): number {
    const before = this.#pending.length;
    const seen = before === 0 ? chunk.subarray(at) : Buffer.concat([this.#pending, chunk.subarray(at)]);
    const end = seen.indexOf(HEAD_END, Math.max(0, before - 3));
    if (end === -1) {
      this.#pending = seen;
      if (seen.length > MAX_HEAD_BYTES) this.#part = 'opaque';
      return chunk.length;
    }
    this.#pending = NOTHING;
    this.#beginBody(parseHead(seen.toString('latin1', 0, end)));
    return at + end + HEAD_END.length - before;
  }

  #beginBody(head: Head): void {
    this.#head = head;
    const status = this.#options.side === 'answer' ? statusOf(head) : undefined;
    if (status === 101) this.#part = 'opaque';
    else if (this.#hasNoBody(status)) this.#isOver = true;
    else this.#chooseFraming(head, status !== undefined);
  }

  #hasNoBody(status: number | undefined): boolean {
    if (status === undefined) return false;
    return status < 200 || status === 204 || status === 304 || this.#options.methodAsked?.() === 'HEAD';
  }

  #chooseFraming(head: Head, isAnswer: boolean): void {
    const length = headerOf(head, 'content-length');
    if (/\bchunked\b/i.test(headerOf(head, 'transfer-encoding') ?? '')) this.#part = 'chunk-size';
    else if (length !== undefined) {
      this.#left = Number(length);
      if (!Number.isSafeInteger(this.#left)) this.#part = 'opaque';
      else if (this.#left === 0) this.#isOver = true;
      else this.#part = 'fixed';
    } else if (isAnswer) this.#part = 'to-end';
    else this.#isOver = true;
  }

  #readCounted(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.#gather(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) {
      if (this.#part === 'fixed') this.#isOver = true;
      else this.#part = 'chunk-end';
    }
    return end;
  }

  #readLine(chunk: Buffer, at: number): number {
    const feed = chunk.indexOf(10, at);
    const end = feed === -1 ? chunk.length : feed + 1;
    this.#pending = Buffer.concat([this.#pending, chunk.subarray(at, end)]);
    if (this.#pending.length > MAX_HEAD_BYTES) this.#part = 'opaque';
    else if (feed !== -1) {
      const line = this.#pending.toString('latin1').trim();
      this.#pending = NOTHING;
      this.#takeLine(line);
    }
    return end;
  }

  #takeLine(line: string): void {
    if (this.#part === 'chunk-end') this.#part = 'chunk-size';
    else if (this.#part === 'trailer') this.#isOver = line === '';
    else {
      this.#left = Number.parseInt(line, 16);
      if (Number.isNaN(this.#left)) this.#part = 'opaque';
      else this.#part = this.#left === 0 ? 'trailer' : 'chunk';
    }
  }

  #gather(bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes > this.bodyLimit) this.#body = [];
    else {
      this.#body.push(bytes);
      this.#gathered += bytes.length;
    }
  }

  #finish(): ReadMessage {
    const head = this.#head ?? { startLine: '', rawHeaders: [] };
    const isWhole = this.#gathered === this.#bytes;
    const body = isWhole ? (this.#body.length === 1 ? (this.#body[0] ?? NOTHING) : Buffer.concat(this.#body)) : null;
    const message = { head, body, bytes: this.#bytes };
    this.#part = 'head';
    this.#head = undefined;
    this.#body = [];
    this.#bytes = 0;
    this.#gathered = 0;
    this.#isOver = false;
    return message;
  }
}

function parseHead(text: string): Head {
  const [startLine = '', ...lines] = text.replace(/^(\r\n)+/, '').split('\r\n');
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon === -1 ? [] : [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { startLine, rawHeaders };
}

export function headerOf(head: Pick<Head, 'rawHeaders'>, name: string): string | undefined {
  const at = head.rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : head.rawHeaders[at + 1];
}

export function statusOf(head: Head): number {
  return Number(head.startLine.split(' ')[1]);
}

export function methodOf(head: Head): string {
  return head.startLine.split(' ', 1)[0] ?? '';
}

export function targetOf(head: Head): string {
  return head.startLine.split(' ')[1] ?? '';
}
