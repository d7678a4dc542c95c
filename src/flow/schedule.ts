import { invariant } from '../kernel/errors.ts';
import { seededRandom } from '../kernel/random.ts';

export type OperationKind = 'create' | 'update' | 'delete';

/** What the users of a workload may do, as often as its share says. */
export interface OperationChoice {
  readonly name: string;
  readonly kind: OperationKind;
  readonly share: number;
  /** update, delete: the operation whose records it works on. */
  readonly of: string | null;
}

export interface ScheduleRequest {
  readonly operations: readonly OperationChoice[];
  readonly users: readonly string[];
  readonly writes: number;
  readonly seed: number;
  /** Makes the marks unique among drills. */
  readonly prefix: string;
}

export interface PlannedOperation {
  readonly index: number;
  /** Written into the record, so that the record can be found again. */
  readonly mark: string;
  readonly operation: string;
  readonly kind: OperationKind;
  readonly user: string;
  /** Index of the operation that creates the record worked on; of a create its own. */
  readonly record: number;
  /** The operation before it on the same record: only when that one was acknowledged is this one tried. */
  readonly after: number | null;
}

/** Who does what, in which order. The same seed gives the same work. */
export function scheduleOf(request: ScheduleRequest): readonly PlannedOperation[] {
  const random = seededRandom(request.seed);
  const { operations, users, writes } = request;
  invariant(operations.some((one) => one.kind === 'create') && users.length > 0, 'a workload without creates or users');
  const drawn = operations.flatMap((one) => Array.from({ length: one.share }, () => one));
  const records = new Records();
  return Array.from({ length: writes }, (_, index) => {
    const wanted = random.pick(drawn);
    const open = wanted.of === null ? [] : records.open(wanted.of);
    const planned =
      wanted.kind === 'create' || open.length === 0
        ? { choice: creating(operations, wanted), last: null, user: random.pick(users) }
        : onRecord(wanted, random.pick(open));
    const { choice, last, user } = planned;
    const operation: PlannedOperation = {
      index,
      mark: markOf(request.prefix, index),
      operation: choice.name,
      kind: choice.kind,
      user,
      record: last?.record ?? index,
      after: last?.index ?? null,
    };
    records.add(operation);
    return operation;
  });
}

/** All of one length: a query that looks for a part of a text must not find mark 17 when it looks for mark 1. */
function markOf(prefix: string, index: number): string {
  return `${prefix}-${String(index).padStart(6, '0')}`;
}

interface Chosen {
  readonly choice: OperationChoice;
  readonly last: PlannedOperation | null;
  readonly user: string;
}

/** Whoever made a record works on it, because others may not be allowed to. */
function onRecord(choice: OperationChoice, last: PlannedOperation): Chosen {
  return { choice, last, user: last.user };
}

/** While there is no record to work on, one is made. */
function creating(operations: readonly OperationChoice[], wanted: OperationChoice): OperationChoice {
  if (wanted.kind === 'create') return wanted;
  const maker = operations.find((one) => one.name === wanted.of);
  invariant(maker?.kind === 'create', `${wanted.name} works on the records of an operation that creates none`);
  return maker;
}

/** The last operation on every record that still is there, by the operation that made it. */
class Records {
  private readonly lists = new Map<string, PlannedOperation[]>();
  private readonly places = new Map<number, { readonly list: PlannedOperation[]; at: number }>();

  open(maker: string): readonly PlannedOperation[] {
    return this.lists.get(maker) ?? [];
  }

  add(operation: PlannedOperation): void {
    if (operation.kind === 'create') {
      const list = this.lists.get(operation.operation) ?? [];
      this.lists.set(operation.operation, list);
      this.places.set(operation.record, { list, at: list.push(operation) - 1 });
      return;
    }
    const place = this.places.get(operation.record);
    invariant(place !== undefined, `operation ${operation.index} works on a record that nothing made`);
    if (operation.kind === 'update') place.list[place.at] = operation;
    else this.remove(operation.record, place);
  }

  /** The last one of the list takes its place, so that removing takes no time. */
  private remove(record: number, { list, at }: { readonly list: PlannedOperation[]; readonly at: number }): void {
    const last = list.pop();
    this.places.delete(record);
    if (last === undefined || last.record === record) return;
    list[at] = last;
    const moved = this.places.get(last.record);
    if (moved !== undefined) moved.at = at;
  }
}
