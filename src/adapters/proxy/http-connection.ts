import { connect, type Socket } from 'node:net';
import type { Moment } from '../../flow/proxy.ts';
import { digestBytes } from '../../kernel/digest.ts';
import { writeAnswer } from './delivery.ts';
import { meetFault, type Outcome } from './faulted-request.ts';
import { isSuccess, pathOf } from './held-messages.ts';
import { type Head, HttpReader, headerOf, methodOf, type ReadMessage, statusOf } from './http-reader.ts';
import { findIds } from './json-body.ts';
import type { Lane } from './lane.ts';
import { now } from './traffic-log.ts';

/** Of bodies that only pass by, so much is kept to look for ids. */
const SEARCHED_BYTES = 256 * 1024;
const HANDLED_BYTES = 64 * 2 ** 20;

/** A request that passes by: it is settled when both it and its answer are whole. */
interface Streamed {
  request: ReadMessage | undefined;
  ids: readonly string[];
  at: Moment;
  status: number | undefined;
}

/**
 * One connection of a flow. Without a fault the bytes go on as they come, and the framing is only followed. A request
 * that begins under a fault is gathered whole first. Requests of one connection stay in their order.
 */
export class HttpConnection {
  readonly #client: Socket;
  readonly #lane: Lane;
  readonly #requests = new HttpReader({ side: 'request' });
  readonly #answers: HttpReader;
  readonly #streamed: Streamed[] = [];
  #upstream: Socket | undefined;
  #isHandling = false;
  #isContinued = false;
  /** Read, but not before what is under way is answered. */
  #waiting: Buffer | undefined;
  #isBusy = false;

  constructor(client: Socket, lane: Lane) {
    this.#client = client;
    this.#lane = lane;
    this.#answers = new HttpReader({ side: 'answer', methodAsked: () => this.#methodAsked() });
  }

