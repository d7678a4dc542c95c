import { existsSync } from 'node:fs';
import { openJournalShelf } from '../adapters/sqlite/journal-shelf.ts';
import { systemClock } from '../adapters/process/clock.ts';
import type { JournalShelf } from '../journal/journal.ts';
import { type Facts, factsOf } from '../proof/facts.ts';
import type { StateFolder } from './state.ts';

export interface KeptDrill {
  readonly drill: string;
  readonly kept: Facts['kept'];
}

/** Drills whose environment was kept, oldest first, whether or not it still exists. */
export async function keptDrills(state: StateFolder): Promise<readonly KeptDrill[]> {
  if (!existsSync(state.journal)) return [];
  const shelf = openJournalShelf(state.journal, systemClock());
  try {
    const found: KeptDrill[] = [];
    for (const { drill, closed } of await shelf.list()) {
      const kept = closed ? await keptFacts(shelf, drill) : undefined;
      if (kept !== undefined) found.push({ drill, kept });
    }
    return found;
  } finally {
    await shelf.close();
  }
}

async function keptFacts(shelf: JournalShelf, drill: string): Promise<Facts['kept'] | undefined> {
  const journal = await shelf.open(drill, { create: false });
  try {
    return factsOf(await journal.read(), 'kept').at(-1)?.facts;
  } finally {
    await journal.close();
  }
}

/** `crm-db` → `CRM_DB`: a name that a shell takes. */
export function variableName(system: string): string {
  return system
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_');
}
