/** Time comes from outside: domain code never reads the machine's clock. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. May jump; only for showing. */
  wallMs(): number;
  /** Milliseconds since an arbitrary origin of this boot. Never goes back; the only source of durations. */
  monotonicMs(): number;
  /** Monotonic values may be compared only within one boot. */
  readonly bootId: string;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Instant {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootId: string;
}

export function instantOf(clock: Clock): Instant {
  return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs(), bootId: clock.bootId };
}
