import { readFileSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type LedgerLine, parseLedger } from '../../flow/ledger.ts';

/** An append-only file of lines, each durable before `append` resolves. */
export interface LedgerFile extends AsyncDisposable {
  /** What stood there when it was opened. */
  readonly earlier: readonly LedgerLine[];
  append(line: LedgerLine): Promise<void>;
}

/** Lines that come while a sync is under way share the next one. */
export async function openLedgerFile(file: string): Promise<LedgerFile> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  const text = await handle.readFile('utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // A torn line was never acted upon; what comes next must not stick to it.
  if (whole.length < text.length) await handle.truncate(Buffer.byteLength(whole));
  const writer = new GroupWriter(handle);
  return {
    earlier: parseLedger(whole),
    append: (line) => writer.append(`${JSON.stringify(line)}\n`),
    [Symbol.asyncDispose]: async () => handle.close(),
  };
}

/** Empty where no user ever got to work. */
export function readLedger(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

class GroupWriter {
  private readonly handle: FileHandle;
  private waiting: { readonly text: string; resolve(): void; reject(error: unknown): void }[] = [];
  private isWriting = false;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  append(text: string): Promise<void> {
    const written = new Promise<void>((resolve, reject) => this.waiting.push({ text, resolve, reject }));
    if (!this.isWriting) void this.writeAll();
    return written;
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        await this.handle.appendFile(group.map((one) => one.text).join(''));
        await this.handle.datasync();
        for (const one of group) one.resolve();
      } catch (error) {
        for (const one of group) one.reject(error);
      }
    }
    this.isWriting = false;
  }
}
