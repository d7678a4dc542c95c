import type { Write } from './ledger.ts';

export const WRITE_ENDS = [
  'kept',
  'replayed',
  'parked',
  'waived',
  'lost',
  'duplicated',
  'resurrected',
  'failed-and-absent',
  'failed-but-present',
  'unresolved',
] as const;
/** What became of a write. */
export type WriteEnd = (typeof WRITE_ENDS)[number];

/** The rows that carry a mark in one store, or why nobody could look. */
export type Look = { readonly keys: readonly string[] } | { readonly trouble: string };

/** What a carrying back says about a write: done again in the target state, or given to somebody. */
export interface CarriedItem {
  readonly outcome: 'replayed' | 'parked';
  readonly mark?: string;
  /** Instead of the mark: where the record stood. `key` as `column=value`. */
  readonly table?: string;
  readonly key?: string;
  readonly owner?: string;
  readonly reason?: string;
}

export interface WriteWaiver {
  readonly by: string;
  readonly why: string;
  readonly upTo: number;
}

/** Where the record of an operation stands. */
export interface WritePlace {
  readonly table: string;
  /** Column. */
  readonly key: string;
}

export interface ClassifyRequest {
  readonly writes: readonly Write[];
  /** By mark. Asked where the write was made, for those of which nobody knows and those refused. */
  readonly live: ReadonlyMap<string, Look>;
  /** By mark. Asked in the target state, for all. */
  readonly target: ReadonlyMap<string, Look>;
  readonly placeOf: (operation: string) => WritePlace;
  readonly items?: readonly CarriedItem[];
  readonly waiver?: WriteWaiver | undefined;
}

export interface ClassifiedWrite {
  readonly write: Write;
  /** Acknowledged, or unknown and found. */
  readonly captured: boolean;
  readonly end: WriteEnd;
  readonly why: string;
  readonly table: string;
  /** `column=value`, null where it is not known. */
  readonly key: string | null;
  readonly owner: string | null;
}

type Judged = Pick<ClassifiedWrite, 'captured' | 'end' | 'why' | 'owner'>;

/** Law 8: every write gets exactly one end. */
export function classify(request: ClassifyRequest): readonly ClassifiedWrite[] {
  const chains = new Map<number, Write[]>();
  for (const write of request.writes) {
    const chain = chains.get(write.record) ?? [];
    chains.set(write.record, chain);
    chain.push(write);
  }
  const items = itemsBy(request.items ?? []);
  const judged = request.writes.map((write) => {
    const chain = (chains.get(write.record) ?? []).toSorted((one, other) => one.index - other.index);
    const { table, key: column } = request.placeOf(write.operation);
    const id = chain.find((one) => one.id !== null)?.id;
    const found = keysIn(request.target.get(write.mark));
    const key = id === undefined ? (found[0] ?? null) : `${column}=${id ?? ''}`;
    const item = items(write.mark, table, key);
    return { write, table, key, ...judge({ write, chain, item, request }) };
  });
  return withWaiver(judged, request.waiver);
}

interface Case {
  readonly write: Write;
  /** All operations on the same record, in their order. */
  readonly chain: readonly Write[];
  readonly item: CarriedItem | undefined;
  readonly request: ClassifyRequest;
}

function judge(made: Case): Judged {
  const { write, request } = made;
  if (write.outcome === 'ok') return judgeCaptured(made, write.why);
  const live = effectOf(made, request.live);
  const target = effectOf(made, request.target);
  // A record that is not there any more in the target state proves no delete: it may never have been there.
  const isSeen = live === 'present' || (write.kind !== 'delete' && target === 'present');
  if (write.outcome === 'failed' && isSeen)
    return notCaptured('failed-but-present', `refused (${write.why}), and nevertheless done`);
  if (write.outcome === 'unknown' && isSeen) return judgeCaptured(made, `${write.why}; found when looked for`);
  if (live === 'unasked' || target === 'unasked') return notCaptured('unresolved', `${write.why}; ${troubleIn(made)}`);
  return notCaptured('failed-and-absent', `${write.why}; not there when looked for`);
}

function notCaptured(end: WriteEnd, why: string): Judged {
  return { captured: false, end, why, owner: null };
}

function judgeCaptured(made: Case, why: string): Judged {
  const { write } = made;
  const captured = (end: WriteEnd, reason: string, owner: string | null = null): Judged => ({
    captured: true,
    end,
    why: reason,
    owner,
  });
  if (effectOf(made, made.request.target) === 'unasked') return captured('unresolved', troubleIn(made));
  return write.kind === 'delete' ? judgeDelete(made, captured, why) : judgeRecord(made, captured, why);
}

type Captured = (end: WriteEnd, reason: string, owner?: string | null) => Judged;

