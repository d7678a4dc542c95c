import type { Digest } from '../../kernel/digest.ts';
import type { Measured } from '../../plan/runbook/schedule.ts';
import type { DrillRecord } from '../record.ts';

/** Was exactly what is printed also rehearsed? Stands on every page. */
export type Drilled =
  | { readonly kind: 'drilled'; readonly record: DrillRecord }
  | { readonly kind: 'changed'; readonly record: DrillRecord; readonly changes: readonly PartChange[] }
  | { readonly kind: 'never' };

export interface PartChange {
  readonly part: string;
  readonly how: 'changed' | 'new' | 'gone';
}

export interface PrintedPlan {
  readonly name: string;
  readonly digest: Digest;
  readonly scenario: string;
  /** Digest per part, scripts included: a changed script changes what is done although the plan names it as before. */
  readonly parts: Readonly<Record<string, Digest>>;
}

/** The latest drill of this scenario with exactly this plan; else the latest one with another revision of it. */
export function drilledBy(printed: PrintedPlan, records: readonly DrillRecord[]): Drilled {
  const ofScenario = records
    .filter(({ plan, scenario }) => plan.name === printed.name && scenario.name === printed.scenario)
    .toSorted((one, other) => Date.parse(one.drill.startedAt) - Date.parse(other.drill.startedAt));
  const exact = ofScenario.findLast((record) => changesSince(printed, record).length === 0);
  if (exact !== undefined) return { kind: 'drilled', record: exact };
  const latest = ofScenario.at(-1);
  return latest === undefined
    ? { kind: 'never' }
    : { kind: 'changed', record: latest, changes: changesSince(printed, latest) };
}

/** Every drill of exactly this plan, whatever its scenario. */
export function drilledExactly(
  printed: Omit<PrintedPlan, 'scenario'>,
  records: readonly DrillRecord[],
): readonly DrillRecord[] {
  return records.filter((record) => record.plan.name === printed.name && changesSince(printed, record).length === 0);
}

function changesSince(printed: Omit<PrintedPlan, 'scenario'>, { plan }: DrillRecord): readonly PartChange[] {
  const names = [...new Set([...Object.keys(plan.parts), ...Object.keys(printed.parts)])].toSorted();
  const changes = names.flatMap((part): readonly PartChange[] => {
    const [before, now] = [plan.parts[part], printed.parts[part]];
    if (before === now) return [];
    return [{ part, how: before === undefined ? 'new' : now === undefined ? 'gone' : 'changed' }];
  });
  // Each value is in one part, but an older record may know fewer parts.
  if (changes.length === 0 && plan.digest !== printed.digest) return [{ part: 'plan', how: 'changed' }];
  return changes;
}

/** In time is proven only from here on; below it the night takes longer than the drill. */
const WHOLE_SHARE = 0.8;

/** What the drill measured, for the clock times of the night. */
export function measuredIn(drilled: Drilled): Measured | null {
  if (drilled.kind === 'never') return null;
  const { record } = drilled;
  const ids = [...record.clocks.bars.map(({ id }) => id), `${record.scenario.rollback}.verified`];
  return {
    stepsMs: new Map(
      ids.flatMap((id) => {
        const ms = measuredOf(record, id);
        return ms === null ? [] : [[id, ms] as const];
      }),
    ),
    rtaMs: record.clocks.rtaMs,
    isWhole: drilled.kind === 'drilled' && (record.volume.shareOfProduction ?? 0) >= WHOLE_SHARE,
  };
}

/** What the drill measured of one card, in milliseconds; null where it did not end well there. */
export function measuredOf(record: DrillRecord, cardId: string): number | null {
  if (cardId.endsWith('.verified')) return measuredVerification(record, cardId);
  const bar = record.clocks.bars.find(({ id }) => id === cardId);
  return bar === undefined || bar.outcome !== 'succeeded' ? null : bar.endMs - bar.startMs;
}

/** Only the verification of the way back has a clock. */
function measuredVerification(record: DrillRecord, cardId: string): number | null {
  const span = record.clocks.spans.find(({ clock }) => clock === 'verify');
  const isOfWayBack = cardId === `${record.scenario.rollback}.verified`;
  return span === undefined || span.state !== 'measured' || !isOfWayBack ? null : span.actualMs;
}
