import {
  type Disposition,
  notCompensated,
  notKept,
  type Present,
  type TouchedTable,
  touchedBy,
} from '../../../flow/changes.ts';
import { messageOf, RollproofError } from '../../../kernel/errors.ts';
import type { NodeOutcome } from '../../../journal/journal.ts';
import { compareManifests } from '../../../subject/compare.ts';
import type { RowChange } from '../../../subject/difference.ts';
import type { SqlStore } from '../../../subject/store.ts';
import type { World } from '../../world.ts';
import { type Context, succeeded } from '../context.ts';
import { filesPresent, filesSinceLive, touchedFiles } from './flow-files.ts';
import { takeReading } from '../readings.ts';

/** What a stopped flow wrote between the reading of the new state and t3, and which of it was there at t3. */
export interface ListedChanges {
  readonly touched: readonly TouchedTable[];
  readonly atStop: Present;
  /** Of a flow that writes into a folder: how its files differ from what was there in the new state. */
  readonly files?: readonly RowChange[];
  /** Why it could not be listed; null when it was. */
  readonly trouble: string | null;
}

/** At t3: nobody may say later that there was nothing. What is parked is written down for its owner, with its values. */
export async function listChanges({ world }: Context, name: string): Promise<NodeOutcome> {
  const listed = await listOf(world, name);
  world.flowTraces.changes.set(name, listed);
  const records = listed.touched.reduce((sum, { keys }) => sum + keys.length, 0);
  return succeeded(listed.trouble ?? `${records} records in ${listed.touched.length} tables`);
}

async function listOf(world: World, name: string): Promise<ListedChanges> {
  const { principal, changes } = world.flow(name);
  const { role } = principal;
  if (role === undefined) return listOfFiles(world, name);
  const log = world.changeLogs.get(principal.in);
  if (log === undefined) return unlisted(`nobody wrote down who changes ${principal.in}`);
  const until = world.shutOutAt.get(principal.in) ?? Number.POSITIVE_INFINITY;
  const all = await log.changes(world.liveAt.get(principal.in) ?? 0);
  const touched = touchedBy(
    all.filter(({ position }) => position <= until),
    role,
  );
  try {
    const rows = await rowsOf(world.sqlStore(principal.in), touched);
    if (changes?.become === 'parked') park(world, { name, touched, rows });
    return { touched, atStop: keysOf(rows), trouble: null };
  } catch (error) {
    return { touched, atStop: new Map(), trouble: `its records could not be looked for: ${messageOf(error)}` };
  }
}

async function listOfFiles(world: World, name: string): Promise<ListedChanges> {
  const { principal, changes } = world.flow(name);
  try {
    const files = await filesSinceLive(world, principal);
    const touched = touchedFiles(FILES, files);
    if (changes?.become === 'parked') park(world, { name, touched, rows: new Map() });
    return { touched, files, atStop: filesPresent(FILES, files, files), trouble: null };
  } catch (error) {
    return unlisted(`its files could not be looked for: ${messageOf(error)}`);
  }
}

/** How a folder is called where a database has tables. */
const FILES = 'files';

function unlisted(trouble: string): ListedChanges {
  return { touched: [], atStop: new Map(), trouble };
}

/** Law 10: values go to the private folder and nowhere else. */
function park(
  world: World,
  list: { readonly name: string; readonly touched: readonly TouchedTable[]; readonly rows: Rows },
): void {
  const keep = world.ports.privateLines(`parked-${list.name}`);
  const owner = world.flow(list.name).changes?.owner ?? null;
  for (const { table, keys } of list.touched)
    for (const key of keys) {
      const row = list.rows.get(table)?.get(key);
      keep({ owner, table, key, row: row === undefined ? null : (JSON.parse(row) as unknown) });
    }
}

