import { newStateOf } from '../../plan/departure-point.ts';
import type { SystemState } from '../../plan/schema.ts';
import { beginsEmpty, sinceOf } from '../../plan/states.ts';
import { judgeWriters } from './writers.ts';
import { countOf } from '../../kernel/count.ts';
import { brokenNodes, type Evidence, type Moment, momentsOf, targetStateOf } from '../evidence.ts';
import type { Comparison } from '../record.ts';
import { type JudgedClaim, worst } from './claim.ts';
import { detailOf, extentOf } from './detail.ts';
import { judgedVoid, rollbackBreak, voidReason } from './void.ts';

type StoreKind = Comparison['kind'];

export function judgeStores(evidence: Evidence, kind: StoreKind): JudgedClaim {
  const stores = storesToJudge(evidence, kind);
  if (stores.length === 0) {
    const what = kind === 'postgres' ? 'database' : 'files';
    return { state: 'not-examined', sentence: `The plan has no ${what}.`, because: [] };
  }
  const judged = stores.map((store) => judgeStore({ evidence, store, kind }));
  const state = worst(judged.map((one) => one.state));
  const decisive = judged.filter((one) => one.state === state);
  const times = decisive.flatMap((one) => one.settledAtMs ?? []);
  return {
    state,
    sentence: [...new Set(decisive.map((one) => one.sentence))].join(' '),
    because: judged.flatMap((one) => (one.state === state ? one.because : [one.sentence, ...one.because])),
    // A failure stands as soon as one store has failed; a proof when the last one is read.
    ...(times.length < decisive.length
      ? {}
      : { settledAtMs: state === 'failed' ? Math.min(...times) : Math.max(...times) }),
  };
}

/** A store that comes with the go-live, and of which the target state says nothing, is no part of the return. */
function storesToJudge(evidence: Evidence, kind: StoreKind): readonly string[] {
  const target = targetStateOf(evidence);
  return Object.entries(evidence.plan.systems)
    .filter(([name, system]) => system.kind === kind && (!beginsEmpty(system) || target?.systems[name] !== undefined))
    .map(([name]) => name);
}

interface StoreCase {
  readonly evidence: Evidence;
  readonly store: string;
  readonly kind: StoreKind;
}

type Comparisons = readonly Moment<'comparison'>[];

/** Law 1: proven only by both readings, the one at rest and the one after everything. */
function judgeStore(made: StoreCase): JudgedClaim {
  const { evidence, store } = made;
  const wanted = targetStateOf(evidence)?.systems[store];
  const since = watchedSince(wanted);
  if (since !== undefined) return judgeWriters(evidence, store, since);
  const own = momentsOf(evidence, 'comparison').filter(({ facts }) => facts.store === store);
  const comparisons = own.filter(({ facts }) => facts.reading === 'at rest' || facts.reading === 'second reading');
  const promise = own.filter(({ facts }) => facts.reading === 'declared untouched');
  return (
    differing(made, comparisons) ??
    differing(made, promise) ??
    damaged(made) ??
    unrestorable(made) ??
    notReturned(made, comparisons) ??
    notShown(made, comparisons) ??
    (isPromised(made) ? promiseNotShown(made, promise) : neverDiffered(made)) ??
    proven(made, [...promise, ...comparisons])
  );
}

/** Of a store that shall stay: judged by who changed it, not by what it equals. */
function watchedSince(wanted: SystemState | undefined): ReturnType<typeof sinceOf> {
  return typeof wanted === 'object' && wanted.equals === undefined ? sinceOf(wanted) : undefined;
}

function differing({ evidence, store }: StoreCase, comparisons: Comparisons): JudgedClaim | null {
  const different = comparisons.filter(({ facts }) => facts.verdict === 'different');
  const sure = different.filter(({ facts }) => !mayBeAllowed(evidence, facts));
  const [first] = sure.length > 0 ? sure : different;
  if (first === undefined) return null;
  const because = different.map(({ facts }) => `${facts.reading}: ${detailOf(facts)}`);
  if (sure.length === 0)
    return {
      state: 'inconclusive',
      sentence: `${store} changes ${isPromise(different[0]) ? 'in the new state' : 'after the restore'}, and the rows could not be named.`,
      because,
    };
  return {
    state: 'failed',
    sentence: isPromise(first)
      ? `${store} is declared untouched, and the go-live changed it: ${extentOf(first.facts)}.`
      : `${store} is not as it was: ${extentOf(first.facts)}.`,
    because,
    settledAtMs: first.atMs,
  };
}

/** Our own failure to name the rows must not make a change that may be allowed the plan's failure. At rest nothing is allowed. */
function mayBeAllowed(evidence: Evidence, { store, reading, difference }: Comparison): boolean {
  if (reading === 'at rest' || difference.objects.length > 0 || difference.counters.length > 0) return false;
  const unnamed = evidence.all('trouble').some((trouble) => trouble.blame === 'rollproof' && trouble.node === store);
  return (
    unnamed && difference.parts.every((part) => part.totals === null && part.before !== null && part.after !== null)
  );
}