function judgeRecord(made: Case, captured: Captured, why: string): Judged {
  const { write, item, request } = made;
  const rows = keysIn(request.target.get(write.mark)).length;
  if (rows > 1) return captured('duplicated', `there ${rows} times`);
  if (rows === 1 && item?.outcome === 'parked')
    return captured('duplicated', 'there, and parked as well: whoever works through the list enters it a second time');
  if (rows === 1) return captured(item?.outcome === 'replayed' ? 'replayed' : 'kept', why);
  if (isSuperseded(made)) return captured('kept', 'what came later on the same record is as it should be');
  if (item?.outcome === 'replayed') return captured('lost', 'said to be replayed, and not there');
  return fromParked(item, captured) ?? captured('lost', 'acknowledged, and not there any more');
}

function judgeDelete(made: Case, captured: Captured, why: string): Judged {
  const { item, request } = made;
  const back = marksOf(made).flatMap((mark) => keysIn(request.target.get(mark)));
  if (back.length === 0) return captured(item?.outcome === 'replayed' ? 'replayed' : 'kept', why);
  return fromParked(item, captured) ?? captured('resurrected', 'deleted, and there again');
}

function fromParked(item: CarriedItem | undefined, captured: Captured): Judged | null {
  if (item?.outcome !== 'parked') return null;
  const { owner, reason = 'not replayed' } = item;
  return owner === undefined
    ? captured('lost', `parked with nobody who owns it (${reason})`)
    : captured('parked', reason, owner);
}

/** An update hides the mark of what it changed; a delete hides all of them. */
function isSuperseded({ write, chain, request }: Case): boolean {
  const later = chain.filter((one) => one.index > write.index && one.outcome !== 'failed');
  return later.some((one) => {
    const seen = effectOf({ write: one, chain }, request.target);
    const known = one.outcome === 'ok' || effectOf({ write: one, chain }, request.live) === 'present';
    return known && seen === 'present';
  });
}

type Effect = 'present' | 'absent' | 'unasked';

function effectOf({ write, chain }: Pick<Case, 'write' | 'chain'>, looks: ReadonlyMap<string, Look>): Effect {
  const marks = write.kind === 'delete' ? marksOf({ write, chain }) : [write.mark];
  const seen = marks.map((mark) => looks.get(mark));
  if (seen.some((look) => look === undefined || 'trouble' in look)) return 'unasked';
  const isThere = seen.some((look) => keysIn(look).length > 0);
  return isThere === (write.kind !== 'delete') ? 'present' : 'absent';
}

/** What the record may carry before this operation. */
function marksOf({ write, chain }: Pick<Case, 'write' | 'chain'>): readonly string[] {
  return chain.filter((one) => one.index < write.index && one.kind !== 'delete').map((one) => one.mark);
}

function troubleIn({ write, chain, request }: Case): string {
  const looks = [write.mark, ...marksOf({ write, chain })].flatMap((mark) => [
    request.target.get(mark),
    request.live.get(mark),
  ]);
  const trouble = looks.find((look) => look !== undefined && 'trouble' in look);
  return trouble !== undefined && 'trouble' in trouble ? trouble.trouble : 'nobody looked for it';
}

export function keysIn(look: Look | undefined): readonly string[] {
  return look !== undefined && 'keys' in look ? look.keys : [];
}

function itemsBy(
  items: readonly CarriedItem[],
): (mark: string, table: string, key: string | null) => CarriedItem | undefined {
  const named = new Map<string, CarriedItem>();
  for (const item of items) {
    if (item.mark !== undefined) named.set(`mark ${item.mark}`, item);
    else if (item.table !== undefined && item.key !== undefined) named.set(`row ${item.table} ${item.key}`, item);
  }
  return (mark, table, key) =>
    named.get(`mark ${mark}`) ?? (key === null ? undefined : named.get(`row ${table} ${key}`));
}

/** What is lost and signed for is waived, oldest first; what is more than was signed for stays lost. */
function withWaiver(all: readonly ClassifiedWrite[], waiver: WriteWaiver | undefined): readonly ClassifiedWrite[] {
  if (waiver === undefined) return all;
  const lost = all
    .filter((one) => one.end === 'lost')
    .toSorted((one, other) => one.write.invokedMs - other.write.invokedMs || one.write.index - other.write.index);
  const waived = new Set(lost.slice(0, waiver.upTo));
  return all.map((one) => (waived.has(one) ? { ...one, end: 'waived', owner: waiver.by, why: waiver.why } : one));
}

/** Marks to be asked for where the writes were made, and in the target state. */
export function marksToAsk(writes: readonly Write[], where: 'live' | 'target'): readonly Write[] {
  const records = writes.filter((write) => write.kind !== 'delete');
  if (where === 'target') return records;
  const doubtful = new Set(writes.filter((write) => write.outcome !== 'ok').map((write) => write.record));
  return records.filter((write) => doubtful.has(write.record));
}
