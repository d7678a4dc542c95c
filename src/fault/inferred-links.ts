import type { ColumnShape, LinkShape, StoreShape, TableShape } from './shape.ts';

/**
 * References that nobody declared, guessed from names as people write them: `account_id`, `AccountId`, `fk_account`.
 * Only a guess: whoever uses one looks first whether the values are really found in the parent.
 */
export function withInferredLinks(shape: StoreShape): StoreShape {
  const parents = new Map<string, TableShape>();
  for (const table of shape.tables) {
    if (table.key?.length !== 1 || table.root !== null) continue;
    for (const name of singularsOf(table.label)) if (!parents.has(name)) parents.set(name, table);
  }
  return {
    ...shape,
    tables: shape.tables.map((table) => ({ ...table, links: [...table.links, ...guess(table, parents)] })),
  };
}

function guess(table: TableShape, parents: ReadonlyMap<string, TableShape>): LinkShape[] {
  return table.columns.flatMap((column) => {
    if (table.links.some((link) => link.column === column.name)) return [];
    const parent = parents.get(stemOf(column.name) ?? '');
    const key = parent?.columns.find((entry) => entry.name === parent.key?.[0]);
    if (parent === undefined || key === undefined || !isSameKind(column, key)) return [];
    if (parent.name === table.name && key.name === column.name) return [];
    return [{ column: column.name, parent: parent.name, parentColumn: key.name, inferred: true }];
  });
}

function isSameKind(column: ColumnShape, key: ColumnShape): boolean {
  return column.family === key.family && ['integer', 'uuid', 'text'].includes(key.family);
}

function stemOf(column: string): string | null {
  const plain = plainOf(column);
  const match = /^(?:fk_?)(.+)$|^(.+?)_?(?:id|fk|ref|key|no|uuid)$/.exec(plain);
  const stem = match?.[1] ?? match?.[2];
  return stem === undefined || stem === '' ? null : stem.replaceAll('_', '');
}

/** Both numbers of a word, because tables stand in either. */
function singularsOf(label: string): readonly string[] {
  const plain = plainOf(label).replaceAll('_', '');
  return [plain, plain.replace(/ies$/, 'y'), plain.replace(/(ss|x|ch|sh)es$/, '$1'), plain.replace(/s$/, '')];
}

function plainOf(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}