/** A key of the truth whose end value neither the baseline nor the ledger explains. */
function damaged({ evidence, store }: StoreCase): JudgedClaim | null {
  const own = evidence.all('remaining').filter((one) => one.store === store);
  const remaining = own.filter((one) => one.keys.length > 0);
  if (remaining.length > 0)
    return {
      state: 'failed',
      sentence: `Damage of ${remaining.map((one) => one.fault).join(', ')} is still in ${store}.`,
      because: remaining.map((one) => `${one.fault}: ${one.keys.slice(0, 5).join(', ')}`),
    };
  const open = own.filter((one) => !one.complete);
  if (open.length === 0) return null;
  return {
    state: 'inconclusive',
    sentence: `It is not known whether the damage of ${open.map((one) => one.fault).join(', ')} is gone from ${store}.`,
    because: open.map((one) => `${one.fault}: ${one.sentence}`),
  };
}

/** What the drill begins with is what a rollback would return to: a backup that cannot be restored has failed. */
function unrestorable({ evidence, store }: StoreCase): JudgedClaim | null {
  const broken = brokenNodes(evidence).find(
    ({ node, outcome }) => node.stage === 'prepare' && outcome.blame === 'backup' && node.id.endsWith(`.${store}`),
  );
  if (broken === undefined) return null;
  return {
    state: 'failed',
    sentence: `${store} cannot be restored: ${broken.outcome.detail}.`,
    because: [`${broken.node.id}: ${broken.outcome.detail}`],
    ...(broken.endAt === null ? {} : { settledAtMs: broken.endAt }),
  };
}

function notReturned({ evidence, store }: StoreCase, comparisons: Comparisons): JudgedClaim | null {
  const broken = rollbackBreak(evidence);
  if (broken === null) return null;
  const isRead = comparisons.some(({ facts }) => facts.reading === 'at rest');
  // What was equal at rest has come back; whether it stays so was not seen.
  const state = isRead ? 'inconclusive' : broken.state;
  const start = isRead ? `${store} equals the baseline at rest, but ` : `${store} is not restored: `;
  return { state, sentence: `${start}${broken.what}.`, because: broken.because, settledAtMs: broken.atMs };
}

function notShown({ evidence, store }: StoreCase, comparisons: Comparisons): JudgedClaim | null {
  const nothing = voidReason(evidence);
  if (nothing !== null) return judgedVoid(nothing);
  const wanted = targetStateOf(evidence)?.systems[store];
  if (typeof wanted !== 'object' || wanted.equals === undefined)
    return {
      state: 'not-examined',
      sentence: `The target state does not say what ${store} must equal.`,
      because: [],
    };
  const readings = new Set(comparisons.map(({ facts }) => facts.reading));
  if (!readings.has('at rest'))
    return { state: 'inconclusive', sentence: `${store} was not compared with the baseline.`, because: [] };
  const unread = comparisons.find(({ facts }) => facts.verdict === 'incomplete');
  if (unread !== undefined)
    return {
      state: 'inconclusive',
      sentence: `Not everything in ${store} could be read.`,
      because: unread.facts.difference.unread.map((one) => `${one.what}: ${one.why}`),
    };
  if (!readings.has('second reading'))
    return { state: 'inconclusive', sentence: `${store} was not read again after everything.`, because: [] };
  return null;
}

function isPromise(comparison: Comparisons[number] | undefined): boolean {
  return comparison?.facts.reading === 'declared untouched';
}

function isPromised({ evidence, store }: StoreCase): boolean {
  return (
    sinceOf(evidence.plan.states[newStateOf(evidence.plan, evidence.scenario) ?? '']?.systems[store]) === 'baseline'
  );
}

/** What the new state promises is looked at, not believed. */
function promiseNotShown({ store }: StoreCase, promise: Comparisons): JudgedClaim | null {
  const last = promise.at(-1)?.facts;
  if (last?.verdict === 'equal') return null;
  return {
    state: 'inconclusive',
    sentence: `${store} is declared untouched, and that was not shown.`,
    because: last?.difference.unread.map((one) => `${one.what}: ${one.why}`) ?? [
      'it was not compared in the new state',
    ],
  };
}

/** A restore of what was never touched shows nothing. */
function neverDiffered({ evidence, store }: StoreCase): JudgedClaim | null {
  if (evidence.all('departure').some((one) => one.store === store && one.differs)) return null;
  const damagedHere = new Set(
    evidence.all('injection').flatMap((one) => (one.applicable && one.store === store ? [one.fault] : [])),
  );
  if (evidence.all('presence').some((one) => one.shown && damagedHere.has(one.fault))) return null;
  return {
    state: 'not-examined',
    sentence: `${store} never differs from the baseline, so its restore shows nothing.`,
    because: [],
  };
}

/** A fallback may lead further back than to the baseline. */
function equalled(atRest: Comparisons[number] | undefined): string {
  const point = atRest?.facts.comparedWith ?? '';
  return point.startsWith('restore point ') ? `the ${point}` : 'the state before the go-live';
}

function proven({ store, kind }: StoreCase, comparisons: Comparisons): JudgedClaim {
  const atRest = comparisons.findLast(({ facts }) => facts.reading === 'at rest');
  const size = atRest?.facts.difference.compared ?? { rows: 0, parts: 0, objects: 0 };
  const what =
    kind === 'postgres'
      ? `${countOf(size.rows, 'row')} in ${countOf(size.parts, 'table')} and ${countOf(size.objects, 'schema object')}`
      : countOf(size.rows, 'file');
  return {
    state: 'proven',
    sentence: `${store} equals ${equalled(atRest)}: ${what}, compared one by one.`,
    because: comparisons.map(({ facts }) => `${facts.reading}: ${detailOf(facts)}`),
    settledAtMs: Math.max(...comparisons.map((one) => one.atMs)),
  };
}
