import { type Random, seededRandom } from '../kernel/random.ts';
import type { FlowFault } from './flow-fault.ts';

/** What is known of a request before anything is done to it. */
export interface Asked {
  /** It carries something that the endpoint is to store. */
  readonly isMessage: boolean;
  /** Items of a batch; 0 when it is none. */
  readonly items: number;
  readonly bytes: number;
  readonly nowMs: number;
}

export type Decision =
  | { readonly do: 'pass' }
  | { readonly do: 'answer'; readonly status: number; readonly retryAfterSeconds: number | null }
  | { readonly do: 'reset' }
  | { readonly do: 'swallow' }
  | { readonly do: 'delay'; readonly ms: number; readonly bytesPerSecond: number | null }
  | { readonly do: 'rename'; readonly field: string; readonly to: string }
  | { readonly do: 'thin'; readonly kept: readonly number[] }
  | { readonly do: 'shuffle'; readonly order: readonly number[] }
  | { readonly do: 'twice' }
  | { readonly do: 'overtake' }
  | { readonly do: 'lose' }
  | { readonly do: 'hold' }
  | { readonly do: 'truncate'; readonly bytes: number };

/** Decides in the order of the calls: the same fault and the same requests give the same decisions. */
export type Decide = (asked: Asked) => Decision;

const PASS: Decision = { do: 'pass' };
const QUOTA_WINDOW_MS = 60_000;

export function deciderOf(fault: FlowFault): Decide {
  switch (fault.kind) {
    case 'refuse':
      return () => ({ do: 'reset' });
    case 'black-hole':
      return () => ({ do: 'swallow' });
    case 'expired':
      return () => ({ do: 'answer', status: 401, retryAfterSeconds: null });
    case 'renamed':
      return () => ({ do: 'rename', field: fault.field, to: fault.to });
    case 'held-back':
      return ({ isMessage }) => (isMessage ? { do: 'hold' } : PASS);
    case 'quota':
      return decideQuota(fault.perMinute);
    case 'server-errors':
      return decideBursts(fault);
    default:
      return decideDrawn(fault, seededRandom(fault.seed));
  }
}

type DrawnFault = Exclude<
  FlowFault,
  { kind: 'refuse' | 'black-hole' | 'expired' | 'renamed' | 'held-back' | 'quota' | 'server-errors' }
>;

/** Requests that carry no message use up no draw where only messages are hit: reads must not shift what happens to writes. */
function decideDrawn(fault: DrawnFault, random: Random): Decide {
  const isHit = (rate: number): boolean => random.next() < rate;
  const messages =
    (rate: number, hit: (asked: Asked) => Decision): Decide =>
    (asked) =>
      asked.isMessage && isHit(rate) ? hit(asked) : PASS;
  switch (fault.kind) {
    case 'slow':
      return () => ({
        do: 'delay',
        ms: fault.latencyMs + random.next() * fault.jitterMs,
        bytesPerSecond: fault.bytesPerSecond,
      });
    case 'reset':
      return () => (isHit(fault.rate) ? { do: 'reset' } : PASS);
    case 'rejected':
      return () => (isHit(fault.rate) ? { do: 'answer', status: 400, retryAfterSeconds: null } : PASS);
    case 'partial-batch':
      return ({ items }) => thin(items, () => isHit(fault.rate));
    case 'duplicate':
      return messages(fault.rate, () => ({ do: 'twice' }));
    case 'reorder':
      return messages(fault.rate, ({ items }) =>
        items > 1 ? { do: 'shuffle', order: shuffled(items, random) } : { do: 'overtake' },
      );
    case 'lost':
      return messages(fault.rate, () => ({ do: 'lose' }));
    case 'truncated':
      return messages(fault.rate, ({ bytes }) =>
        bytes === 0 ? PASS : { do: 'truncate', bytes: Math.min(bytes - 1, Math.floor(bytes * fault.keep)) },
      );
  }
}

function thin(items: number, isDropped: () => boolean): Decision {
  const kept = Array.from({ length: items }, (_, index) => index).filter(() => !isDropped());
  return kept.length === items ? PASS : { do: 'thin', kept };
}

/** Never the order that it was. */
export function shuffled(items: number, random: Random): readonly number[] {
  const order = Array.from({ length: items }, (_, index) => index);
  for (let last = items - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  const isUnchanged = order.every((item, index) => item === index);
  return isUnchanged ? [...order.slice(1), ...order.slice(0, 1)] : order;
}

function decideBursts(fault: Extract<FlowFault, { kind: 'server-errors' }>): Decide {
  const random = seededRandom(fault.seed);
  let left = 0;
  let isBurst = false;
  return () => {
    if (left === 0) {
      left = fault.burst;
      isBurst = random.next() < fault.rate;
    }
    left -= 1;
    return isBurst ? { do: 'answer', status: fault.status, retryAfterSeconds: null } : PASS;
  };
}

/** Refused requests use nothing up. */
function decideQuota(perMinute: number): Decide {
  let passed: number[] = [];
  return ({ nowMs }) => {
    passed = passed.filter((at) => nowMs - at < QUOTA_WINDOW_MS);
    if (passed.length < perMinute) {
      passed.push(nowMs);
      return PASS;
    }
    const untilMs = (passed[0] ?? nowMs) + QUOTA_WINDOW_MS - nowMs;
    return { do: 'answer', status: 429, retryAfterSeconds: Math.ceil(untilMs / 1_000) };
  };
}
