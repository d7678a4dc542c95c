import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import type { HttpAnswer, HttpClient, HttpSend } from '../../people/http-client.ts';

export interface UnixHttpClientOptions {
  readonly socketPath: string;
  /** Larger answers are refused: nobody reads them. Default 16 MiB. */
  readonly maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 16 * 2 ** 20;

/** HTTP to one service through a unix socket. */
export function unixHttpClient(options: UnixHttpClientOptions): HttpClient & AsyncDisposable {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 8 });
  const send = async (request: HttpSend): Promise<HttpAnswer> => {
    request.signal?.throwIfAborted();
    try {
      return await exchange(request, { ...options, agent });
    } catch (error) {
      request.signal?.throwIfAborted();
      throw noAnswer(request, error);
    }
  };
  return {
    send,
    [Symbol.asyncDispose]: async () => agent.destroy(),
  };
}

interface Line extends UnixHttpClientOptions {
  readonly agent: Agent;
}

async function exchange(request: HttpSend, line: Line): Promise<HttpAnswer> {
  try {
    return await exchangeOnce(request, line);
  } catch (error) {
    // A kept connection may have been closed by the other side just now; asking again cannot do harm.
    if (request.method === 'GET' && error instanceof StaleConnection) return await exchangeOnce(request, line);
    throw error;
  }
}

class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

function exchangeOnce(request: HttpSend, line: Line): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
  const answered = new Promise<HttpAnswer>((resolve, reject) => {
    const outgoing = httpRequest({
      socketPath: line.socketPath,
      method: request.method,
      path: request.path,
      // What may happen twice must not meet a stale connection.
      agent: request.method === 'GET' ? line.agent : false,
      headers: { 'host': 'localhost', 'user-agent': 'rollproof', ...request.headers, ...lengthOf(request) },
      signal,
    });
    outgoing.on('error', (error) => {
      const isStale =
        outgoing.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    outgoing.on('response', (incoming) => {
      collect(incoming, line.maxBodyBytes ?? MAX_BODY_BYTES).then(resolve, reject);
    });
    outgoing.end(request.body);
  });
  return answered.catch((error: unknown) => {
    // An answer cut off by our own timeout looks like a broken connection.
    throw timeout.aborted ? new TooSlow('too slow', { cause: error }) : error;
  });
}

function lengthOf(request: HttpSend): Readonly<Record<string, string>> {
  if (request.body === undefined) return request.method === 'GET' ? {} : { 'content-length': '0' };
  return { 'content-length': String(Buffer.byteLength(request.body)) };
}

async function collect(incoming: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      incoming.destroy();
      throw new RangeError(`the answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return {
    status: incoming.statusCode ?? 0,
    headers: headersOf(incoming),
    body: Buffer.concat(chunks).toString('utf8'),
    bytes,
  };
}

function headersOf(incoming: IncomingMessage): Readonly<Record<string, readonly string[]>> {
  const headers: Record<string, readonly string[]> = {};
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    if (values !== undefined) headers[name] = values;
  return headers;
}

/** Says method and path only: headers and body may hold a password. */
function noAnswer(request: HttpSend, error: unknown): RollproofError {
  const why = error instanceof TooSlow ? `within ${request.timeoutMs} ms` : `(${messageOf(error)})`;
  return new RollproofError('could-not-read', `no answer to ${request.method} ${request.path} ${why}`, {
    cause: error,
  });
}
