import { messageOf } from '../../kernel/errors.ts';
import type { Difference, PartDifference } from '../../subject/difference.ts';
import { Explanation, type RowValues } from '../../subject/explanation.ts';
import type { Unread } from '../../subject/manifest.ts';
import { mergeSorted } from '../../subject/merge.ts';
import type { ValueSink } from '../../subject/store.ts';
import { contentDigest, type FileEntry, type Unreadable, walk } from './walk.ts';

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
  const hidden = new Hidden();
  for (const part of difference.parts) {
    const explanation = new Explanation(part, values);
    await compareFolders(folders, explanation, hidden);
    const explained = explanation.result();
    // The sums differ by what could be read on one side only.
    if (hidden.isEmpty || explained.changes.length > 0) parts.push(explained);
  }
  const known = new Set(difference.unread.map(({ what }) => what));
  const unread = hidden.list().filter(({ what }) => !known.has(what));
  return { ...difference, parts, unread: [...difference.unread, ...unread] };
}

/** What could not be read on one side, and all below it: nothing is known about it, least of all that it is missing. */
class Hidden {
  readonly #why = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#why.size === 0;
  }

  readonly add = ({ path, why }: Unreadable): void => {
    this.#why.set(path, why);
  };

  covers(path: string): boolean {
    if (this.#why.has('.')) return true;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
      if (this.#why.has(path.slice(0, end))) return true;
    return false;
  }

  list(): readonly Unread[] {
    return [...this.#why].map(([path, why]) => ({ what: `files: ${path}`, why }));
  }
}

async function compareFolders(
  { current, witness }: ExplainFolders,
  explanation: Explanation,
  hidden: Hidden,
): Promise<void> {
  const entries = mergeSorted(walk(witness, hidden.add), walk(current, hidden.add), (left, right) =>
    comparePaths(left.path, right.path),
  );
  for await (const [before, after] of entries) {
    if (before !== null && after !== null) {
      await compareFiles([before, after], explanation, hidden);
      continue;
    }
    const one = before ?? after;
    // A walk says what it cannot read before it goes on to later paths, so this side's word is there already.
    if (one === null || hidden.covers(one.path)) continue;
    const values = await valuesOf(one, hidden);
    explanation.add({
      operation: before === null ? 'insert' : 'delete',
      key: one.path,
      columns: [],
      before: before === null ? null : values,
      after: before === null ? values : null,
    });
  }
}

async function compareFiles(
  [before, after]: readonly [FileEntry, FileEntry],
  explanation: Explanation,
  hidden: Hidden,
): Promise<void> {
  const [one, other] = [await valuesOf(before, hidden), await valuesOf(after, hidden)];
  const columns = Object.keys(one).filter((name) => name !== 'size' && one[name] !== other[name]);
  // Of a content that could not be read only the size is known.
  const isContentUnknown = before.kind === after.kind && before.size === after.size && hidden.covers(after.path);
  const sure = isContentUnknown ? columns.filter((name) => name !== 'content') : columns;
  if (sure.length > 0)
    explanation.add({ operation: 'update', key: after.path, columns: sure, before: one, after: other });
}

async function valuesOf(entry: FileEntry, hidden: Hidden): Promise<RowValues> {
  const { path, kind, mode, target, size } = entry;
  const content = await contentDigest(entry).catch((error: unknown) => {
    hidden.add({ path, why: messageOf(error) });
    return null;
  });
  return { content, kind, mode, target, size: String(size) };
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
