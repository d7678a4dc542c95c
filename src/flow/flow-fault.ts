import { RollproofError } from '../kernel/errors.ts';

/** Share of the requests or messages that are hit, above 0 to 1, drawn from the seed in the order of their arrival. */
interface Drawn {
  readonly rate: number;
  readonly seed: number;
}

/** What the proxy can do to a flow. One at a time per flow. */
export type FlowFault =
  /** Nobody listens; connections that exist are reset. */
  | { readonly id: 'IF-01'; readonly kind: 'refuse' }
  /** Connections are taken and reset once a request has arrived (HTTP) or bytes have (TCP, drawn per connection). */
  | ({ readonly id: 'IF-01'; readonly kind: 'reset' } & Drawn)
  | { readonly id: 'IF-02'; readonly kind: 'black-hole' }
  /** `bytesPerSecond` limits answers in HTTP, both directions in TCP. Null: no limit. */
  | {
      readonly id: 'IF-03';
      readonly kind: 'slow';
      readonly latencyMs: number;
      readonly jitterMs: number;
      readonly bytesPerSecond: number | null;
      readonly seed: number;
    }
  /** Drawn once for `burst` requests in a row. */
  | ({
      readonly id: 'IF-04';
      readonly kind: 'server-errors';
      readonly burst: number;
      readonly status: number;
    } & Drawn)
  /** So many requests in any 60 seconds; the others are answered 429. */
  | { readonly id: 'IF-05'; readonly kind: 'quota'; readonly perMinute: number }
  | { readonly id: 'IF-06'; readonly kind: 'expired' }
  /** A JSON field has another name, in requests and in answers. */
  | { readonly id: 'IF-08'; readonly kind: 'renamed'; readonly field: string; readonly to: string }
  /** The endpoint answers 400. */
  | ({ readonly id: 'IF-08'; readonly kind: 'rejected' } & Drawn)
  /** Items of a JSON array go missing; the endpoint's answer to the rest is what the flow hears. */
  | ({ readonly id: 'IF-09'; readonly kind: 'partial-batch' } & Drawn)
  | ({ readonly id: 'IF-10'; readonly kind: 'duplicate' } & Drawn)
  /** A message waits until the next one has been delivered; items of a batch are shuffled. */
  | ({ readonly id: 'IF-11'; readonly kind: 'reorder' } & Drawn)
  /** Answered 202 and thrown away. */
  | ({ readonly id: 'IF-12'; readonly kind: 'lost' } & Drawn)
  /** Answered 202 and held; healing sends everything at once. */
  | { readonly id: 'IF-15'; readonly kind: 'held-back' }
  /** Only the first `keep` (0 to 1) of the body arrives. */
  | ({ readonly id: 'IF-24'; readonly kind: 'truncated'; readonly keep: number } & Drawn);

export type FlowFaultId = FlowFault['id'];
export type FlowFaultKind = FlowFault['kind'];

export const FLOW_FAULT_IDS = [
  'IF-01',
  'IF-02',
  'IF-03',
  'IF-04',
  'IF-05',
  'IF-06',
  'IF-08',
  'IF-09',
  'IF-10',
  'IF-11',
  'IF-12',
  'IF-15',
  'IF-24',
] as const satisfies readonly FlowFaultId[];

/** What a connection that is not HTTP can suffer: messages are not understood there. */
export const TCP_KINDS: readonly FlowFaultKind[] = ['refuse', 'reset', 'black-hole', 'slow'];

export interface FlowFaultOptions {
  readonly seed: number;
  readonly rate?: number | undefined;
  /** IF-01: reset connections instead of refusing them. */
  readonly reset?: boolean | undefined;
  readonly latencyMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly burst?: number | undefined;
  readonly status?: number | undefined;
  readonly perMinute?: number | undefined;
  /** IF-08: rename this field. Without it the endpoint answers 400. */
  readonly field?: string | undefined;
  readonly to?: string | undefined;
  /** IF-24: share of the body that arrives. */
  readonly keep?: number | undefined;
}

type Maker = (options: FlowFaultOptions) => FlowFault;

const MAKERS: Readonly<Record<FlowFaultId, Maker>> = {
  'IF-01': (options) =>
    options.reset === true ? { id: 'IF-01', kind: 'reset', ...drawn(options, 1) } : { id: 'IF-01', kind: 'refuse' },
  'IF-02': () => ({ id: 'IF-02', kind: 'black-hole' }),
  'IF-03': ({ seed, latencyMs = 10_000, jitterMs = latencyMs / 5, bytesPerSecond = null }) => ({
    id: 'IF-03',
    kind: 'slow',
    latencyMs: atLeast('latencyMs', latencyMs, 0),
    jitterMs: atLeast('jitterMs', jitterMs, 0),
    bytesPerSecond: bytesPerSecond === null ? null : atLeast('bytesPerSecond', bytesPerSecond, 1),
    seed,
  }),
  'IF-04': (options) => ({
    id: 'IF-04',
    kind: 'server-errors',
    burst: atLeast('burst', options.burst ?? 1, 1),
    status: within('status', options.status ?? 503, { from: 500, to: 599 }),
    ...drawn(options, 0.3),
  }),
  'IF-05': ({ perMinute = 60 }) => ({ id: 'IF-05', kind: 'quota', perMinute: atLeast('perMinute', perMinute, 0) }),
  'IF-06': () => ({ id: 'IF-06', kind: 'expired' }),
  'IF-08': (options) =>
    options.field === undefined
      ? { id: 'IF-08', kind: 'rejected', ...drawn(options, 1) }
      : { id: 'IF-08', kind: 'renamed', field: options.field, to: options.to ?? `${options.field}_v2` },
  'IF-09': (options) => ({ id: 'IF-09', kind: 'partial-batch', ...drawn(options, 0.05) }),
  'IF-10': (options) => ({ id: 'IF-10', kind: 'duplicate', ...drawn(options, 0.05) }),
  'IF-11': (options) => ({ id: 'IF-11', kind: 'reorder', ...drawn(options, 0.2) }),
  'IF-12': (options) => ({ id: 'IF-12', kind: 'lost', ...drawn(options, 0.01) }),
  'IF-15': () => ({ id: 'IF-15', kind: 'held-back' }),
  'IF-24': (options) => ({
    id: 'IF-24',
    kind: 'truncated',
    keep: within('keep', options.keep ?? 0.5, { from: 0, to: 1 }),
    ...drawn(options, 0.05),
  }),
};

/** A fault by its catalogue id, with the parameters that the catalogue's studies suggest unless others are given. */
export function flowFaultOf(id: FlowFaultId, options: FlowFaultOptions): FlowFault {
  return MAKERS[id](options);
}

function drawn({ rate, seed }: FlowFaultOptions, usual: number): Drawn {
  const share = rate ?? usual;
  if (!(share > 0 && share <= 1)) throw outOfRange('rate', share, 'above 0 and at most 1');
  return { rate: share, seed };
}

function atLeast(name: string, value: number, least: number): number {
  if (!(value >= least)) throw outOfRange(name, value, `at least ${least}`);
  return value;
}

function within(name: string, value: number, { from, to }: { from: number; to: number }): number {
  if (!(value >= from && value <= to)) throw outOfRange(name, value, `between ${from} and ${to}`);
  return value;
}

function outOfRange(name: string, value: number, demand: string): RollproofError {
  return new RollproofError('plan-invalid', `${name} of a flow's fault is ${value}, it must be ${demand}`);
}
