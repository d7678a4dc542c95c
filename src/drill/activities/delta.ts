import { parseDuration } from '../../kernel/duration.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import { keysIn } from '../../flow/classify.ts';
import { type AcknowledgedWrite, type CarriedLine, type DeltaItem, deltaOf, parseCarried } from '../../flow/delta.ts';
import type { Delta } from '../../plan/schema.ts';
import type { DeltaRecord } from '../../proof/record.ts';
import { names } from '../../subject/allowance.ts';
import { compareManifests } from '../../subject/compare.ts';
import type { Difference } from '../../subject/difference.ts';
import { ONLY_RELEASE, type Service } from '../../subject/service.ts';
import type { SqlStore } from '../../subject/store.ts';
import type { World } from '../world.ts';
import { type Context, failedByPlan, succeeded } from './context.ts';
import { foundOf } from './looks.ts';
import { takeReading } from './readings.ts';

/** What was captured, with the values that the carrying program needs. They lie in memory and in the private folder only. */
export interface Captured {
  readonly items: readonly DeltaItem[];
  readonly values: ReadonlyMap<DeltaItem, Row>;
  readonly irreversible: DeltaRecord['irreversible'];
  /** What the command of `keys` printed: a file inside the environment. */
  readonly keysFile: string | null;
}

type Row = Readonly<Record<string, string | null>>;

/** After the lock: what was done in the new system, by the log of changes and by the difference of two readings. */
export async function capture(context: Context, name: string): Promise<NodeOutcome> {
  const { world } = context;
  const delta = deltaNamed(world, name);
  const store = world.sqlStore(delta.from);
  const log = world.changeLogs.get(delta.from);
  if (log === undefined) throw new RollproofError('could-not-read', `nobody wrote down who changes ${delta.from}`);
  const changes = await log.changes(world.liveAt.get(delta.from) ?? 0);
  const difference = await changedSince(context, { delta, store });
  const items = deltaOf({
    tables: delta.tables,
    changes,
    parts: difference.parts,
    writes: acknowledgedWrites(world),
    flowRoles: Object.values(world.plan.flows).flatMap(({ principal }) => principal.role ?? []),
  });
  const values = await valuesOf(store, { items, parts: [...new Set(changes.map((change) => change.part))] });
  const keep = world.ports.privateLines(`delta-${name}`);
  for (const item of items) keep({ ...item, row: values.get(item) ?? null });
  world.captured.set(name, {
    items,
    values,
    irreversible: await effectsOf(world, delta),
    keysFile: await keysOf(context, name, delta),
  });
  const unexplained = items.filter((item) => item.unexplained !== null).length;
  return succeeded(`${items.length} records captured, ${unexplained} of them unexplained`);
}

function deltaNamed(world: World, name: string): Delta {
  const delta = world.plan.delta[name];
  if (delta === undefined) throw new RollproofError('plan-invalid', `there is no delta ${name}`);
  return delta;
}

async function changedSince(
  context: Context,
  { delta, store }: { readonly delta: Delta; readonly store: SqlStore },
): Promise<Difference> {
  const { world } = context;
  const live = world.reading(delta.from, 'live');
  const witness = world.twins.get('live')?.get(delta.from);
  if (witness === undefined)
    throw new RollproofError(
      'could-not-read',
      `there is no copy of ${delta.from} as it was when the new state was read`,
    );
  const now = await takeReading(context, { store, label: 'captured', like: live });
  const coarse = compareManifests(live, now);
  const parts = coarse.parts.filter(({ part }) => delta.tables.some((table) => names(table, part)));
  return parts.length === 0 ? { ...coarse, parts } : store.changedKeys({ ...coarse, parts }, witness);
}

/** Acknowledged, or unknown and found when looked for. */
function acknowledgedWrites(world: World): readonly AcknowledgedWrite[] {
  return [...world.worked].flatMap(([workload, { writes, live }]) => {
    const planned = world.plan.workload[workload];
    if (planned === undefined) return [];
    return writes.flatMap((write) => {
      const found = foundOf(planned, write.operation);
      const [seen] = keysIn(live.get(write.mark));
      if (found === undefined || write.outcome === 'failed') return [];
      if (write.outcome === 'unknown' && seen === undefined) return [];
      const first = writes.find((one) => one.record === write.record && one.id !== null);
      const key = first?.id === undefined ? seen : `${found.key}=${first.id ?? ''}`;
      return key === undefined ? [] : [{ table: found.table, key, kind: write.kind, mark: write.mark }];
    });
  });
}

