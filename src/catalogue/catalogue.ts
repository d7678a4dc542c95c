import { backupDefects } from './backup-defects.ts';
import { dataFaults } from './data-faults.ts';
import type { CatalogueEntry } from './entry.ts';
import { flowFailures } from './flow-failures.ts';
import { goLiveFailures } from './go-live-failures.ts';
import { triggers } from './triggers.ts';

/** Everything that is known to go wrong, by stable id. */
export const catalogue: readonly CatalogueEntry[] = [
  ...triggers,
  ...dataFaults,
  ...flowFailures,
  ...goLiveFailures,
  ...backupDefects,
];

const byId: ReadonlyMap<string, CatalogueEntry> = new Map(catalogue.map((entry) => [entry.id, entry]));

export function findCatalogueEntry(id: string): CatalogueEntry | undefined {
  return byId.get(id);
}
