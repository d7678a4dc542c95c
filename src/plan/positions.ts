import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { type PlanPath, type PlanProblem, type ProblemDraft, showPath } from './problem.ts';

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Finds the text that a part of the plan comes from; for what is missing, the nearest enclosing part that exists. */
export interface Positions {
  of(path: PlanPath, on?: 'key' | 'value'): Place;
  /** A problem with its place and its source line. */
  problem(draft: ProblemDraft): PlanProblem;
}

/** A plan as text and as the tree of nodes that it was read into. */
export interface Source {
  readonly text: string;
  readonly file: string;
  readonly lineCounter: LineCounter;
  readonly document: Document.Parsed;
}

type Said = Pick<PlanProblem, 'message' | 'found' | 'instead'>;

export function problemAt(source: Source, [from, to]: readonly [number, number], said: Said): PlanProblem {
  return { file: source.file, path: '', ...placeOf(source, from, to), ...excerptOf(source, from), ...said };
}

function excerptOf(source: Source, offset: number): { readonly excerpt: string } {
  const { line } = placeOf(source, offset, offset);
  return { excerpt: source.text.split(/\r?\n/, line)[line - 1] ?? '' };
}

export function placeOf(source: Source, from: number, to: number): Place {
  const start = Math.max(0, Math.min(from, source.text.length));
  const { line, col } = source.lineCounter.linePos(start);
  const endOfLine = source.text.indexOf('\n', start);
  const end = endOfLine === -1 ? to : Math.min(to, endOfLine);
  return { line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, end - start) };
}

export function positionsOf(source: Source): Positions {
  return {
    of: (path, on = 'value') => placeOf(source, ...rangeOf(source, path, on)),
    problem: ({ path, on, ...said }) => {
      const [from, to] = rangeOf(source, path, on ?? 'value');
      const place = { ...placeOf(source, from, to), ...excerptOf(source, from) };
      return { file: source.file, path: showPath(path), ...place, ...said };
    },
  };
}

function rangeOf(source: Source, path: PlanPath, on: 'key' | 'value'): readonly [number, number] {
  const trail = trailOf(source.document, path);
  const last = trail.at(-1);
  const whole = source.document.contents?.range ?? [0, 0];
  if (last === undefined) return [whole[0], whole[0]];
  // What is missing is shown at the key of the part that should hold it.
  const isValueMeant = on === 'value' && trail.length === path.length;
  const node = isValueMeant ? (last.value ?? last.key) : (last.key ?? last.value);
  const [from, to] = node?.range ?? whole;
  return [from, to];
}

interface Stop {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** The nodes passed on the way down, as far as the path exists. */
function trailOf(document: Document.Parsed, path: PlanPath): readonly Stop[] {
  const trail: Stop[] = [];
  let node: unknown = document.contents;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    const stop = stopAt(node, part);
    if (stop === undefined) return trail;
    trail.push(stop);
    node = stop.value;
  }
  return trail;
}

function stopAt(node: unknown, part: string | number): Stop | undefined {
  if (isSeq(node)) {
    const item = typeof part === 'number' ? (node.items[part] as Node | undefined) : undefined;
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.findLast(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
  );
  return pair === undefined
    ? undefined
    : { key: pair.key as Node, value: (pair.value ?? undefined) as Node | undefined };
}
