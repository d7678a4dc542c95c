import { isAlive } from '../adapters/process/proc.ts';
import { openJournalShelf } from '../adapters/sqlite/journal-shelf.ts';
import { cleanDrill } from '../drill/recover.ts';
import type { Clock } from '../kernel/clock.ts';
import type { JournalSummary } from '../journal/journal.ts';
import type { StateFolder } from './state.ts';
import { makeHost } from './wiring.ts';

/**
 * What processes that died left behind: their environments are removed, their open journals closed by one recorded
 * decision. Returns a sentence for each. Safe while others are drilling: only dead owners are touched.
 */
export async function recoverDead(state: StateFolder, clock: Clock): Promise<readonly string[]> {
  const host = makeHost({ state, clock });
  const said: string[] = [];
  for (const reaped of await host.reap()) {
    if (reaped.removed.length > 0) said.push(`environment ${reaped.id} was left behind and has been removed`);
    for (const leaked of reaped.leaked) said.push(`environment ${reaped.id}: ${leaked} could not be removed`);
  }
  const shelf = openJournalShelf(state.journal, clock);
  try {
    for (const summary of await shelf.list()) {
      if (summary.closed || isOwned(summary)) continue;
      const journal = await shelf.open(summary.drill, { create: false });
      const removeEnvironment = async (): Promise<{ readonly kind: 'succeeded'; readonly detail: string }> => {
        await host.remove(summary.drill).catch(() => undefined); // reaped above, or never made
        return { kind: 'succeeded', detail: 'removed after a crash' };
      };
      await cleanDrill({ journal, clock, cleaners: new Map([['release', removeEnvironment]]) }, { by: 'rollproof', reason: 'the process that ran it is gone; this release always cleans up' });
      await journal.close();
      said.push(`drill ${summary.drill} was cut off and has been cleaned up`);
    }
  } finally {
    await shelf.close();
  }
  return said;
}

function isOwned({ owner }: JournalSummary): boolean {
  return owner !== null && isAlive(owner);
}
