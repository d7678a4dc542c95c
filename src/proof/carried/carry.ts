import type { FindingEntry } from '../../people/finding-log/entry.ts';
import type { CarriedFinding, DrillRecord, Finding } from '../record.ts';
import { Carrying } from './carrying.ts';
import { findingId } from './identity.ts';

export const SEVERITIES: ReadonlyArray<Finding['severity']> = ['critical', 'high', 'medium', 'low', 'note'];

export interface CarryInput {
  /** Drills of one plan. */
  readonly records: readonly DrillRecord[];
  readonly entries: readonly FindingEntry[];
  /** `2026-12-04`, UTC. */
  readonly today: string;
}

/** What became of every finding of every drill; notes ask nobody to do anything and are not carried. Most urgent first. */
export function carryFindings({ records, entries, today }: CarryInput): readonly CarriedFinding[] {
  const carried = new Map<string, Carrying>();
  const drills = records.map((record) => ({
    at: Date.parse(record.drill.endedAt),
    take: () => takeDrill(carried, record),
  }));
  const decisions = entries.map((entry) => ({
    at: Date.parse(entry.recordedAt),
    take: () => carried.get(entry.finding)?.decide(entry),
  }));
  for (const { take } of [...drills, ...decisions].toSorted((one, other) => one.at - other.at)) take();
  return [...carried.values()].map((each) => each.asOf(today)).toSorted(byUrgency);
}

function takeDrill(carried: Map<string, Carrying>, record: DrillRecord): void {
  const present = worstById(record);
  for (const [id, finding] of present) {
    const known = carried.get(id) ?? new Carrying(id);
    carried.set(id, known);
    known.occurs(record, finding);
  }
  if (!isReTest(record)) return;
  for (const [id, known] of carried) if (!present.has(id)) known.isAbsent(record);
}

/** Both looks at a flow or a store may find the same thing: it is one finding, as bad as the worse of them. */
function worstById({ plan, findings }: DrillRecord): ReadonlyMap<string, Finding> {
  const worst = new Map<string, Finding>();
  for (const finding of findings) {
    if (finding.severity === 'note') continue;
    const id = findingId(plan.name, finding);
    const known = worst.get(id);
    if (known === undefined || rank(finding) < rank(known)) worst.set(id, finding);
  }
  return worst;
}

/**
 * Only a drill that went to its end and examined what it had to can show that something is gone: one that broke off, or
 * could not look, finds little because it saw little.
 */
export function isReTest({ verdict, claims, findings }: DrillRecord): boolean {
  if (verdict.whole === 'proven') return true;
  if (verdict.whole !== 'failed') return false;
  const hasBroken = findings.some(({ what }) => what === 'step-failed' || what === 'step-skipped');
  return !hasBroken && claims.every(({ state, required }) => !required || state === 'proven' || state === 'failed');
}

/** Nobody has mended it, shown that it is gone, or taken the risk upon them. */
export function isOpen({ state }: CarriedFinding): boolean {
  return state === 'open' || state === 'accepted' || state === 'fixed';
}

function byUrgency(one: CarriedFinding, other: CarriedFinding): number {
  return (
    Number(isOpen(other)) - Number(isOpen(one)) ||
    Number(one.state === 'closed') - Number(other.state === 'closed') ||
    Number(isPressing(other)) - Number(isPressing(one)) ||
    rank(one) - rank(other) ||
    (one.due ?? '9999').localeCompare(other.due ?? '9999') ||
    one.id.localeCompare(other.id)
  );
}

function isPressing({ overdue, severity }: CarriedFinding): boolean {
  return overdue || severity === 'critical';
}

function rank({ severity }: Pick<Finding, 'severity'>): number {
  return SEVERITIES.indexOf(severity);
}
