import { digestOf } from '../../kernel/digest.ts';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import { newStateOf } from '../../plan/departure-point.ts';
import { sinceOf } from '../../plan/states.ts';
import { equalsOf } from '../compose/scope.ts';
import type { ReadingLabel } from '../../proof/facts.ts';
import type { Comparison } from '../../proof/record.ts';
import { judgeDifference, NO_RULES, type Rules } from '../../subject/allowance.ts';
import { compareManifests } from '../../subject/compare.ts';
import { digestOfReading, manifestFromJson } from '../../subject/manifest-json.ts';
import { type Difference, type DifferenceVerdict, verdictOf, withoutUnsure } from '../../subject/difference.ts';
import type { Manifest } from '../../subject/manifest.ts';
import type { Store } from '../../subject/store.ts';
import type { World } from '../world.ts';
import { noteBefore } from './checks.ts';
import { type Context, succeeded } from './context.ts';
import { noteLedger } from './ledger.ts';
import { witnessOf } from './witness.ts';
import { mayGoFurtherBack, type Reference, referenceOf } from './reference.ts';
import { atRestRules, isDeclared, secondReadingRules } from './rules.ts';

export interface ReadingRequest {
  readonly store: Store;
  /** Name of the store that it stands for, when it is a copy. */
  readonly of?: string;
  readonly label: ReadingLabel;
  /** Cut like this earlier reading. */
  readonly like?: Manifest;
}

/** A manifest grows with the data, so only those stay that a later step compares with. */
const COMPARED_LATER: ReadonlySet<ReadingLabel> = new Set<ReadingLabel>([
  'restored',
  'baseline',
  'live',
  'worked',
  'faulted',
  'stopped',
]);

export function forgetReadings(
  world: World,
  labels: readonly ReadingLabel[],
  isKept: (store: string) => boolean = () => false,
): void {
  const forgotten = world.storeNames().filter((store) => !isKept(store));
  for (const label of labels) for (const store of forgotten) world.readings.delete(`${label}.${store}`);
}

export async function takeReading(context: Context, request: ReadingRequest): Promise<Manifest> {
  const { world } = context;
  const began = world.ports.clock.monotonicMs();
  const name = request.of ?? request.store.name;
  const manifest = await request.store.read({
    signal: context.signal,
    ...(request.like === undefined ? {} : { like: request.like }),
  });
  if (COMPARED_LATER.has(request.label)) world.readings.set(`${request.label}.${name}`, manifest);
  await context.note('reading', {
    store: name,
    label: request.label,
    digest: digestOfReading(manifest),
    schema: digestOf(manifest.objects),
    rows: manifest.size.rows,
    bytes: manifest.size.bytes,
    parts: manifest.parts.length,
    unread: manifest.unread,
    tookMs: world.ports.clock.monotonicMs() - began,
  });
  return manifest;
}

/** The baseline is read when the backup step starts; the answers of `sameAs` checks belong to the same moment. */
export async function seal(context: Context, stores: readonly string[]): Promise<NodeOutcome> {
  const { world } = context;
  const read = stores.map(async (name) =>
    takeReading(context, { store: world.store(name), label: 'baseline', like: world.reading(name, 'restored') }),
  );
  await Promise.all([...read, noteBefore(world, 'stores')]);
  forgetReadings(world, ['restored'], (store) => mayGoFurtherBack(world, store));
  return succeeded(`${stores.length} stores sealed`);
}

/**
 * The restored copy against a baseline of the source, captured while the backup was made: does the backup hold all that
 * the source held? Rows and sequences only, because roles and owners belong to the server that was restored into.
 */
export async function completeness(context: Context, storeName: string): Promise<NodeOutcome> {
  const { world } = context;
  const began = world.ports.clock.monotonicMs();
  const source = await sourceBaseline(world, storeName);
  const restored = await takeReading(context, { store: world.store(storeName), label: 'restored', like: source });
  const difference = withoutUnsure(compareManifests(source, { ...restored, store: source.store }));
  const judged = judgeDifference({ ...difference, store: storeName, objects: [] }, NO_RULES);
  const comparison = comparisonOf({
    world,
    store: storeName,
    reading: 'completeness of the backup',
    baseline: source,
    judged,
    tookMs: world.ports.clock.monotonicMs() - began,
  });
  await context.note('comparison', { ...comparison, comparedWith: 'the source' });
  return succeeded(`the backup is ${comparison.verdict === 'equal' ? 'complete' : comparison.verdict}`);
}

async function sourceBaseline(world: World, storeName: string): Promise<Manifest> {
  const file = world.sourceBaselines.get(storeName) ?? '';
  try {
    return manifestFromJson(await world.ports.readText(file));
  } catch (error) {
    throw new RollproofError('plan-invalid', `the baseline ${file} of the source cannot be read: ${messageOf(error)}`, {
      hint: 'Name a file written by rollproof baseline capture under `baseline`, or leave it out.',
      cause: error,
    });
  }
}

export async function gap(context: Context, storeName: string): Promise<NodeOutcome> {
  const { world } = context;
  const began = world.ports.clock.monotonicMs();
  const baseline = world.reading(storeName, 'baseline');
  const now = await takeReading(context, { store: world.store(storeName), label: 'gap', like: baseline });
  const difference = compareManifests(baseline, now);
  const judged = judgeDifference(difference, NO_RULES);
  const comparison = comparisonOf({
    world,
    store: storeName,
    reading: 'between seal and first change',
    baseline,
    judged,
    tookMs: world.ports.clock.monotonicMs() - began,
  });
  await context.note('comparison', comparison);
  return succeeded(comparison.verdict);
}