/** Of records that are still there; one without a key of one column cannot be fetched, and is parked without its values. */
async function valuesOf(
  store: SqlStore,
  { items, parts }: { readonly items: readonly DeltaItem[]; readonly parts: readonly string[] },
): Promise<ReadonlyMap<DeltaItem, Row>> {
  const found = new Map<DeltaItem, Row>();
  for (const table of new Set(items.map((item) => item.table))) {
    const part = parts.find((one) => names(table, one));
    const wanted = items.filter((item) => item.table === table && item.operation !== 'delete' && isSimple(item.key));
    const [first] = wanted;
    if (part === undefined || first === undefined) continue;
    const column = columnOf(first.key);
    const rows = await store.query(
      `select x.* from ${part} x where x."${column.replaceAll('"', '""')}"::text = any (string_to_array($1, ','))`,
      { parameters: [wanted.map((item) => idOf(item.key)).join(',')], readOnly: true },
    );
    const byId = new Map(rows.map((row) => [row[column] ?? '', row]));
    for (const item of wanted) {
      const row = byId.get(idOf(item.key));
      if (row !== undefined) found.set(item, row);
    }
  }
  return found;
}

const isSimple = (key: string): boolean => !key.includes(', ');
const columnOf = (key: string): string => key.slice(0, key.indexOf('='));
const idOf = (key: string): string => key.slice(key.indexOf('=') + 1);

async function effectsOf(world: World, delta: Delta): Promise<DeltaRecord['irreversible']> {
  const effects: DeltaRecord['irreversible'] = [];
  for (const { what, in: store, sql } of delta.irreversible)
    effects.push({ what, times: (await world.sqlStore(store).query(sql, { readOnly: true })).length });
  return effects;
}

async function keysOf({ world, signal }: Context, name: string, { keys }: Delta): Promise<string | null> {
  if (keys === undefined) return null;
  const [program, ...words] = keys.run;
  if (program === undefined) throw new RollproofError('plan-invalid', 'a command has no words');
  const run = { name: `keys-${name}`, timeoutMs: KEYS_TIMEOUT_MS, signal };
  const done = await world.program(keys.in).run([program, ...words], run);
  if (done.exitCode !== 0)
    throw new RollproofError(
      'could-not-read',
      `the keys of ${name} could not be listed: exit code ${done.exitCode ?? 'none'}: ${done.stderr.trim().slice(0, 300)}`,
    );
  return world.ports.putInside(world.environment, `delta-${name}-keys`, done.stdout);
}

const KEYS_TIMEOUT_MS = 600_000;

/**
 * With the old programs up and their jobs held. Only what somebody was told was done is carried over; the rest is parked,
 * so that damage is never carried back. Done twice: the second time must change nothing.
 */
export async function replay(context: Context, name: string): Promise<NodeOutcome> {
  const { world } = context;
  const began = world.ports.clock.monotonicMs();
  const delta = deltaNamed(world, name);
  const captured = world.captured.get(name);
  if (captured === undefined) throw new RollproofError('could-not-read', `nothing was captured as ${name}`);
  const explained = captured.items.filter((item) => item.unexplained === null);
  const program = await carrier(world, { name, delta, captured });
  const request = { context, name, delta, program, input: linesFor(explained, captured) };
  const first = await carry(request);
  const repeatable = first.broken === null ? await isRepeatable(request, first.lines) : 'not-tried';
  const ends = endsOf(explained, first.lines);
  noteCarried(world, { delta, ends, captured });
  await context.note('delta', {
    name,
    from: delta.from,
    to: delta.to,
    captured: captured.items.length,
    replayed: ends.filter((end) => end.line?.outcome === 'replayed').length,
    parked: parkedBy(ends, captured.items, delta.parkTo),
    unaccounted: ends.filter(isUnaccounted).map(({ item }) => `${item.table} ${item.key}`),
    unexplained: captured.items.length - explained.length,
    examples: captured.items
      .filter((item) => item.unexplained !== null)
      .slice(0, MOST_EXAMPLES)
      .map((item) => `${item.operation} of ${item.table} ${item.key}: ${item.unexplained ?? ''}`),
    repeatable,
    irreversible: captured.irreversible,
    tookMs: world.ports.clock.monotonicMs() - began,
  });
  if (first.broken !== null) return failedByPlan(`${name} was not carried over whole: ${first.broken}`);
  return succeeded(`${ends.length} of ${captured.items.length} records carried`);
}

const MOST_EXAMPLES = 20;

interface CarrierRequest {
  readonly name: string;
  readonly delta: Delta;
  readonly captured: Captured;
}

/** A program of the plan like an endpoint's, only that it runs to its end. */
async function carrier(world: World, { name, delta, captured }: CarrierRequest): Promise<Service> {
  const { program, keys } = delta;
  const file = keys === undefined || captured.keysFile === null ? {} : { [keys.as]: captured.keysFile };
  const made = await world.ports.makeService({
    name: `delta-${name}`,
    system: {
      kind: 'endpoint',
      from: program.from,
      run: program.run,
      uses: program.uses,
      env: { ...program.env, ...file },
      port: 'PORT',
      ready: { http: '/', within: '1s' },
    },
    environment: world.environment,
    addressOf: (system) => world.addressOf(system),
  });
  await made.install(ONLY_RELEASE);
  return made;
}

