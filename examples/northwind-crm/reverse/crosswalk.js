import { readFile } from 'node:fs/promises';

/** CSV with a header: legacy_table, legacy_id, new_id, and legacy_version where a conflict is to be seen. */
export async function readCrosswalk(path) {
  const [header, ...lines] = (await readFile(path, 'utf8')).trim().split(/\r?\n/);
  const columns = header.split(',').map((name) => name.trim());
  const byNewId = new Map();
  for (const line of lines.filter((each) => each !== '')) {
    const cells = line.split(',');
    const row = Object.fromEntries(columns.map((name, index) => [name, cells[index]?.trim() ?? '']));
    byNewId.set(row.new_id, {
      table: row.legacy_table,
      id: Number(row.legacy_id),
      version: row.legacy_version ? Number(row.legacy_version) : undefined,
    });
  }
  return byNewId;
}
