import { RollproofError } from '../../kernel/errors.ts';
import { balanceOf } from '../../flow/balance.ts';
import { classify, type ClassifiedWrite, marksToAsk, type WriteEnd } from '../../flow/classify.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { ListedWrite } from '../../proof/facts.ts';
import { type Context, succeeded } from './context.ts';
import { foundOf, lookFor } from './looks.ts';

const MOST_LISTED = 50;

/** Worst first: what is listed must show every kind of thing that is wrong. */
const LISTED: readonly WriteEnd[] = ['resurrected', 'duplicated', 'lost', 'unresolved', 'failed-but-present'];
const GONE: ReadonlySet<WriteEnd> = new Set(['lost', 'waived']);

/** Law 8: what became of every write that was acknowledged. A bad balance is no failed step: it fails a claim. */
export async function balance(
  context: Context,
  request: { readonly workload: string; readonly when: 'verify' | 'watch' },
): Promise<NodeOutcome> {
  const { world } = context;
  const workload = world.plan.workload[request.workload];
  const worked = world.worked.get(request.workload);
  if (workload === undefined || worked === undefined)
    throw new RollproofError('could-not-read', `there is no ledger of ${request.workload}`);
  const began = world.ports.clock.monotonicMs();
  const { writes, live } = worked;
  const target = await lookFor(world, { workload, writes: marksToAsk(writes, 'target'), where: 'target' });
  const classified = classify({
    writes,
    live,
    target,
    placeOf: (operation) => foundOf(workload, operation) ?? { table: operation, key: 'id' },
    items: world.carried,
    waiver: workload.waive,
  });
  const { captured, ends, unaccounted } = balanceOf(classified);
  const gone = classified.filter((one) => GONE.has(one.end));
  await context.note('balance', {
    workload: request.workload,
    when: request.when,
    captured,
    ends,
    unaccounted,
    waiver: workload.waive ?? null,
    owners: ownersIn(classified),
    losers: tally(gone.map((one) => one.write.user)).map(([user, records]) => ({ user, records })),
    listed: listedIn(classified),
    oldestLostMs: gone.length === 0 ? null : Math.min(...gone.map((one) => one.write.invokedMs)),
    tookMs: world.ports.clock.monotonicMs() - began,
  });
  return succeeded(`${captured} captured, ${unaccounted} unaccounted for`);
}

function ownersIn(
  classified: readonly ClassifiedWrite[],
): readonly { readonly owner: string; readonly end: WriteEnd; readonly records: number }[] {
  return (['waived', 'parked'] as const).flatMap((end) =>
    tally(classified.flatMap((one) => (one.end === end && one.owner !== null ? [one.owner] : []))).map(
      ([owner, records]) => ({ owner, end, records }),
    ),
  );
}

/** Most first. */
function tally(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted((one, other) => other[1] - one[1]);
}

/** Of every kind some, before one kind takes all the room. */
function listedIn(classified: readonly ClassifiedWrite[]): readonly ListedWrite[] {
  const kinds = LISTED.map((end) => classified.filter((one) => one.end === end)).filter((kind) => kind.length > 0);
  const share = Math.floor(MOST_LISTED / Math.max(1, kinds.length));
  return kinds
    .flatMap((kind) => kind.slice(0, share))
    .map(({ write, table, key, end, why }) => ({
      mark: write.mark,
      operation: write.operation,
      user: write.user,
      table,
      key,
      end,
      why,
    }));
}
