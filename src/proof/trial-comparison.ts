import { judgeDifference, NO_RULES } from '../subject/allowance.ts';
import { compareManifests } from '../subject/compare.ts';
import { type Difference, verdictOf } from '../subject/difference.ts';
import type { Manifest, Unread } from '../subject/manifest.ts';
import type { Comparison } from './record.ts';

export interface ComparisonRequest {
  readonly store: string;
  readonly baseline: Manifest;
  /** Explained as far as rows are to be named. */
  readonly difference: Difference;
  /** What two restores of the same backup already give differently. */
  readonly control: Difference;
  readonly tookMs: number;
}

export function trialComparison(request: ComparisonRequest): Comparison {
  const { store, baseline, control, tookMs } = request;
  const volatile = baseline.parts.filter((part) => part.volatile).map((part) => part.name);
  const judged = judgeDifference(setAside(request.difference, control), { ...NO_RULES, volatile });
  const unequal = new Set(judged.remaining.parts.map((part) => part.part));
  return {
    store,
    kind: baseline.store.kind,
    reading: 'at rest',
    comparedWith: 'baseline',
    verdict: verdictOf(judged.remaining),
    difference: { ...structuredClone(judged.remaining), store } as Comparison['difference'],
    allowed: [],
    notes: [...judged.notes],
    tiles: baseline.parts.map((part) => ({ part: part.name, rows: part.rows, equal: !unequal.has(part.name) })),
    tookMs,
  };
}

/** What changes by itself from restore to restore says nothing about damage: it is not compared, and that is said. */
function setAside(difference: Difference, control: Difference): Difference {
  const parts = new Set(control.parts.map((part) => part.part));
  const objects = new Set(control.objects.map((object) => `${object.kind} ${object.name}`));
  const counters = new Set(control.counters.map((counter) => counter.name));
  const why = 'two restores of the same backup already differ here';
  const unread: Unread[] = [...parts, ...objects, ...counters].map((what) => ({ what, why }));
  return {
    ...difference,
    parts: difference.parts.filter((part) => !parts.has(part.part)),
    objects: difference.objects.filter((object) => !objects.has(`${object.kind} ${object.name}`)),
    counters: difference.counters.filter((counter) => !counters.has(counter.name)),
    unread: [...difference.unread, ...unread],
  };
}

/** Two untouched copies of one backup, as far as sums say; what is empty after a restore by definition is left out. */
export function controlDifference(baseline: Manifest, second: Manifest): Difference {
  const volatile = baseline.parts.filter((part) => part.volatile).map((part) => part.name);
  return judgeDifference(compareManifests(baseline, second), { ...NO_RULES, volatile }).remaining;
}
