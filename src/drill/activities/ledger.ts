import { isKeyOf, names } from '../../subject/allowance.ts';
import type { PartDifference } from '../../subject/difference.ts';
import type { LedgerEntry } from '../world.ts';
import type { Context } from './context.ts';

/** Law 8: a write that was acknowledged must be seen at the end. Where rows are not all listed it cannot be missed. */
export async function noteLedger(context: Context, storeName: string): Promise<void> {
  const { world } = context;
  const parts = world.finalDifferences.get(storeName)?.parts ?? [];
  for (const { store, part: name, operation, key, why } of world.ledger) {
    if (store !== storeName || key === null) continue;
    const part = parts.find((one) => names(name, one.part));
    await context.note('ledger', { store, part: name, key, why, found: isThere({ part, operation, key }) });
  }
}

function isThere(looked: {
  readonly part: PartDifference | undefined;
  readonly operation: LedgerEntry['operation'];
  readonly key: string;
}): boolean {
  const { part, operation, key } = looked;
  if (part === undefined) return false;
  const total = part.totals?.[operation];
  const changes = part.changes.filter((change) => change.operation === operation);
  const column = key.slice(0, key.indexOf('=') + 1);
  const isNamedSo = changes.some((change) => change.key.split(', ').some((each) => each.startsWith(column)));
  if (total === undefined || changes.length < total || (changes.length > 0 && !isNamedSo)) return true;
  return changes.some((change) => isKeyOf(key, change));
}
