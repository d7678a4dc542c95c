import { type Evidence, originOf } from './evidence.ts';
import type { Facts } from './facts.ts';
import type { Instants } from './instants.ts';
import type { RecoveryPoint, WorkRecord } from './record.ts';

/** What users did in the new state, and what became of it. */
export function worksOf(evidence: Evidence): readonly WorkRecord[] {
  return evidence.scenario.workload.flatMap((name) => {
    const done = evidence.all('workload').findLast((one) => one.name === name);
    if (done === undefined) return [];
    const balances = balancesOf(evidence, name).map(
      ({ workload: _name, waiver: _waiver, oldestLostMs: _moment, ...balance }) =>
        structuredClone(balance) as WorkRecord['balances'][number],
    );
    return [{ ...done, waiver: evidence.plan.workload[name]?.waive ?? null, balances }];
  });
}

type Balance = Facts['balance'];

function balancesOf(evidence: Evidence, workload: string): readonly Balance[] {
  return evidence.all('balance').filter((one) => one.workload === workload);
}

/** What counts in the end: the last look. */
export function lastBalance(work: WorkRecord): WorkRecord['balances'][number] | undefined {
  return work.balances.at(-1);
}

/**
 * Section "clocks": until t3 users could still write, so what is lost reaches from the oldest lost write to t3. Null
 * where nobody worked or nobody looked.
 */
export function recoveryPointOf(evidence: Evidence, instants: Instants): RecoveryPoint | null {
  const last = evidence.scenario.workload.flatMap((name) => balancesOf(evidence, name).slice(-1));
  if (last.length === 0) return null;
  const sum = (end: 'lost' | 'waived'): number => last.reduce((total, one) => total + one.ends[end], 0);
  const [lost, signed] = [sum('lost'), sum('waived')];
  const oldest = last.flatMap((one) => one.oldestLostMs ?? []);
  const base = { records: lost + signed, signed };
  if (oldest.length === 0) return { ...base, spanMs: null, note: 'nothing that was acknowledged is lost' };
  const t3 = instants.at('t3');
  if (t3 === null) return { ...base, spanMs: null, note: 'no t3: it is not known until when users could write' };
  const spanMs = Math.max(0, t3 - (Math.min(...oldest) - originOf(evidence.events)));
  return { ...base, spanMs, note: 'from the oldest lost write to t3, when the last writer was shut out' };
}

/** `231 captured = 3 kept + 228 waived (sponsor)`. */
export function balanceInWords({ captured, ends, owners }: WorkRecord['balances'][number]): string {
  const parts = (['kept', 'replayed', 'parked', 'waived'] as const).flatMap((end) => {
    const names = owners.filter((one) => one.end === end).map((one) => one.owner);
    const by = names.length === 0 ? '' : ` (${names.join(', ')})`;
    return ends[end] === 0 ? [] : [`${ends[end]} ${end}${by}`];
  });
  return `${captured} captured = ${parts.length === 0 ? '0 kept' : parts.join(' + ')}`;
}

/** `lost, duplicated, resurrected and unresolved 0`, or `2 UNACCOUNTED FOR: 1 lost, 1 duplicated`. */
export function unaccountedInWords({ unaccounted, ends }: WorkRecord['balances'][number]): string {
  const bad = ['lost', 'duplicated', 'resurrected', 'unresolved'] as const;
  if (unaccounted === 0) return `${bad.slice(0, -1).join(', ')} and ${bad.at(-1)} 0`;
  const parts = bad.flatMap((end) => (ends[end] === 0 ? [] : [`${ends[end]} ${end}`]));
  return `${unaccounted} UNACCOUNTED FOR: ${parts.join(', ')}`;
}

/** `lost: activities id=7, add-note of ada@…: acknowledged, and not there any more (d-1-office-day-000007)`. */
export function writeInWords(write: WorkRecord['balances'][number]['listed'][number]): string {
  const place = write.key === null ? write.table : `${write.table} ${write.key}`;
  return `${write.end}: ${place}, ${write.operation} of ${write.user}: ${write.why} (${write.mark})`;
}