/** Does the state that the go-live leads to promise that the go-live leaves this store alone? */
export function isUntouched({ plan, request }: World, storeName: string): boolean {
  return sinceOf(plan.states[newStateOf(plan, request.scenario) ?? '']?.systems[storeName]) === 'baseline';
}

/** A promise of the plan is looked at, not believed: only what changes by itself or is declared may differ. */
export async function untouched(context: Context, storeName: string): Promise<NodeOutcome> {
  const rules = secondReadingRules(context.world, storeName);
  const comparison = await compareWithBaseline(context, { store: storeName, reading: 'declared untouched', rules });
  return succeeded(comparison.verdict === 'equal' ? 'untouched, as the plan says' : comparison.verdict);
}

/** Law 1: the verdict on data. Nothing is allowed here besides what is so by definition. */
export async function atRest(context: Context, storeName: string): Promise<NodeOutcome> {
  if (!isCompared(context.world, storeName)) return succeeded(NOTHING_SAID);
  const comparison = await compareWithBaseline(context, {
    store: storeName,
    reading: 'at rest',
    rules: atRestRules(context.world, storeName),
  });
  if (comparison.verdict === 'equal')
    return succeeded(`${comparison.difference.compared.parts} parts equal the baseline`);
  // The drill goes on: the difference is the finding, and what comes later may show its consequences.
  return succeeded(comparison.verdict);
}

export async function secondReading(context: Context, storeName: string): Promise<NodeOutcome> {
  const { world } = context;
  if (!isCompared(world, storeName)) return succeeded(NOTHING_SAID);
  const rules = secondReadingRules(world, storeName);
  const comparison = await compareWithBaseline(context, { store: storeName, reading: 'second reading', rules });
  await noteLedger(context, storeName);
  return succeeded(comparison.verdict);
}

/** Each way back has a state of its own, and one of them is reached. */
function isCompared(world: World, storeName: string): boolean {
  return equalsOf(world.targetState().systems[storeName]) !== undefined;
}

const NOTHING_SAID = 'the state that was reached says nothing about it';

const LABEL_OF = {
  'declared untouched': 'live',
  'at rest': 'at rest',
  'second reading': 'second',
} as const satisfies Partial<Record<Comparison['reading'], ReadingLabel>>;

interface BaselineComparison {
  readonly store: string;
  readonly reading: keyof typeof LABEL_OF;
  readonly rules: Rules;
}

async function compareWithBaseline(context: Context, request: BaselineComparison): Promise<Comparison> {
  const { world } = context;
  const began = world.ports.clock.monotonicMs();
  const reference = referenceOf(world, request.store);
  const baseline = reference.manifest;
  const now = await takeReading(context, {
    store: world.store(request.store),
    label: LABEL_OF[request.reading],
    like: baseline,
  });
  const coarse = compareManifests(baseline, now);
  const difference = coarse.parts.length === 0 ? coarse : await explained(context, { request, reference, coarse });
  const judged = judgeDifference(difference, request.rules);
  const comparison = comparisonOf({
    world,
    store: request.store,
    reading: request.reading,
    baseline,
    called: reference.called,
    judged,
    tookMs: world.ports.clock.monotonicMs() - began,
  });
  await context.note('comparison', comparison);
  if (request.reading === 'declared untouched') return comparison;
  // Before anything is allowed: damage in rows that may change for another reason is still damage.
  world.finalDifferences.set(request.store, difference);
  for (const { part } of judged.unused.filter(isDeclared))
    await context.note('trouble', {
      what: `the declared difference in ${part} was not needed`,
      blame: 'plan',
      node: request.store,
    });
  return comparison;
}

interface Unexplained {
  readonly request: BaselineComparison;
  readonly reference: Reference;
  readonly coarse: Difference;
}

/** Rows and columns need the earlier state: the final backup, restored beside, and believed only where it equals the baseline. */
async function explained(context: Context, { request, reference, coarse }: Unexplained): Promise<Difference> {
  const { world } = context;
  try {
    const witness = await witnessOf(context, request.store, reference);
    if (witness === null) return coarse;
    return await world.store(request.store).explain(coarse, witness, world.ports.valuesOf(request));
  } catch (error) {
    await context.note('trouble', {
      what: `the rows behind the difference in ${request.store} could not be named: ${messageOf(error)}`,
      blame: 'rollproof',
      node: request.store,
    });
    return coarse;
  }
}

function comparisonOf(made: {
  readonly world: World;
  readonly store: string;
  readonly reading: Comparison['reading'];
  readonly baseline: Manifest;
  /** What it is compared with, in words. */
  readonly called?: string;
  readonly judged: ReturnType<typeof judgeDifference>;
  readonly tookMs: number;
}): Comparison {
  const { world, baseline, judged } = made;
  const verdict: DifferenceVerdict = verdictOf(judged.remaining);
  const unequal = new Set(judged.remaining.parts.map((part) => part.part));
  const restorePoint = equalsOf(world.targetState().systems[made.store]);
  return {
    store: made.store,
    kind: baseline.store.kind,
    reading: made.reading,
    comparedWith: made.called ?? (restorePoint === undefined ? 'baseline' : `baseline (${restorePoint})`),
    verdict,
    difference: mutable(judged.remaining),
    allowed: judged.allowed.map((one) => ({ ...one, columns: [...one.columns] })),
    notes: [...judged.notes],
    tiles: baseline.parts.map((part) => ({ part: part.name, rows: part.rows, equal: !unequal.has(part.name) })),
    tookMs: made.tookMs,
  };
}

/** The record's types are those of its schema, which knows no readonly. */
function mutable(difference: Difference): Comparison['difference'] {
  return structuredClone(difference) as Comparison['difference'];
}
