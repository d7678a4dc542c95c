import { explainDirectory } from '../adapters/directory/explain.ts';
import { explainPostgres } from '../adapters/postgres/explain.ts';
import { RollproofError } from '../kernel/errors.ts';
import { compareManifests } from '../subject/compare.ts';
import { type Difference, withoutUnsure } from '../subject/difference.ts';
import type { Manifest } from '../subject/manifest.ts';
import type { ValueSink } from '../subject/store.ts';
import { progressOf } from './progress.ts';
import { readSource, type Source } from './source.ts';

export interface SourceComparison {
  readonly before: Manifest;
  readonly after: Manifest;
  readonly difference: Difference;
  /** False: one side is only a baseline, so rows are named as far as sums can say it, columns not at all. */
  readonly isExplained: boolean;
  readonly tookMs: number;
}

export interface ComparisonRequest {
  readonly before: Source;
  readonly after: Source;
  readonly signal: AbortSignal;
  /** Values are handed here and nowhere else. */
  readonly values: ValueSink;
}

/** Both sides are only read, and the server enforces it. */
export async function compareSources(request: ComparisonRequest): Promise<SourceComparison> {
  const { before: earlier, after: later } = request;
  const began = performance.now();
  refuseMixed(earlier, later);
  // A baseline cannot be read again, so a live side is cut and hashed like it, whichever side it is on.
  const fixed = later.kind === 'baseline' ? later.manifest : undefined;
  const before = await readWithProgress(earlier, request.signal, { like: fixed });
  const after = await readWithProgress(later, request.signal, { like: before });
  const difference = compareManifests(before, after);
  const explained = await unlessAborted(explain(difference, request), request.signal);
  return {
    before,
    after,
    difference: explained ?? withoutUnsure(difference),
    isExplained: explained !== null,
    tookMs: performance.now() - began,
  };
}

export interface ReadWish {
  readonly like?: Manifest | undefined;
  /** Of a database only: runs while others can join the view of the reading. */
  readonly whileOpen?: (snapshot: string) => Promise<void>;
}

export async function readWithProgress(
  source: Source,
  signal: AbortSignal,
  { like, whileOpen }: ReadWish = {},
): Promise<Manifest> {
  const progress = progressOf(source.shown, source.kind === 'directory' ? 'file' : 'row');
  try {
    return await readSource(source, {
      signal,
      onProgress: progress.onProgress,
      ...(like === undefined ? {} : { like }),
      ...(whileOpen === undefined ? {} : { whileOpen }),
    });
  } finally {
    progress.end();
  }
}

function refuseMixed(one: Source, other: Source): void {
  const [first, second] = [kindOf(one), kindOf(other)];
  if (first === second) return;
  throw new RollproofError('usage-invalid', `${one.shown} is ${WORD[first]} and ${other.shown} is ${WORD[second]}`, {
    hint: 'Compare two databases or two folders.',
  });
}

const WORD = { postgres: 'a PostgreSQL database', directory: 'a folder' } as const;

function kindOf(source: Source): 'postgres' | 'directory' {
  return source.kind === 'baseline' ? source.manifest.store.kind : source.kind;
}

/** Null where only one side can still be read. */
async function explain(
  difference: Difference,
  { before, after, values }: ComparisonRequest,
): Promise<Difference | null> {
  if (before.kind === 'postgres' && after.kind === 'postgres') {
    return explainPostgres(difference, { current: after.address, witness: before.address }, values);
  }
  if (before.kind === 'directory' && after.kind === 'directory') {
    return explainDirectory(difference, { current: after.path, witness: before.path }, values);
  }
  return null;
}

/** Naming rows has nothing to clean up: an interruption just leaves it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const interrupted = (): RollproofError => new RollproofError('interrupted', 'naming the rows was interrupted');
  if (signal.aborted) throw interrupted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(interrupted());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
