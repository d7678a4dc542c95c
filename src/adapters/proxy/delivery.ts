import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Head, headerOf, methodOf, targetOf } from './http-reader.ts';
import type { Way } from './lane.ts';

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Of one connection only (RFC 9110, 7.6.1), and what is said anew because the body may have changed. */
const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
]);

/** Sends a whole request on a connection of its own. Undefined: the target refused, broke off or took too long. */
export async function deliver(
  way: Way,
  message: { readonly head: Head; readonly body: Buffer },
  signal?: AbortSignal,
): Promise<Answer | undefined> {
  const { head, body } = message;
  const hasBody = body.length > 0 || headerOf(head, 'content-length') !== undefined;
  const outgoing = httpRequest({
    ...way,
    method: methodOf(head),
    path: targetOf(head),
    headers: [...passedOn(head.rawHeaders), ...(hasBody ? ['content-length', String(body.length)] : [])],
    setHost: false,
    agent: false,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const { statusCode: status = 0, statusMessage: reason = '', rawHeaders } = incoming;
    return { status, reason, rawHeaders, body: Buffer.concat(chunks) };
  } catch {
    return undefined; // the caller writes down that the target gave no answer
  } finally {
    outgoing.destroy();
  }
}

function passedOn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => !NOT_PASSED_ON.has(rawHeaders[index - (index % 2)]?.toLowerCase() ?? ''));
}

export interface AnswerWriting {
  readonly answer: Answer;
  /** Of the request that is answered. */
  readonly head: Head;
  readonly bytesPerSecond: number | null;
}

/** Resolves with the bytes written; the connection has ended when the client wanted that. */
export async function writeAnswer(client: Socket, writing: AnswerWriting): Promise<number> {
  const { answer, head } = writing;
  const isLast = wantsClose(head);
  const bytes = serialise(answer, { method: methodOf(head), isLast });
  if (writing.bytesPerSecond === null) client.write(bytes);
  else await trickle(client, bytes, writing.bytesPerSecond);
  if (isLast) client.end();
  return bytes.length;
}

function wantsClose(head: Head): boolean {
  const wish = headerOf(head, 'connection') ?? '';
  return /\bclose\b/i.test(wish) || (head.startLine.endsWith('HTTP/1.0') && !/\bkeep-alive\b/i.test(wish));
}

function serialise(answer: Answer, about: { readonly method: string; readonly isLast: boolean }): Buffer {
  const isBodiless = about.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  const headers = passedOn(answer.rawHeaders);
  const lines = Array.from({ length: headers.length / 2 }, (_, at) => `${headers[2 * at]}: ${headers[2 * at + 1]}`);
  const length = isBodiless ? headerOf(answer, 'content-length') : String(answer.body.length);
  if (length !== undefined) lines.push(`Content-Length: ${length}`);
  lines.push(`Connection: ${about.isLast ? 'close' : 'keep-alive'}`);
  const head = Buffer.from(`HTTP/1.1 ${answer.status} ${answer.reason}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return isBodiless ? head : Buffer.concat([head, answer.body]);
}

const SLICES_PER_SECOND = 20;

/** For whoever has a limited line. Ends early when the client is gone. */
export async function trickle(client: Socket, bytes: Buffer, bytesPerSecond: number): Promise<void> {
  const slice = Math.max(1, Math.ceil(bytesPerSecond / SLICES_PER_SECOND));
  for (let at = 0; at < bytes.length && !client.destroyed; at += slice) {
    const part = bytes.subarray(at, at + slice);
    client.write(part);
    await delay((part.length / bytesPerSecond) * 1_000);
  }
}
