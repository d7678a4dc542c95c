import type { Present, TouchedTable } from '../../../flow/changes.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import { compareManifests } from '../../../subject/compare.ts';
import type { RowChange } from '../../../subject/difference.ts';
import type { World } from '../../world.ts';

/** Files that differ from the copy made when the new state was read, of one folder. */
export async function filesSinceLive(
  world: World,
  { in: name, path }: { readonly in: string; readonly path?: string | undefined },
): Promise<readonly RowChange[]> {
  const witness = world.twins.get('live')?.get(name);
  if (witness === undefined) throw new RollproofError('could-not-read', `there is no copy of ${name} as it was`);
  const live = world.reading(name, 'live');
  const store = world.store(name);
  const coarse = compareManifests(live, await store.read({ like: live }));
  const named = coarse.parts.length === 0 ? coarse : await store.explain(coarse, witness, () => undefined);
  return named.parts.flatMap(({ changes }) => changes).filter(({ key }) => isBelow(key, path));
}

function isBelow(file: string, folder: string | undefined): boolean {
  const prefix = (folder ?? '').replace(/^\.?\/?|\/+$/g, '');
  return prefix === '' || file.startsWith(`${prefix}/`);
}

export function touchedFiles(table: string, changes: readonly RowChange[]): readonly TouchedTable[] {
  if (changes.length === 0) return [];
  const count = (operation: RowChange['operation']): number =>
    changes.filter((change) => change.operation === operation).length;
  return [
    {
      table,
      inserts: count('insert'),
      updates: count('update'),
      deletes: count('delete'),
      keys: changes.map(({ key }) => key),
      unkeyed: 0,
    },
  ];
}

/** Which of the files are there, by how they differ from then: what differs no more is as it was then. */
export function filesPresent(table: string, touched: readonly RowChange[], now: readonly RowChange[]): Present {
  const byKey = new Map(now.map(({ key, operation }) => [key, operation]));
  const there = touched.filter(({ key, operation }) => {
    const differs = byKey.get(key);
    return differs === undefined ? operation !== 'insert' : differs !== 'delete';
  });
  return new Map([[table, new Set(there.map(({ key }) => key))]]);
}
