import type { FlowFault } from '../../flow/flow-fault.ts';
import type { FaultEntry, Handling, Moment, Passage, Traffic, TrafficCounters } from '../../flow/proxy.ts';

const CAPACITY = 10_000;
const SHOWN_IDS = 1_000;

export type Settled = Omit<Passage, 'seq' | 'messages'>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Bounded: the oldest passages are forgotten, the counters never are. */
export class TrafficLog {
  readonly #capacity: number;
  readonly #counters: Mutable<Omit<TrafficCounters, 'byHandling'>> = {
    connections: 0,
    requests: 0,
    open: 0,
    held: 0,
    messages: 0,
    delivered: 0,
    unsearched: 0,
    bytesSent: 0,
    bytesReceived: 0,
  };
  readonly #byHandling: Partial<Record<Handling, number>> = {};
  /** Passage with seq s lies at s % capacity. */
  readonly #ring: Passage[] = [];
  readonly #faults: FaultEntry[] = [];
  #lastSeq = 0;
  #lastAt: Moment | null = null;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  connected(): void {
    this.#counters.connections += 1;
  }

  sent(bytes: number): void {
    this.#counters.bytesSent += bytes;
    this.#lastAt = now();
  }

  received(bytes: number): void {
    this.#counters.bytesReceived += bytes;
    this.#lastAt = now();
  }

  /** `ids` undefined: the body was not searched. */
  arrived(ids: readonly string[] | undefined): void {
    this.#counters.requests += 1;
    this.#counters.open += 1;
    if (ids === undefined) this.#counters.unsearched += 1;
    else this.#counters.messages += ids.length;
  }

  delivered(messages: number): void {
    this.#counters.delivered += messages;
  }

  /** `held`: it stays open until it is released. */
  holds(by: 1 | -1): void {
    this.#counters.held += by;
    this.#counters.open += by;
  }

  settle(settled: Settled): void {
    if (settled.handling !== 'released') this.#counters.open -= 1;
    this.#lastSeq += 1;
    this.#byHandling[settled.handling] = (this.#byHandling[settled.handling] ?? 0) + 1;
    const messageIds = settled.messageIds.slice(0, SHOWN_IDS);
    this.#ring[this.#lastSeq % this.#capacity] = {
      ...settled,
      seq: this.#lastSeq,
      messageIds,
      messages: settled.messageIds.length,
      withheldIds: settled.withheldIds.slice(0, SHOWN_IDS),
    };
  }

  fault(what: FaultEntry['what'], fault: FlowFault): void {
    this.#faults.push({ at: now(), what, fault, seq: this.#lastSeq });
  }

  since(seq: number): Traffic {
    const oldest = Math.max(1, this.#lastSeq - this.#capacity + 1);
    const first = Math.max(seq + 1, oldest);
    const passages: Passage[] = [];
    for (let at = first; at <= this.#lastSeq; at += 1) {
      const passage = this.#ring[at % this.#capacity];
      if (passage !== undefined) passages.push(passage);
    }
    return {
      counters: { ...this.#counters, byHandling: { ...this.#byHandling } },
      lastAt: this.#lastAt,
      passages,
      forgotten: first - (seq + 1) > 0 ? first - (seq + 1) : 0,
      lastSeq: this.#lastSeq,
      faults: [...this.#faults],
    };
  }
}

/** Of the machine: CLOCK_MONOTONIC, as everywhere in Rollproof. */
export function now(): Moment {
  return { wallMs: Date.now(), monotonicMs: Number(process.hrtime.bigint()) / 1e6 };
}
