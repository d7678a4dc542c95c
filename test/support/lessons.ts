import { partDigests } from '../../src/cli/plan-file.ts';
import { parseDuration } from '../../src/kernel/duration.ts';
import type { GoodPlan } from '../../src/plan/load.ts';
import type { DrillRecord, Finding } from '../../src/proof/record.ts';
import { barOf } from '../fixtures/records/clocks.ts';
import { s0Proven } from '../fixtures/records/s0-proven.ts';

export interface DrillStory {
  readonly id?: string;
  readonly scenario?: string;
  /** Day in December 2025 on which it was drilled. */
  readonly day?: number;
  readonly whole?: DrillRecord['verdict']['whole'];
  /** Milliseconds by step of `go-back`; 700 where nothing is said. */
  readonly took?: Readonly<Record<string, number>>;
  readonly findings?: readonly Finding[];
}

export function partsOf(loaded: GoodPlan): Promise<DrillRecord['plan']['parts']> {
  return partDigests(loaded);
}

/** A record of a drill of this plan, with the digests of its parts. */
export async function drilledAs(loaded: GoodPlan, story: DrillStory = {}): Promise<DrillRecord> {
  const { id = 'd-1', scenario = 'clean-return', day = 1, whole = 'proven', took = {}, findings = [] } = story;
  const date = `2025-12-${String(day).padStart(2, '0')}`;
  const steps = loaded.plan.procedures['go-back']?.steps ?? [];
  const bars = steps.map((step, index) => {
    const [p50Ms, p90Ms] = [parseDuration(step.expected?.p50 ?? ''), parseDuration(step.expected?.p90 ?? '')];
    return barOf({
      id: `go-back.${step.id}`,
      title: step.id,
      startMs: index * 100_000,
      endMs: index * 100_000 + (took[step.id] ?? 700),
      expected: p50Ms === undefined || p90Ms === undefined ? null : { p50Ms, p90Ms },
    });
  });
  return {
    ...s0Proven,
    drill: { ...s0Proven.drill, id, startedAt: `${date}T10:00:00.000Z`, endedAt: `${date}T10:20:00.000Z` },
    plan: {
      ...s0Proven.plan,
      name: loaded.plan.name,
      file: loaded.file,
      digest: loaded.digest,
      parts: await partsOf(loaded),
    },
    scenario: { ...s0Proven.scenario, name: scenario, rollback: 'go-back' },
    verdict: { ...s0Proven.verdict, whole },
    clocks: { ...s0Proven.clocks, bars },
    findings: [...findings],
  };
}

export function findingOf(given: Partial<Finding> = {}): Finding {
  return {
    id: 'F-01',
    what: 'not-as-before',
    where: 'db',
    severity: 'critical',
    phase: 'verify',
    title: 'db is not as it was (at rest)',
    expected: 'equal',
    actual: '3 rows',
    next: 'Find the step that should have brought these back.',
    blame: 'plan',
    step: null,
    ...given,
  };
}