  begin(): void {
    const client = this.#client;
    client.on('data', (chunk: Buffer) => {
      this.#lane.log.sent(chunk.length);
      this.#take(chunk);
    });
    client.on('drain', () => this.#upstream?.resume());
    client.on('end', () => this.#clientEnded());
    client.on('close', () => this.#clientGone());
  }

  #take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#requests.isIdle) this.#beginRequest();
      if (this.#isHandling && this.#streamed.length > 0) return this.#wait(chunk.subarray(at));
      const { next, message } = this.#requests.read(chunk, at);
      if (!this.#isHandling) this.#forward(at === 0 && next === chunk.length ? chunk : chunk.subarray(at, next));
      else if (message === undefined) this.#encourage();
      at = next;
      if (message === undefined) continue;
      if (this.#isHandling) {
        this.#wait(chunk.subarray(at));
        return this.#handle(message);
      }
      this.#note(message);
    }
  }

  #beginRequest(): void {
    this.#isHandling = this.#lane.active !== undefined;
    this.#isContinued = false;
    this.#requests.bodyLimit = this.#isHandling ? HANDLED_BYTES : SEARCHED_BYTES;
    if (!this.#isHandling) this.#streamed.push({ request: undefined, ids: [], at: now(), status: undefined });
  }

  #wait(rest: Buffer): void {
    this.#client.pause();
    this.#waiting = rest;
  }

  #proceed(): void {
    const rest = this.#waiting;
    if (rest === undefined || this.#isBusy || this.#client.destroyed) return;
    this.#waiting = undefined;
    if (rest.length > 0) this.#take(rest);
    if (this.#waiting === undefined) this.#client.resume();
  }

  /** A client that asks first whether it may send its body. */
  #encourage(): void {
    const { head, isOpaque } = this.#requests;
    if (isOpaque) this.#client.destroy();
    if (head === undefined || this.#isContinued || this.#lane.active?.fault.kind === 'black-hole') return;
    this.#isContinued = true;
    if (/100-continue/i.test(headerOf(head, 'expect') ?? '')) this.#client.write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  #forward(bytes: Buffer): void {
    this.#upstream ??= this.#reach();
    if (!this.#upstream.write(bytes)) this.#client.pause();
  }

  #reach(): Socket {
    const upstream = connect({ ...this.#lane.way, noDelay: true, allowHalfOpen: true });
    upstream.on('data', (chunk: Buffer) => this.#hear(chunk));
    upstream.on('drain', () => {
      if (this.#waiting === undefined) this.#client.resume();
    });
    upstream.on('error', () => upstream.destroy());
    upstream.on('end', () => this.#upstreamEnded(upstream));
    upstream.on('close', () => this.#upstreamEnded(upstream));
    return upstream;
  }

  #hear(chunk: Buffer): void {
    this.#lane.log.received(chunk.length);
    if (!this.#client.write(chunk)) this.#upstream?.pause();
    let at = 0;
    while (at < chunk.length) {
      const { next, message } = this.#answers.read(chunk, at);
      at = next;
      if (message !== undefined) this.#heard(statusOf(message.head));
    }
    // The connection speaks another protocol from here on.
    const { isOpaque, head } = this.#answers;
    if (isOpaque && head !== undefined && this.#streamed.length > 0) this.#heard(statusOf(head));
  }

  #methodAsked(): string | undefined {
    const head: Head | undefined = this.#streamed[0]?.request?.head ?? this.#requests.head;
    return head === undefined ? undefined : methodOf(head);
  }

  /** Answers below 200 but 101 announce another one. */
  #heard(status: number): void {
    const first = this.#streamed[0];
    if (first === undefined || (status < 200 && status !== 101)) return;
    first.status = status;
    this.#settleStreamed();
  }

  #note(message: ReadMessage): void {
    const last = this.#streamed.at(-1);
    if (last === undefined) return;
    const ids = findIds(message.head, message.body);
    last.request = message;
    last.ids = ids ?? [];
    last.at = now();
    this.#lane.log.arrived(ids);
    this.#settleStreamed();
  }

  #settleStreamed(): void {
    for (let first = this.#streamed[0]; first !== undefined; first = this.#streamed[0]) {
      const { request, status, ids, at } = first;
      if (request === undefined || status === undefined) return;
      this.#streamed.shift();
      if (isSuccess(status)) this.#lane.log.delivered(ids.length);
      this.#settle({ request, ids, at }, { ...PASSED, answer: { status }, targetStatus: status });
    }
    this.#proceed();
  }

  #settle(
    { request, ids, at }: { readonly request: ReadMessage; readonly ids: readonly string[]; readonly at: Moment },
    outcome: Omit<Outcome, 'answer' | 'bytesPerSecond'> & { readonly answer: { readonly status: number } | null },
  ): void {
    const { handling, fault, targetStatus, deliveries, withheldIds } = outcome;
    this.#lane.log.settle({
      at,
      tookMs: now().monotonicMs - at.monotonicMs,
      method: methodOf(request.head),
      path: pathOf(request.head),
      status: outcome.answer?.status ?? null,
      targetStatus,
      handling,
      fault,
      deliveries,
      messageIds: ids,
      withheldIds,
      bytes: request.bytes,
      digest: request.body === null || request.bytes === 0 ? null : digestBytes(request.body),
    });
  }

  #handle(request: ReadMessage): void {
    this.#isBusy = true;
    const { head, body } = request;
    const at = now();
    const found = findIds(head, body);
    const ids = found ?? [];
    this.#lane.log.arrived(found);
    const met = body === null ? Promise.resolve(TOO_LARGE) : meetFault({ head, body, ids }, this.#lane);
    met
      .then(async (outcome) => {
        await this.#tell(head, outcome);
        this.#settle({ request, ids, at }, outcome);
        this.#isBusy = outcome.handling === 'swallowed';
        this.#proceed();
      })
      .catch((error: unknown) => this.#client.destroy(error instanceof Error ? error : undefined));
  }

  async #tell(head: Head, { handling, answer, bytesPerSecond }: Outcome): Promise<void> {
    const client = this.#client;
    if (handling === 'swallowed') this.#lane.swallowed.add(client);
    else if (answer === null) client.resetAndDestroy();
    else if (!client.destroyed) this.#lane.log.received(await writeAnswer(client, { answer, head, bytesPerSecond }));
  }

  #clientEnded(): void {
    if (this.#upstream !== undefined) this.#upstream.end();
    else if (!this.#isBusy) this.#client.end();
  }

  #clientGone(): void {
    this.#lane.swallowed.delete(this.#client);
    this.#upstream?.destroy();
    this.#giveUp();
  }

  #upstreamEnded(upstream: Socket): void {
    if (this.#upstream !== upstream) return;
    this.#upstream = undefined;
    upstream.destroy();
    const last = this.#answers.end();
    if (last !== undefined) this.#heard(statusOf(last.head));
    const isBroken = this.#streamed.length > 0;
    if (isBroken) {
      this.#giveUp();
      this.#client.destroySoon();
    } else if (!this.#isBusy && this.#waiting === undefined) this.#client.end();
  }

  /** What was under way gets no answer any more. */
  #giveUp(): void {
    for (const { request, ids, at } of this.#streamed.splice(0))
      if (request !== undefined)
        this.#settle({ request, ids, at }, { ...PASSED, handling: 'unanswered', deliveries: 0 });
  }
}

const PASSED: Outcome = {
  handling: 'passed',
  fault: null,
  answer: null,
  targetStatus: null,
  deliveries: 1,
  withheldIds: [],
  bytesPerSecond: null,
};

const TOO_LARGE: Outcome = { ...PASSED, handling: 'too-large', deliveries: 0 };
