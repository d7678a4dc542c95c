import type { Difference, PartDifference } from '../../subject/difference.ts';
import { Explanation, type RowValues } from '../../subject/explanation.ts';
import { mergeSorted } from '../../subject/merge.ts';
import type { ValueSink } from '../../subject/store.ts';
import { contentDigest, type FileEntry, walk } from './walk.ts';

export interface ExplainFolders {
  readonly current: string;
  /** A folder that still holds the earlier state. */
  readonly witness: string;
}

/** Names the files behind a difference and what changed about them. */
export async function explainDirectory(
  difference: Difference,
  folders: ExplainFolders,
  values: ValueSink,
): Promise<Difference> {
  const parts: PartDifference[] = [];
  for (const part of difference.parts) {
    const explanation = new Explanation(part, values);
    await compareFolders(folders, explanation);
    parts.push(explanation.result());
  }
  return { ...difference, parts };
}

async function compareFolders({ current, witness }: ExplainFolders, explanation: Explanation): Promise<void> {
  // why: what cannot be read stands in the manifests already
  const ignore = (): void => undefined;
  const entries = mergeSorted(walk(witness, ignore), walk(current, ignore), (left, right) =>
    comparePaths(left.path, right.path),
  );
  for await (const [before, after] of entries) {
    if (before === null)
      explanation.add({
        operation: 'insert',
        key: after.path,
        columns: [],
        before: null,
        after: await valuesOf(after),
      });
    else if (after === null)
      explanation.add({
        operation: 'delete',
        key: before.path,
        columns: [],
        before: await valuesOf(before),
        after: null,
      });
    else await compareFiles(before, after, explanation);
  }
}

async function compareFiles(before: FileEntry, after: FileEntry, explanation: Explanation): Promise<void> {
  const [one, other] = [await valuesOf(before), await valuesOf(after)];
  const columns = Object.keys(one).filter((name) => name !== 'size' && one[name] !== other[name]);
  if (columns.length > 0) explanation.add({ operation: 'update', key: after.path, columns, before: one, after: other });
}

async function valuesOf(entry: FileEntry): Promise<RowValues> {
  const { kind, mode, target, size } = entry;
  return { content: await contentDigest(entry), kind, mode, target, size: String(size) };
}

/** The order of the walk: folder by folder, each level by bytes. */
function comparePaths(left: string, right: string): number {
  const [one, other] = [left.split('/'), right.split('/')];
  for (let level = 0; level < Math.min(one.length, other.length); level += 1) {
    const place = Buffer.compare(Buffer.from(one[level] ?? ''), Buffer.from(other[level] ?? ''));
    if (place !== 0) return place;
  }
  return one.length - other.length;
}
