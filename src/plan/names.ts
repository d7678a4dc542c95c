import { memberOf } from './json-schema.ts';
import { stepKindsOf } from './steps.ts';
import type { StepKind } from './schema.ts';

/**
 * A reading of a plan that may still be wrong elsewhere. Names are checked on it, so that a misspelt key in one place does
 * not hide a misspelt name in another.
 */
export type RawMap = Readonly<Record<string, unknown>>;

export type NameKind =
  | 'system'
  | 'state'
  | 'check'
  | 'procedure'
  | 'role'
  | 'audience'
  | 'channel'
  | 'message'
  | 'user group'
  | 'flow'
  | 'delta'
  | 'workload'
  | 'operation'
  | 'step'
  | 'trigger'
  | 'release'
  | 'restore point';

export interface RawStep {
  readonly id: string | undefined;
  readonly raw: RawMap;
  readonly kinds: readonly StepKind[];
}

export interface PlanNames {
  readonly raw: RawMap;
  /** Kind of each system; undefined where it is missing or wrong. */
  readonly systems: ReadonlyMap<string, string | undefined>;
  readonly procedures: ReadonlyMap<string, readonly RawStep[]>;
  /** Names of restore points → systems that have them, from the systems' own lists and from backup steps. */
  readonly restorePoints: ReadonlyMap<string, ReadonlySet<string>>;
}

export function namesOf(root: unknown): PlanNames {
  const raw = mapOf(root);
  const systems = new Map(
    entriesOf(raw['systems']).map(([name, system]) => [name, knownKind(memberOf(system, 'kind'))]),
  );
  const procedures = new Map(entriesOf(raw['procedures']).map(([name, procedure]) => [name, stepsIn(procedure)]));
  return { raw, systems, procedures, restorePoints: restorePointsIn(raw, procedures) };
}

/** A kind that does not exist is told already; nothing more can be said about such a system. */
function knownKind(kind: unknown): string | undefined {
  return ['postgres', 'directory', 'service', 'endpoint', 'route'].find((known) => known === kind);
}

function stepsIn(procedure: unknown): readonly RawStep[] {
  return listOf(memberOf(procedure, 'steps')).map((step) => {
    const raw = mapOf(step);
    return { id: textOf(raw['id']), raw, kinds: stepKindsOf(raw) };
  });
}

function restorePointsIn(raw: RawMap, procedures: PlanNames['procedures']): ReadonlyMap<string, ReadonlySet<string>> {
  const points = new Map<string, Set<string>>();
  const add = (point: string, system: string): void => {
    const systems = points.get(point) ?? new Set();
    points.set(point, systems.add(system));
  };
  for (const [system, value] of entriesOf(raw['systems'])) {
    for (const [point] of entriesOf(memberOf(value, 'restorePoints'))) add(point, system);
  }
  for (const step of [...procedures.values()].flat()) {
    for (const system of listOf(step.raw['backup'])) {
      if (step.id !== undefined && typeof system === 'string') add(step.id, system);
    }
  }
  return points;
}

export function mapOf(value: unknown): RawMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawMap) : {};
}

export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(mapOf(value));
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
