import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** Where a request gets lost: before the application sees it, or on the way back when it is done. */
export type Loss = 'request' | 'answer' | null;

export interface Meddler extends AsyncDisposable {
  readonly socket: string;
}

/** Stands between users and application. `lose` is told of each write with its number, from 1 on. */
export async function meddlerAt(made: {
  readonly socket: string;
  readonly application: string;
  readonly lose: (write: number) => Loss;
}): Promise<Meddler> {
  let writes = 0;
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method, url: path, headers } = incoming;
    const loss = method === 'POST' && path?.startsWith('/api/') === true ? made.lose((writes += 1)) : null;
    const parts: Buffer[] = [];
    for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
    if (loss === 'request') return void incoming.socket.destroy();
    const forwarded = request({ socketPath: made.application, method, path, headers, agent: false });
    forwarded.end(Buffer.concat(parts));
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    if (loss === 'answer') {
      answer.resume();
      await once(answer, 'end');
      return void incoming.socket.destroy();
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  };
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await once(server.listen(made.socket), 'listening');
  return {
    socket: made.socket,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
