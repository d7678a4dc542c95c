import { formatCount } from '../../kernel/count.ts';
import type { Evidence } from '../evidence.ts';
import type { Comparison } from '../record.ts';
import { type JudgedClaim, worst } from './claim.ts';
import { rollbackFailure, voidReason } from './void.ts';

export function judgeStores(evidence: Evidence, kind: 'postgres' | 'directory'): JudgedClaim {
  const stores = Object.keys(evidence.plan.systems).filter((name) => evidence.plan.systems[name]?.kind === kind);
  if (stores.length === 0)
    return {
      state: 'not-examined',
      sentence: `The plan has no ${kind === 'postgres' ? 'database' : 'files'}.`,
      because: [],
    };
  const failure = rollbackFailure(evidence);
  if (failure !== null) return { state: 'failed', sentence: `Not restored: ${failure}.`, because: [failure] };
  const judged = stores.map((store) => judgeStore(evidence, store, kind));
  const state = worst(judged.map((one) => one.state));
  return {
    state,
    sentence: judged.find((one) => one.state === state)?.sentence ?? '',
    because: judged.flatMap((one) => (judged.length === 1 ? one.because : [one.sentence, ...one.because])),
  };
}

function judgeStore(evidence: Evidence, store: string, kind: 'postgres' | 'directory'): JudgedClaim {
  const comparisons = evidence
    .all('comparison')
    .filter((one) => one.store === store && one.reading !== 'between seal and first change');
  return (
    differing(comparisons) ??
    damaged(evidence, store) ??
    notShown({ evidence, store, comparisons }) ??
    proven(store, kind, comparisons)
  );
}

function differing(comparisons: readonly Comparison[]): JudgedClaim | null {
  const different = comparisons.filter((one) => one.verdict === 'different');
  const [first] = different;
  if (first === undefined) return null;
  return {
    state: 'failed',
    sentence: `${first.store} is not as it was: ${detailOf(first)}.`,
    because: different.map((one) => `${one.reading}: ${detailOf(one)}`),
  };
}

/** A key of the truth whose end value the baseline does not explain. */
function damaged(evidence: Evidence, store: string): JudgedClaim | null {
  const own = new Set(
    evidence
      .all('injection')
      .filter((one) => one.store === store)
      .map((one) => one.fault),
  );
  const remaining = evidence.all('remaining').filter((one) => one.keys.length > 0 && own.has(one.fault));
  const [first] = remaining;
  if (first === undefined) return null;
  return {
    state: 'failed',
    sentence: `Damage of ${first.fault} is still in ${store}.`,
    because: remaining.map((one) => `${one.fault}: ${one.keys.slice(0, 5).join(', ')}`),
  };
}

function notShown(request: {
  readonly evidence: Evidence;
  readonly store: string;
  readonly comparisons: readonly Comparison[];
}): JudgedClaim | null {
  const { evidence, store, comparisons } = request;
  const nothing = voidReason(evidence);
  if (nothing !== null)
    return { state: 'inconclusive', sentence: `Nothing is shown about ${store}: ${nothing}.`, because: [nothing] };
  if (!comparisons.some((one) => one.reading === 'at rest'))
    return { state: 'inconclusive', sentence: `${store} was not compared with the baseline.`, because: [] };
  const unread = comparisons.find((one) => one.verdict === 'incomplete');
  if (unread !== undefined)
    return {
      state: 'inconclusive',
      sentence: `Not everything in ${store} could be read.`,
      because: unread.difference.unread.map((one) => `${one.what}: ${one.why}`),
    };
  if (everDiffered(evidence, store)) return null;
  return {
    state: 'not-examined',
    sentence: `${store} never differed from the baseline, so its restore shows nothing.`,
    because: [],
  };
}

function proven(store: string, kind: 'postgres' | 'directory', comparisons: readonly Comparison[]): JudgedClaim {
  const size = comparisons.find((one) => one.reading === 'at rest')?.difference.compared ?? {
    rows: 0,
    parts: 0,
    objects: 0,
  };
  const what =
    kind === 'postgres'
      ? `${formatCount(size.rows)} rows in ${formatCount(size.parts)} tables and ${formatCount(size.objects)} schema objects`
      : `${formatCount(size.rows)} files`;
  return {
    state: 'proven',
    sentence: `${store} equals the state before the go-live: ${what}, compared one by one.`,
    because: comparisons.map((one) => `${one.reading}: ${detailOf(one)}`),
  };
}

function everDiffered(evidence: Evidence, store: string): boolean {
  if (evidence.all('departure').some((one) => one.store === store && one.differs)) return true;
  return evidence
    .all('presence')
    .some(
      (presence) =>
        presence.shown && evidence.all('injection').some((one) => one.fault === presence.fault && one.store === store),
    );
}

export function detailOf(comparison: Comparison): string {
  if (comparison.verdict === 'equal')
    return `equal${comparison.allowed.length === 0 ? '' : `, ${comparison.allowed.length} allowed changes`}`;
  if (comparison.verdict === 'incomplete') return 'equal as far as it could be read';
  const { parts, objects, counters } = comparison.difference;
  const rows = parts.map(
    (part) =>
      `${part.part} ${part.totals === null ? 'differs' : `${part.totals.insert} extra, ${part.totals.delete} missing, ${part.totals.update} changed`}`,
  );
  const things = [
    ...rows,
    ...objects.map((one) => `${one.kind} ${one.name} ${OBJECT_WORDS[one.operation]}`),
    ...counters.filter((one) => one.direction !== 'ahead').map((one) => `sequence ${one.name} is ${one.direction}`),
  ];
  return things.length <= 4 ? things.join('; ') : `${things.slice(0, 4).join('; ')}; and ${things.length - 4} more`;
}

const OBJECT_WORDS = { insert: 'was not there', delete: 'is missing', update: 'is different' } as const;
