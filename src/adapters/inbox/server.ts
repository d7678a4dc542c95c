/**
 * A program of its own, run inside an environment: an SMTP server and an HTTP listener that take everything and pass
 * nothing on. What arrived is asked for over HTTP; acknowledgement links lead here as well.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { digestBytes } from '../../kernel/digest.ts';
import { linkIn } from '../../people/messages/letters.ts';
import { mailer } from './mailer.ts';
import {
  type AcknowledgeAnswer,
  type ArrivedItem,
  type InboxSettings,
  type Mail,
  MESSAGE_HEADER,
  type Refusal,
  type SendAnswer,
} from './protocol.ts';
import { readMail } from './read-mail.ts';
import { readPost } from '../../people/messages/post.ts';

const MOST_BYTES = 2 ** 20;

const settings = JSON.parse(process.argv[2] ?? '{}') as InboxSettings;
const send = mailer(settings.smtpPort);
const items: ArrivedItem[] = [];
/** Channels that are down. */
const refused = { mail: false, posts: new Set<string>() };
/** By the path of the link that arrived with it. */
const links = new Map<string, { readonly by: string; atMs: number | null }>();

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function keep(item: Omit<ArrivedItem, 'serial' | 'atMs' | 'digest'>): void {
  items.push({ ...item, serial: items.length + 1, atMs: nowMs(), digest: digestBytes(item.text) });
  const link = linkIn(item.text);
  if (link !== null && !links.has(link)) links.set(link, { by: item.to, atMs: null });
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new RangeError(`more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function takeMail(raw: Buffer, session: SMTPServerSession): void {
  const mail = readMail(raw, MESSAGE_HEADER);
  for (const { address } of session.envelope.rcptTo) {
    if (!settings.loses.includes(address)) keep({ ...mail, to: address });
  }
}

async function receive(
  stream: AsyncIterable<Buffer>,
  session: SMTPServerSession,
  done: (error?: Error) => void,
): Promise<void> {
  try {
    takeMail(await bytesOf(stream), session);
  } catch (error) {
    return done(error instanceof Error ? error : new Error(String(error)));
  }
  done();
}

/** As a server answers that closes its service for now. */
class ServiceClosed extends Error {
  readonly responseCode = 421;
}

async function takeRefusal(request: IncomingMessage): Promise<void> {
  const { mail, post } = JSON.parse((await bytesOf(request)).toString('utf8')) as Refusal;
  if (mail) refused.mail = true;
  if (post !== undefined) refused.posts.add(post);
}

async function takePost(request: IncomingMessage, channel: string): Promise<number> {
  if (refused.posts.has(channel)) return 503;
  const body = JSON.parse((await bytesOf(request)).toString('utf8')) as unknown;
  const post = readPost(body);
  if (post === null) return 400;
  const message = request.headers[MESSAGE_HEADER];
  if (!settings.loses.includes(channel))
    keep({ ...post, message: typeof message === 'string' ? message : null, to: channel });
  return 200;
}

/** A look at the page acknowledges nothing: mail filters open links before people do. */
const PAGE = `<!doctype html><title>EXERCISE</title><p>EXERCISE. I have read the message.</p><form method="post"><button>Confirm</button></form><p>EXERCISE</p>`;

function acknowledge(request: IncomingMessage, path: string, response: ServerResponse): void {
  const link = links.get(path);
  if (link === undefined) return answer(response, 404, { by: null });
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
    return;
  }
  link.atMs ??= nowMs();
  answer(response, 200, { by: link.by, atMs: link.atMs } satisfies AcknowledgeAnswer);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://inbox');
  if (pathname === '/ready') return answer(response, 200, {});
  if (pathname.startsWith('/acknowledge/')) return acknowledge(request, pathname, response);
  if (request.method === 'POST' && pathname === '/send') {
    const mail = JSON.parse((await bytesOf(request)).toString('utf8')) as Mail;
    return answer(response, 200, { trouble: await send(mail) } satisfies SendAnswer);
  }
  if (request.method === 'POST' && pathname === '/refuse') {
    await takeRefusal(request);
    return answer(response, 200, {});
  }
  if (pathname === '/arrived') return answer(response, 200, items.slice(Number(searchParams.get('after') ?? 0)));
  if (request.method === 'POST' && pathname.startsWith('/hooks/'))
    return answer(response, await takePost(request, decodeURIComponent(pathname.slice('/hooks/'.length))), {});
  answer(response, 404, {});
}

const http = createServer((request, response) => {
  route(request, response).catch((error: unknown) => answer(response, 400, { trouble: String(error) }));
});
const smtp = new SMTPServer({
  banner: 'the inbox of a drill',
  size: MOST_BYTES,
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onMailFrom: (_address, _session, done) =>
    done(refused.mail ? new ServiceClosed('Service not available, closing transmission channel') : null),
  onData: (stream, session, done) => void receive(stream, session, done),
});
smtp.on('error', (error: Error) => console.error(error.message));

smtp.listen(settings.smtpPort, '127.0.0.1', () => {
  // Last, because whoever finds it ready sends at once.
  http.listen(settings.httpPort, '127.0.0.1');
});
