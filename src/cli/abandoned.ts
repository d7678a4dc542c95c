import { existsSync } from 'node:fs';
import { openJournalShelf } from '../adapters/sqlite/journal-shelf.ts';
import { cleanDrill, needsRecovery } from '../drill/recover.ts';
import type { Host } from '../environment/host.ts';
import type { JournalShelf } from '../journal/journal.ts';
import type { Clock } from '../kernel/clock.ts';
import { isRollproofError } from '../kernel/errors.ts';
import type { StateFolder } from './state.ts';

export interface Recovery {
  /** Drills whose process died, now closed by the recorded decision to clean. */
  readonly closed: readonly string[];
  /** Drills that another process runs right now. */
  readonly running: readonly string[];
  /** What could not be removed. */
  readonly leaked: readonly string[];
}

/** Ends every drill of the state folder whose process died: one decision each, journaled before anything is removed. */
export async function recoverAbandoned(
  state: StateFolder,
  ports: { readonly host: Host; readonly clock: Clock },
): Promise<Recovery> {
  if (!existsSync(state.journal)) return { closed: [], running: [], leaked: [] };
  const shelf = openJournalShelf(state.journal, ports.clock);
  const closed: string[] = [];
  const running: string[] = [];
  const leaked: string[] = [];
  try {
    for (const summary of await shelf.list()) {
      if (summary.closed) continue;
      const done = await recoverOne(shelf, summary.drill, ports);
      if (done === 'running') running.push(summary.drill);
      else {
        closed.push(summary.drill);
        leaked.push(...done);
      }
    }
    return { closed, running, leaked };
  } finally {
    await shelf.close();
  }
}

async function recoverOne(
  shelf: JournalShelf,
  drill: string,
  { host, clock }: { readonly host: Host; readonly clock: Clock },
): Promise<'running' | readonly string[]> {
  const journal = await openUnlessRunning(shelf, drill);
  if (journal === null) return 'running';
  const leaked: string[] = [];
  try {
    if (!needsRecovery(await journal.read())) return [];
    await cleanDrill(
      {
        journal,
        clock,
        cleaners: new Map([
          [
            'release',
            async () => {
              leaked.push(...(await removeEnvironment(host, drill)));
              return leaked.length === 0
                ? { kind: 'succeeded', detail: 'nothing is left' }
                : { kind: 'failed', detail: `left behind: ${leaked.join(', ')}`, blame: 'rollproof' };
            },
          ],
        ]),
      },
      { by: 'rollproof clean', reason: 'its process is gone' },
    );
    return leaked;
  } finally {
    await journal.close();
  }
}

async function openUnlessRunning(
  shelf: JournalShelf,
  drill: string,
): Promise<Awaited<ReturnType<JournalShelf['open']>> | null> {
  try {
    return await shelf.open(drill, { create: false });
  } catch (error) {
    if (isRollproofError(error) && error.code === 'already-running') return null;
    throw error;
  }
}

/** The environment of a drill carries its id. */
async function removeEnvironment(host: Host, id: string): Promise<readonly string[]> {
  const exists = (await host.list()).some((each) => each.id === id);
  return exists ? (await host.remove(id)).leaked : [];
}
