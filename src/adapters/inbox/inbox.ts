import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Environment, RunningProcess } from '../../environment/host.ts';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import type { HttpClient } from '../../people/http-client.ts';
import { isMarked } from '../../people/messages/exercise.ts';
import type { Acknowledgement, Arrival, Inbox, Letter } from '../../people/messages/inbox.ts';
import {
  type AcknowledgeAnswer,
  type ArrivedItem,
  type InboxSettings,
  type Mail,
  MESSAGE_HEADER,
  type Refusal,
  type SendAnswer,
} from './protocol.ts';
import { postBody } from '../../people/messages/post.ts';

export interface InboxRequest {
  readonly environment: Environment;
  readonly httpClient: (socket: string) => HttpClient;
  /** Texts go to the private folder, and nowhere else. */
  readonly keep: (arrival: Arrival) => void;
  readonly loses?: readonly string[];
}

const READY_WITHIN_MS = 20_000;
const READY_POLL_MS = 10;
const ANSWER_MS = 10_000;
/** Many are handed over at once, and four go at a time. */
const MAIL_MS = 60_000;

/** In the bundle the program lies beside this module under the name of what it is. */
function programOf(settings: InboxSettings): readonly [string, ...string[]] {
  const file = new URL(import.meta.url.endsWith('.ts') ? './server.ts' : './inbox.js', import.meta.url);
  return [process.execPath, fileURLToPath(file), JSON.stringify(settings)];
}

/** Starts the servers inside and resolves when they take letters. */
export async function openInbox({ environment, httpClient, keep, loses = [] }: InboxRequest): Promise<Inbox> {
  const smtpPort = await environment.freePort();
  const httpPort = await environment.freePort();
  const process = await environment.start({
    name: 'inbox',
    argv: programOf({ smtpPort, httpPort, loses }),
    cwd: environment.folder,
    env: {},
  });
  const client = httpClient(await environment.expose('inbox-http', httpPort));
  await untilReady(client, process);
  const arrivals: Arrival[] = [];
  return {
    address: `http://127.0.0.1:${httpPort}`,
    secret: randomBytes(24).toString('base64url'),
    send: async (letter) => {
      if (!isMarked(letter))
        throw new RollproofError(
          'invariant-broken',
          `${letter.message} is not marked as an exercise, so it is not sent`,
        );
      return letter.over.kind === 'smtp' ? mail(client, letter) : post(client, letter, letter.over.shape);
    },
    refuse: (what) => refuse(client, what === 'mail' ? { mail: true } : { mail: false, post: what.post }),
    arrived: async () => {
      const fresh = await readArrived(client, arrivals.length);
      fresh.forEach(keep);
      arrivals.push(...fresh);
      return arrivals;
    },
    acknowledge: (path) => acknowledge(client, path),
    // The program ends with the environment.
    close: async () => undefined,
  };
}

async function untilReady(client: HttpClient, process: RunningProcess): Promise<void> {
  let ended = false;
  void process.ended.then(() => (ended = true));
  const until = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(client))) {
    if (ended || performance.now() > until)
      throw new RollproofError('environment-not-ready', 'the inbox of the drill does not get ready', {
        hint: `Read what it says in ${process.logFile}.`,
      });
    await delay(READY_POLL_MS);
  }
}

async function isReady(client: HttpClient): Promise<boolean> {
  try {
    return (await client.send({ method: 'GET', path: '/ready', timeoutMs: ANSWER_MS })).status === 200;
  } catch {
    return false; // nobody listens yet: asked again
  }
}

/** The program inside hands it to its own SMTP server: what sends mail need not be loaded here. */
async function mail(client: HttpClient, { message, to, name, subject, text }: Letter): Promise<string | null> {
  try {
    const { body } = await client.send({
      method: 'POST',
      path: '/send',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message, to, name, subject, text } satisfies Mail),
      timeoutMs: MAIL_MS,
    });
    return (JSON.parse(body) as SendAnswer).trouble;
  } catch (error) {
    return messageOf(error);
  }
}

async function post(client: HttpClient, letter: Letter, shape: Parameters<typeof postBody>[0]): Promise<string | null> {
  try {
    const { status } = await client.send({
      method: 'POST',
      path: `/hooks/${encodeURIComponent(letter.to)}`,
      headers: { 'content-type': 'application/json', [MESSAGE_HEADER]: letter.message },
      body: JSON.stringify(postBody(shape, letter)),
      timeoutMs: ANSWER_MS,
    });
    return status === 200 ? null : `status ${status}`;
  } catch (error) {
    return messageOf(error);
  }
}

async function refuse(client: HttpClient, what: Refusal): Promise<void> {
  const { status } = await client.send({
    method: 'POST',
    path: '/refuse',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(what),
    timeoutMs: ANSWER_MS,
  });
  if (status !== 200) throw new RollproofError('could-not-read', `the inbox of the drill answered ${status}`);
}

async function readArrived(client: HttpClient, after: number): Promise<readonly Arrival[]> {
  const { status, body } = await client.send({ method: 'GET', path: `/arrived?after=${after}`, timeoutMs: ANSWER_MS });
  if (status !== 200) throw new RollproofError('could-not-read', `the inbox of the drill answered ${status}`);
  return (JSON.parse(body) as readonly ArrivedItem[]).map(({ serial: _serial, ...arrival }) => arrival);
}

/** First the page, as a person opens it, then its button. */
async function acknowledge(client: HttpClient, path: string): Promise<Acknowledgement> {
  const page = await client.send({ method: 'GET', path, timeoutMs: ANSWER_MS });
  if (page.status !== 200) return { by: null, atMs: null };
  const { status, body } = await client.send({ method: 'POST', path, timeoutMs: ANSWER_MS });
  return status === 200 ? (JSON.parse(body) as AcknowledgeAnswer) : { by: null, atMs: null };
}