/** At the end: is it as the plan says? */
export async function judgeChanges(context: Context, name: string): Promise<NodeOutcome> {
  const { world } = context;
  const listed = world.flowTraces.changes.get(name) ?? unlisted('nobody listed them');
  const { principal, changes } = world.flow(name);
  const become = changes?.become ?? null;
  const { wrong, trouble } = await wrongIn(context, { name, become, listed });
  await context.note('flow-changes', {
    flow: name,
    store: principal.in,
    tables: listed.touched.map(({ keys, ...table }) => ({
      ...table,
      records: keys.length,
      keys: keys.slice(0, MOST_KEYS),
    })),
    become,
    owner: changes?.owner ?? null,
    wrong: wrong.slice(0, MOST_KEYS),
    wrongRecords: wrong.length,
    trouble,
  });
  return succeeded(trouble ?? `${wrong.length} not as the plan says`);
}

const MOST_KEYS = 20;

interface Wrong {
  readonly wrong: readonly string[];
  readonly trouble: string | null;
}

async function wrongIn(
  context: Context,
  request: { readonly name: string; readonly become: Disposition | null; readonly listed: ListedChanges },
): Promise<Wrong> {
  const { world } = context;
  const { name, become, listed } = request;
  const { touched, atStop, trouble } = listed;
  if (trouble !== null || become === null || become === 'parked' || touched.length === 0) return { wrong: [], trouble };
  try {
    if (become === 'kept') return { wrong: notKept(touched, atStop, await presentNow(world, name, listed)), trouble };
    return { wrong: notCompensated(touched, await differingNow(context, name, listed)), trouble };
  } catch (error) {
    return { wrong: [], trouble: `its records could not be looked for: ${messageOf(error)}` };
  }
}

async function presentNow(world: World, name: string, { touched, files }: ListedChanges): Promise<Present> {
  const { principal } = world.flow(name);
  if (files !== undefined) return filesPresent(FILES, files, await filesSinceLive(world, principal));
  return keysOf(await rowsOf(world.sqlStore(principal.in), touched));
}

async function differingNow(context: Context, name: string, { touched, files }: ListedChanges): Promise<Present> {
  const { world } = context;
  const { principal } = world.flow(name);
  if (files === undefined) return changedSinceLive(context, world.sqlStore(principal.in), touched);
  return new Map([[FILES, new Set((await filesSinceLive(world, principal)).map(({ key }) => key))]]);
}

/** Against the copy that was made when the new state was read. */
async function changedSinceLive(context: Context, store: SqlStore, touched: readonly TouchedTable[]): Promise<Present> {
  const { world } = context;
  const witness = world.twins.get('live')?.get(store.name);
  if (witness === undefined) throw new RollproofError('could-not-read', `there is no copy of ${store.name} as it was`);
  const live = world.reading(store.name, 'live');
  const coarse = compareManifests(live, await takeReading(context, { store, label: 'second', like: live }));
  const parts = coarse.parts.filter(({ part }) => touched.some(({ table }) => table === part));
  const named = parts.length === 0 ? [] : (await store.changedKeys({ ...coarse, parts }, witness)).parts;
  return new Map(named.map(({ part, changes }) => [part, new Set(changes.map(({ key }) => key))]));
}

/** By table and key: the row as JSON. */
type Rows = ReadonlyMap<string, ReadonlyMap<string, string>>;

function keysOf(rows: Rows): Present {
  return new Map([...rows].map(([table, byKey]) => [table, new Set(byKey.keys())]));
}

async function rowsOf(store: SqlStore, touched: readonly TouchedTable[]): Promise<Rows> {
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const { table, keys } of touched) {
    const [first] = keys;
    if (first === undefined) continue;
    const rows = await store.query(
      `select x.key, x.row from (select concat_ws(', ', ${keyIn(first)}) as key, to_jsonb(t)::text as row from ${table} t) x
       where x.key in (select jsonb_array_elements_text($1::jsonb))`,
      { parameters: [JSON.stringify(keys)], readOnly: true },
    );
    found.set(table, new Map(rows.map(({ key, row }) => [key ?? '', row ?? 'null'])));
  }
  return found;
}

/** The key of a row as the change log writes it: `flow=push, message_id=17`. */
function keyIn(example: string): string {
  const columns = [...example.matchAll(/(?:^|, )([^=,]+)=/g)].map(([, column]) => column ?? '');
  return columns
    .map(
      (column) =>
        `'${column.replaceAll("'", "''")}=' || coalesce(to_jsonb(t) ->> '${column.replaceAll("'", "''")}', '')`,
    )
    .join(', ');
}
