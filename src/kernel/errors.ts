/**
 * Everything that may stop Rollproof from finding out. A bad result of a drill is never an error: it is a finding or a
 * claim, which is data. The table is closed: a new code without an exit status does not compile.
 */
interface ErrorPolicy {
  readonly exit: number;
  /** `safe`: asking again cannot do harm. `after-probe`: look first what the last attempt did. */
  readonly retry: 'never' | 'safe' | 'after-probe';
}

export const ERROR_POLICY = {
  'invariant-broken': { exit: 1, retry: 'never' },
  'plan-invalid': { exit: 2, retry: 'never' },
  'usage-invalid': { exit: 2, retry: 'never' },
  'environment-not-ready': { exit: 3, retry: 'safe' },
  'already-running': { exit: 4, retry: 'safe' },
  'identity-mismatch': { exit: 3, retry: 'never' },
  'restore-point-bad': { exit: 10, retry: 'never' },
  'could-not-read': { exit: 11, retry: 'safe' },
  'step-outcome-unknown': { exit: 11, retry: 'after-probe' },
  'interrupted': { exit: 130, retry: 'safe' },
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorCode = keyof typeof ERROR_POLICY;

/** Exit codes of the command line, the one table. */
export const EXIT = {
  ok: 0,
  bug: 1,
  badPlanOrUsage: 2,
  environmentNotReady: 3,
  alreadyRunning: 4,
  failed: 10,
  inconclusive: 11,
  unclean: 12,
  conditional: 13,
  interrupted: 130,
} as const;

/** For several results the first of this order wins. */
const EXIT_PRECEDENCE: readonly number[] = [1, 130, 2, 4, 3, 10, 12, 11, 13, 0];

/** The one exit code for several results. An empty list is 11: no evidence is never a pass. */
export function foldExitCodes(codes: readonly number[]): number {
  return EXIT_PRECEDENCE.find((code) => codes.includes(code)) ?? (codes.length === 0 ? EXIT.inconclusive : EXIT.bug);
}

export interface ErrorContext {
  /** What to do next, one sentence. */
  readonly hint?: string;
  /** JSON, no secrets, no row values. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Message: lower case, what happened with names and values, no full stop. */
export class RollproofError extends Error {
  override readonly name = 'RollproofError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.hint = context.hint;
    this.details = context.details ?? {};
  }
}

/** By name and code, not by class: the error may come from another copy of the package. */
export function isRollproofError(error: unknown): error is RollproofError {
  return error instanceof Error && error.name === 'RollproofError' && 'code' in error;
}

/** Makes anything thrown a RollproofError, once, at the edge. What nobody foresaw is a bug of ours. */
export function toRollproofError(error: unknown): RollproofError {
  if (isRollproofError(error)) return error;
  const refused = refusalOf(error);
  if (refused !== undefined) return refused;
  return new RollproofError('invariant-broken', messageOf(error), { cause: error });
}

const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'Give this account the right to it, or name another place with --state.',
  EPERM: 'Give this account the right to it, or name another place with --state.',
  EROFS: 'Name a folder that can be written with --state.',
  ENOSPC: 'Make room, or name a folder on a larger disk with --state.',
};

/** What the machine refuses is nobody's bug, wherever it shows. */
function refusalOf(error: unknown): RollproofError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const hint = REFUSALS[code];
  return hint === undefined
    ? undefined
    : new RollproofError('environment-not-ready', messageOf(error), { hint, cause: error });
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new RollproofError('invariant-broken', message);
}
