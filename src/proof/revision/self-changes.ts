import { countOf } from '../../kernel/count.ts';
import type { DrillRecord } from '../record.ts';
import type { Revision, RevisionInput, RevisionLesson } from './revision.ts';

type Allowed = DrillRecord['comparisons'][number]['allowed'][number];

/** How the drill names what it allowed because the untouched twin did it too. */
const BY_ITSELF = 'changes by itself';
const OPERATIONS = ['insert', 'update', 'delete'];

/** A table that changes by itself should be declared, so that somebody has said why that is right. */
export function lessonsOfSelfChanges({ plan, drill, records }: RevisionInput): Revision {
  const seen = new Map<string, { readonly store: string; readonly allowed: Allowed }>();
  for (const { store, allowed } of selfChanges(drill)) seen.set(keyOf(store, allowed), { store, allowed });
  const lessons = [...seen.values()]
    .filter(({ store, allowed }) => !isDeclared(plan, store, allowed))
    .map(({ store, allowed }) => lessonOf(store, allowed, records));
  return { lessons, stale: [] };
}

function selfChanges({ comparisons }: DrillRecord): readonly { readonly store: string; readonly allowed: Allowed }[] {
  return comparisons.flatMap(({ store, allowed }) =>
    allowed
      .filter(({ why, operation }) => why.includes(BY_ITSELF) && OPERATIONS.includes(operation))
      .map((each) => ({ store, allowed: each })),
  );
}

function keyOf(store: string, { part, operation }: Allowed): string {
  return JSON.stringify([store, part, operation]);
}

function isDeclared({ differences }: RevisionInput['plan'], store: string, { part, operation }: Allowed): boolean {
  const bare = part.slice(part.indexOf('.') + 1);
  return differences.some(
    (one) =>
      (one.in ?? store) === store &&
      (one.table === part || one.table === bare) &&
      one.operations.some((each) => each === operation),
  );
}

function lessonOf(store: string, allowed: Allowed, records: readonly DrillRecord[]): RevisionLesson {
  const key = keyOf(store, allowed);
  const measured = records.map((record) =>
    Math.max(
      0,
      ...selfChanges(record)
        .filter((each) => keyOf(each.store, each.allowed) === key)
        .map((each) => each.allowed.rows),
    ),
  );
  const drills = measured.filter((rows) => rows > 0).length;
  const max = Math.max(...measured, allowed.rows);
  return {
    statement: `${allowed.part} in ${store} changes by itself: at most ${countOf(max, 'row')} (${allowed.operation}) in ${countOf(drills, 'drill')}. Say why that is right, or stop it.`,
    change: {
      kind: 'new-difference',
      difference: {
        table: allowed.part,
        in: store,
        ...(allowed.columns.length === 0 ? {} : { columns: allowed.columns }),
        operations: [allowed.operation],
        max,
        why: `to be filled in: changes by itself, at most ${max} in ${countOf(drills, 'drill')}`,
      },
    },
  };
}
