import { type Markup, markup } from './markup.ts';

interface Run {
  readonly text: string;
  readonly isChanged: boolean;
}

/** Beyond this many words the comparison would cost more than it shows. */
const MAX_WORDS = 600;

/** Two definitions side by side, with the words that are not in the other one marked. */
export function markChanges(before: string, after: string): { readonly before: Markup; readonly after: Markup } {
  const { left, right } = changedRuns(before, after);
  return {
    before: markup`${left.map((run) => (run.isChanged ? markup`<del>${run.text}</del>` : run.text))}`,
    after: markup`${right.map((run) => (run.isChanged ? markup`<ins>${run.text}</ins>` : run.text))}`,
  };
}

export function changedRuns(
  before: string,
  after: string,
): { readonly left: readonly Run[]; readonly right: readonly Run[] } {
  const left = wordsOf(before);
  const right = wordsOf(after);
  if (left.length > MAX_WORDS || right.length > MAX_WORDS) {
    return { left: [{ text: before, isChanged: true }], right: [{ text: after, isChanged: true }] };
  }
  const { keptLeft, keptRight } = commonWords(left, right);
  return { left: runsOf(left, keptLeft), right: runsOf(right, keptRight) };
}

function wordsOf(text: string): string[] {
  return text.match(/\w+|\s+|[^\w\s]/g) ?? [];
}

/** Longest common subsequence; returns the positions that both sides share. */
function commonWords(
  left: readonly string[],
  right: readonly string[],
): { keptLeft: Set<number>; keptRight: Set<number> } {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  const lengthAt = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        left[i] === right[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
    }
  }
  const keptLeft = new Set<number>();
  const keptRight = new Set<number>();
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) {
      keptLeft.add(i);
      keptRight.add(j);
      i += 1;
      j += 1;
    } else if (lengthAt(i + 1, j) >= lengthAt(i, j + 1)) i += 1;
    else j += 1;
  }
  return { keptLeft, keptRight };
}

function runsOf(words: readonly string[], kept: ReadonlySet<number>): Run[] {
  const runs: Array<{ text: string; isChanged: boolean }> = [];
  words.forEach((word, index) => {
    const isChanged = !kept.has(index);
    const last = runs.at(-1);
    if (last?.isChanged === isChanged) last.text += word;
    else runs.push({ text: word, isChanged });
  });
  return runs;
}
