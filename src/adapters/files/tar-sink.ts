import { messageOf } from '../../kernel/errors.ts';

interface Sink {
  readonly destroyed: boolean;
  write(chunk: Buffer): boolean;
  end(data: undefined): unknown;
  destroy(error?: Error | null): unknown;
  on(event: 'error' | 'close' | 'drain', listener: (error?: unknown) => void): unknown;
}

/** The streams of the tar library are not Node's own, so that pipelines do not take them as an end. */
export async function pour(chunks: AsyncIterable<Buffer>, sink: Sink): Promise<void> {
  const outcome: { failure?: Error } = {};
  sink.on('error', (error) => {
    outcome.failure = error instanceof Error ? error : new Error(String(error));
  });
  let wake = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    sink.on('close', () => {
      resolve();
      wake();
    });
  });
  sink.on('drain', () => wake());
  try {
    for await (const chunk of chunks) {
      if (sink.destroyed) break;
      const drained = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!sink.write(chunk)) await Promise.race([drained, closed]);
    }
    sink.end(undefined);
  } catch (error) {
    sink.destroy(error instanceof Error ? error : new Error(messageOf(error)));
    throw error;
  }
  await closed;
  if (outcome.failure !== undefined) throw outcome.failure;
}
