import { expect } from 'vitest';
import type { ClaimName } from '../../src/plan/schema.ts';
import type { Claim, ClaimState, Comparison, DrillRecord, Finding } from '../../src/proof/record.ts';
import type { Rehearsed } from './rehearse.ts';

/** `claims` names the claims that matter to the test; a difference shows all of them with their sentences. */
export interface Expected {
  readonly exit: number;
  readonly whole: ClaimState;
  readonly claims: Partial<Record<ClaimName, ClaimState>>;
}

/** The verdict, and that nothing of the drill is left. */
export function expectVerdict(rehearsed: Rehearsed, expected: Expected): void {
  const { record, exitCode, left } = rehearsed;
  const states = Object.fromEntries(Object.keys(expected.claims).map((name) => [name, claimOf(record, name).state]));
  expect({ exit: exitCode, whole: record.verdict.whole, claims: states }, said(record)).toEqual(expected);
  expect({ left, leaked: record.environment.leaked, unclean: record.verdict.unclean }).toEqual({
    left: [],
    leaked: [],
    unclean: false,
  });
}

function said(record: DrillRecord): string {
  return [
    ...record.claims.map((claim) => `${claim.state} ${claim.name}: ${claim.sentence}`),
    ...record.findings.map((finding) => `${finding.severity}: ${finding.title}: ${finding.actual}`),
  ].join('\n');
}

export function claimOf(record: DrillRecord, name: string): Claim {
  const claim = record.claims.find((one) => one.name === name);
  if (claim === undefined) throw new Error(`the record has no claim ${name}`);
  return claim;
}

export function comparisonOf(record: DrillRecord, store: string, reading: Comparison['reading']): Comparison {
  const found = record.comparisons.find((one) => one.store === store && one.reading === reading);
  if (found === undefined) throw new Error(`${store} was not compared ${reading}: ${said(record)}`);
  return found;
}

/** `table operation key columns` of every row that a comparison names. */
export function rowsOf(comparison: Comparison): readonly string[] {
  return comparison.difference.parts.flatMap((part) =>
    part.changes.map((change) =>
      `${part.part} ${change.operation} ${change.key} ${change.columns.join(',')}`.trimEnd(),
    ),
  );
}

export function objectsOf(comparison: Comparison): readonly string[] {
  return comparison.difference.objects.map((object) => `${object.kind} ${object.name} ${object.operation}`);
}

export function findingsAbout(record: DrillRecord, title: RegExp): readonly Finding[] {
  return record.findings.filter((finding) => title.test(finding.title));
}
