import {
  type DamagedObject,
  type Injection,
  type InjectionRequest,
  truthWithoutRows,
} from '../../../fault/injector.ts';
import { isNamed, type StoreShape, type TableShape, weightOf } from '../../../fault/shape.ts';
import { choiceOf } from '../../../fault/choice.ts';
import type { FaultStore } from './read-shape.ts';
import { readShape } from './read-shape.ts';
import { quote } from './statement.ts';

/** ALTER TABLE waits for whoever reads the table, and everybody else waits behind it: not for ever. */
const STATEMENT_TIMEOUT_MS = 30_000;

interface SchemaChange {
  readonly kind: 'foreign-key' | 'check' | 'unique' | 'trigger' | 'default' | 'width';
  readonly table: TableShape;
  readonly columns: readonly string[];
  readonly object: DamagedObject;
  readonly operation: 'delete' | 'update';
  readonly sql: string;
  readonly description: string;
  /** Is it still as before? */
  isThere(table: TableShape): boolean;
}

/** DC-39: a constraint is lost, a trigger is switched off, a default is gone, or a text may be longer than it was. Which one is the seed's choice. */
export async function injectSchemaFault(
  store: FaultStore,
  shape: StoreShape,
  request: InjectionRequest,
): Promise<Injection> {
  const changes = shape.tables
    .filter((table) => table.root === null && (request.table === undefined || isNamed(table, request.table)))
    .flatMap(changesOf)
    .filter(
      (change) =>
        request.column === undefined ||
        change.columns.some((name) => name.toLowerCase() === request.column?.toLowerCase()),
    );
  const change = pickChange(changes, shape, request);
  if (change === undefined)
    return { applicable: false, why: 'it needs a constraint, an enabled trigger, a default or a width' };
  await store.query(change.sql, { timeoutMs: STATEMENT_TIMEOUT_MS });
  const after = (await readShape(store)).tables.find((table) => table.name === change.table.name);
  if (after === undefined || change.isThere(after))
    return { applicable: false, why: `${change.object.name} did not change` };
  return {
    applicable: true,
    truth: truthWithoutRows({
      fault: request.id,
      store: store.name,
      object: change.object,
      columns: change.columns,
      operation: change.operation,
      seed: request.seed,
      description: change.description,
      statements: [change.sql],
    }),
  };
}

function pickChange(
  changes: readonly SchemaChange[],
  shape: StoreShape,
  request: InjectionRequest,
): SchemaChange | undefined {
  if (changes.length === 0) return undefined;
  const random = choiceOf(request);
  const kind = random.pick([...new Set(changes.map((change) => change.kind))].sort());
  const ranked = changes
    .filter((change) => change.kind === kind)
    .sort(
      (left, right) =>
        weightOf(right.table, shape) - weightOf(left.table, shape) || (left.object.name < right.object.name ? -1 : 1),
    );
  return random.pick(ranked.slice(0, 3));
}

function changesOf(table: TableShape): readonly SchemaChange[] {
  return [...constraintChanges(table), ...triggerChanges(table), ...defaultChanges(table), ...widthChanges(table)];
}

function constraintChanges(table: TableShape): readonly SchemaChange[] {
  return table.constraints.map((constraint) => ({
    kind: constraint.kind,
    table,
    columns: constraint.columns,
    object: { kind: 'constraint', name: constraint.object },
    operation: 'delete',
    sql: `alter table ${table.name} drop constraint ${quote(constraint.name)}`,
    description: `constraint ${constraint.name} of ${table.name} dropped`,
    isThere: (after) => after.constraints.some((entry) => entry.name === constraint.name),
  }));
}

function triggerChanges(table: TableShape): readonly SchemaChange[] {
  return table.triggers.map((trigger) => ({
    kind: 'trigger',
    table,
    columns: [],
    object: { kind: 'trigger', name: trigger.object },
    operation: 'update',
    sql: `alter table ${table.name} disable trigger ${quote(trigger.name)}`,
    description: `trigger ${trigger.name} of ${table.name} disabled`,
    isThere: (after) => after.triggers.some((entry) => entry.name === trigger.name),
  }));
}

function defaultChanges(table: TableShape): readonly SchemaChange[] {
  return table.columns
    .filter((column) => column.default !== null && column.sequence === null)
    .map((column) => ({
      kind: 'default',
      table,
      columns: [column.name],
      object: { kind: 'column', name: column.object },
      operation: 'update',
      sql: `alter table ${table.name} alter column ${quote(column.name)} drop default`,
      description: `default of ${table.name}.${column.name} dropped`,
      isThere: (after) => after.columns.some((entry) => entry.name === column.name && entry.default !== null),
    }));
}

const WITH_WIDTH = /^character varying\(\d+\)$/;

/** The width goes, as when a table is made anew from its values alone. No row changes, so nothing but the schema shows it. */
function widthChanges(table: TableShape): readonly SchemaChange[] {
  return table.columns
    .filter((column) => WITH_WIDTH.test(column.type) && !column.pinned)
    .map((column) => ({
      kind: 'width',
      table,
      columns: [column.name],
      object: { kind: 'column', name: column.object },
      operation: 'update',
      sql: `alter table ${table.name} alter column ${quote(column.name)} type character varying`,
      description: `width of ${table.name}.${column.name} lost: it was ${column.type}`,
      isThere: (after) => after.columns.some((entry) => entry.name === column.name && entry.type === column.type),
    }));
}