function linesFor(items: readonly DeltaItem[], { values }: Captured): string {
  return items
    .map((item) => {
      const mark = item.mark === null ? {} : { mark: item.mark };
      return `${JSON.stringify({ table: item.table, operation: item.operation, key: idOf(item.key), row: values.get(item) ?? null, ...mark })}\n`;
    })
    .join('');
}

interface CarryRequest {
  readonly context: Context;
  readonly name: string;
  readonly delta: Delta;
  readonly program: Service;
  readonly input: string;
}

async function carry({ context, name, delta, program, input }: CarryRequest): Promise<{
  readonly lines: readonly CarriedLine[];
  readonly broken: string | null;
}> {
  const [word, ...words] = delta.program.run;
  if (word === undefined) throw new RollproofError('plan-invalid', 'a command has no words');
  const timeoutMs = parseDuration(delta.program.timeout) ?? 1_800_000;
  const done = await program.run([word, ...words], { name: `carry-${name}`, timeoutMs, signal: context.signal, input });
  const { lines, unreadable } = parseCarried(done.stdout);
  if (done.exitCode !== 0)
    return { lines, broken: `exit code ${done.exitCode ?? 'none'}: ${done.stderr.trim().slice(-300)}` };
  return { lines, broken: unreadable === 0 ? null : `${unreadable} lines of its answer could not be read` };
}

async function isRepeatable(request: CarryRequest, first: readonly CarriedLine[]): Promise<DeltaRecord['repeatable']> {
  const { context, delta } = request;
  const store = context.world.sqlStore(delta.to);
  // One that is kept already would be lost by a second one.
  const kept = context.world.changeLogs.get(delta.to);
  const log = kept ?? (await store.watchChanges());
  const since = await log.position();
  try {
    const { lines, broken } = await carry(request);
    const touched = new Set(first.flatMap((line) => line.legacyTable ?? []));
    const changed = (await log.changes(since)).some((change) =>
      [...touched].some((table) => names(table, change.part)),
    );
    const isSame = JSON.stringify(lines) === JSON.stringify(first);
    return broken === null && isSame && !changed ? 'yes' : 'no';
  } finally {
    if (kept === undefined) await log.close();
  }
}

interface End {
  readonly item: DeltaItem;
  readonly line: CarriedLine | undefined;
}

function endsOf(items: readonly DeltaItem[], lines: readonly CarriedLine[]): readonly End[] {
  const byKey = new Map(lines.map((line) => [line.key, line]));
  return items.map((item) => ({ item, line: byKey.get(idOf(item.key)) }));
}

function isUnaccounted({ line }: End): boolean {
  return line === undefined;
}

function parkedBy(ends: readonly End[], items: readonly DeltaItem[], parkTo: string): DeltaRecord['parked'] {
  const parked = [
    ...ends.flatMap(({ line }) =>
      line?.outcome === 'parked' ? [{ owner: line.owner ?? parkTo, reason: line.reason ?? 'no reason' }] : [],
    ),
    ...items.flatMap((item) => (item.unexplained === null ? [] : [{ owner: parkTo, reason: item.unexplained }])),
  ];
  const owners = [...new Set(parked.map((one) => one.owner))];
  return owners.map((owner) => {
    const own = parked.filter((one) => one.owner === owner);
    return { owner, records: own.length, reasons: [...new Set(own.map((one) => one.reason))].slice(0, MOST_EXAMPLES) };
  });
}

/** For the balance of the ledger, and for the second reading: the difference is exactly what was replayed. */
function noteCarried(
  world: World,
  { delta, ends, captured }: { readonly delta: Delta; readonly ends: readonly End[]; readonly captured: Captured },
): void {
  for (const { item, line } of ends) {
    if (line === undefined) continue;
    const { table, key } = item;
    const owner = line.outcome === 'parked' ? { owner: line.owner ?? delta.parkTo } : {};
    const reason = line.reason === null ? {} : { reason: line.reason };
    world.carried.push({ outcome: line.outcome, table, key, ...owner, ...reason });
    if (line.outcome !== 'replayed' || line.legacyTable === null || line.legacyId === null) continue;
    world.ledger.push({
      store: delta.to,
      part: line.legacyTable,
      operation: item.operation,
      key: `id=${line.legacyId}`,
      why: 'carried back',
    });
  }
  for (const { table, key, unexplained } of captured.items)
    if (unexplained !== null)
      world.carried.push({ outcome: 'parked', table, key, owner: delta.parkTo, reason: unexplained });
}
