import type { Injection, InjectionRequest, Injector, Truth } from '../../../fault/injector.ts';
import { withInferredLinks } from '../../../fault/inferred-links.ts';
import { isNamed, type StoreShape } from '../../../fault/shape.ts';
import { type Target, targetsFor } from '../../../fault/targets.ts';
import { sqlStateOf } from '../connection.ts';
import { injectCounterFault } from './counter-fault.ts';
import { GO_LIVE_ROW_FAULTS } from './go-live-row-faults.ts';
import { lockRole } from './lock-role.ts';
import { type FaultStore, readShape } from './read-shape.ts';
import { ROW_FAULTS, type RowFault } from './row-faults.ts';
import { injectSchemaFault } from './schema-fault.ts';
import type { Mutation } from './statement.ts';

/** Each try may read a whole table. */
const MOST_TRIES = 12;
const STATEMENT_TIMEOUT_MS = 300_000;
/** Programs are at work meanwhile; a deadlock with them is nobody's fault. */
const MOST_ATTEMPTS = 3;

/**
 * Faults DC-… on PostgreSQL 14 and later. The store's user must be allowed to set `session_replication_role`. Failures of
 * a go-live are done as well, but not offered: they happen only where a plan names them.
 */
export function postgresInjector(store: FaultStore): Injector {
  const inject = async (request: InjectionRequest): Promise<Injection> => {
    const shape = withInferredLinks(await readShape(store));
    const nameless = whyNothingNamed(shape, request);
    if (nameless !== null) return { applicable: false, why: nameless };
    if (request.id === 'DC-28') return injectCounterFault(store, shape, request);
    if (request.id === 'GF-09') return lockRole(store, request);
    if (request.id === 'DC-39') return injectSchemaFault(store, shape, request);
    const fault = ROW_FAULTS[request.id] ?? GO_LIVE_ROW_FAULTS[request.id];
    if (fault === undefined) return { applicable: false, why: `no injector for ${request.id} on PostgreSQL` };
    return injectRows(store, targetsFor(fault.kind, shape, request), { request, fault });
  };
  return { offers: [...Object.keys(ROW_FAULTS), 'DC-28', 'DC-39'], inject };
}

function whyNothingNamed(shape: StoreShape, request: InjectionRequest): string | null {
  const { table, column } = request;
  const tables = table === undefined ? shape.tables : shape.tables.filter((entry) => isNamed(entry, table));
  if (tables.length === 0) return table === undefined ? 'the store has no tables' : `there is no table ${table}`;
  const hazard = table === undefined ? null : (tables[0]?.hazard ?? null);
  if (hazard !== null) return `${table}: ${hazard}`;
  const hasColumn = tables.some((entry) =>
    entry.columns.some((own) => own.name.toLowerCase() === column?.replaceAll('"', '').toLowerCase()),
  );
  return column === undefined || hasColumn
    ? null
    : `there is no column ${column}${table === undefined ? '' : ` in ${table}`}`;
}

interface Attempt {
  readonly request: InjectionRequest;
  readonly fault: RowFault;
}

async function injectRows(store: FaultStore, targets: readonly Target[], attempt: Attempt): Promise<Injection> {
  const { request, fault } = attempt;
  const refusals: string[] = [];
  for (const target of targets.slice(0, MOST_TRIES)) {
    const mutation = await fault.build(target, request, store);
    if (mutation === undefined) continue;
    const result = await mutate(store, mutation);
    if ('refused' in result) refusals.push(`${target.table.name}: ${result.refused}`);
    else if (result.rows > 0) return { applicable: true, truth: truthOf({ store, target, request, mutation, result }) };
  }
  const where = request.table === undefined ? '' : ` (in ${request.table})`;
  const [refusal] = refusals;
  return { applicable: false, why: `it needs ${fault.needs}${where}${refusal === undefined ? '' : `; ${refusal}`}` };
}

interface Mutated {
  readonly keys: readonly string[];
  readonly rows: number;
}

/** The store may refuse: a check or unique constraint that this value would break. Then nothing has changed. */
async function mutate(store: FaultStore, mutation: Mutation): Promise<Mutated | { readonly refused: string }> {
  try {
    const rows = await repeatedly(() =>
      store.query(mutation.sql, { parameters: mutation.parameters, timeoutMs: STATEMENT_TIMEOUT_MS }),
    );
    const keys = [...new Set(rows.map((row) => row['key'] ?? ''))].sort();
    return { keys, rows: rows.length };
  } catch (error) {
    const state = sqlStateOf(error);
    const reason = state === null ? undefined : REFUSALS[state.slice(0, 2)];
    if (reason === undefined) throw error;
    return { refused: `${reason} (SQLSTATE ${state})` };
  }
}

/** SQLSTATE class 40: the transaction was rolled back as a whole, so it may be tried again. */
async function repeatedly<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= MOST_ATTEMPTS || sqlStateOf(error)?.startsWith('40') !== true) throw error;
    }
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  '22': 'a value would not fit its column',
  '23': 'a constraint forbids it',
  '44': 'a view with check option forbids it',
  'P0': 'a trigger that always fires forbids it',
};

interface Outcome {
  readonly store: FaultStore;
  readonly target: Target;
  readonly request: InjectionRequest;
  readonly mutation: Mutation;
  readonly result: Mutated;
}

function truthOf(outcome: Outcome): Truth {
  const { store, target, request, mutation, result } = outcome;
  return {
    fault: request.id,
    store: store.name,
    part: target.table.name,
    object: null,
    columns: mutation.columns,
    operation: mutation.operation,
    keys: result.keys,
    rows: result.rows,
    seed: request.seed,
    description: `${result.rows} ${mutation.description} in ${target.table.name}`,
    statements: [mutation.sql],
  };
}
