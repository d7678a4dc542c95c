import type { FlowFaultId } from '../../flow/flow-fault.ts';
import { digestBytes } from '../../kernel/digest.ts';
import { deliver } from './delivery.ts';
import { type Head, methodOf, targetOf } from './http-reader.ts';
import type { Way } from './lane.ts';
import { now, type TrafficLog } from './traffic-log.ts';

export interface HeldMessage {
  readonly head: Head;
  readonly body: Buffer;
  readonly ids: readonly string[];
  readonly fault: FlowFaultId;
}

const MAX_BYTES = 256 * 2 ** 20;
const RELEASE_WITHIN_MS = 30_000;

/** Messages that the flow believes delivered and that are sent later. */
export class HeldMessages {
  readonly #way: Way;
  readonly #log: TrafficLog;
  #messages: HeldMessage[] = [];
  #bytes = 0;

  constructor(way: Way, log: TrafficLog) {
    this.#way = way;
    this.#log = log;
  }

  get count(): number {
    return this.#messages.length;
  }

  /** False: there is no room. */
  hold(message: HeldMessage): boolean {
    if (this.#bytes + message.body.length > MAX_BYTES) return false;
    this.#messages.push(message);
    this.#bytes += message.body.length;
    this.#log.holds(1);
    return true;
  }

  /** One after the other, in the order of their arrival. */
  async releaseInOrder(): Promise<void> {
    for (const message of this.#takeAll()) await this.#release(message);
  }

  /** All on connections of their own, without waiting for each other. */
  async releaseAtOnce(): Promise<void> {
    await Promise.all(this.#takeAll().map((message) => this.#release(message)));
  }

  #takeAll(): readonly HeldMessage[] {
    const all = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    return all;
  }

  async #release({ head, body, ids, fault }: HeldMessage): Promise<void> {
    const at = now();
    const answer = await deliver(this.#way, { head, body }, AbortSignal.timeout(RELEASE_WITHIN_MS));
    const isStored = answer !== undefined && isSuccess(answer.status);
    if (isStored) this.#log.delivered(ids.length);
    this.#log.holds(-1);
    this.#log.settle({
      at,
      tookMs: now().monotonicMs - at.monotonicMs,
      method: methodOf(head),
      path: pathOf(head),
      status: null,
      targetStatus: answer?.status ?? null,
      handling: 'released',
      fault,
      deliveries: answer === undefined ? 0 : 1,
      messageIds: ids,
      withheldIds: isStored ? [] : ids,
      bytes: body.length,
      digest: digestBytes(body),
    });
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** What follows the question mark may hold values. */
export function pathOf(head: Head): string {
  return targetOf(head).split('?', 1)[0] ?? '';
}
