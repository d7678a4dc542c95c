/** Where in the plan: keys and list positions from the root. */
export type PlanPath = readonly (string | number)[];

/** A mistake that keeps a plan from being loaded. One line for people: what is wrong, then what to write instead. */
export interface PlanProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** `procedures.go-back.steps[2].from`; empty for the plan as a whole. */
  readonly path: string;
  readonly message: string;
  readonly found?: string;
  readonly instead: string;
  /** The valid key or name that is closest to what was found. */
  readonly nearest?: string;
  /** The source line, and how many characters from `column` on are meant. */
  readonly excerpt: string;
  readonly length: number;
}

/** A problem before it has a place in the text. */
export interface ProblemDraft {
  readonly path: PlanPath;
  /** `key`: the caret stands under the key itself, because the value is not to blame. */
  readonly on?: 'key' | 'value';
  readonly message: string;
  readonly found?: string;
  readonly instead: string;
  readonly nearest?: string;
}

const EXCERPT_WIDTH = 110;

export function showPath(path: PlanPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('');
}

/** For the terminal: every problem with its source line and a caret. */
export function formatProblems(problems: readonly PlanProblem[]): string {
  return problems.map(formatProblem).join('\n\n');
}

function formatProblem(problem: PlanProblem): string {
  const { file, line, column, message, instead } = problem;
  const head = `${file}:${line}:${column}  ${message}`;
  const margin = ' '.repeat(String(line).length);
  return [head, ...formatExcerpt(problem, margin), `  ${margin} → ${instead}`].map(printable).join('\n');
}

function formatExcerpt({ excerpt, line, column, length }: PlanProblem, margin: string): readonly string[] {
  if (excerpt.trim() === '') return [];
  // Long lines are shown from shortly before the caret, so that the caret always stands under what is shown.
  const start = column > EXCERPT_WIDTH - 30 ? column - 30 : 0;
  const shown = excerpt.slice(start, start + EXCERPT_WIDTH);
  const caretAt = column - 1 - start;
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - caretAt)));
  return [`  ${line} | ${shown}`, `  ${margin} | ${' '.repeat(Math.max(0, caretAt))}${carets}`];
}

/** Control characters in a plan, and marks that turn the direction of text, must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

const FOUND_WIDTH = 60;

/** What stands in the plan, in words short enough for one line. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty mapping' : `a mapping with ${shorten(keys.join(', '))}`;
  }
  return typeof value === 'string'
    ? JSON.stringify(shorten(value))
    : typeof value === 'number'
      ? String(value)
      : JSON.stringify(value);
}

function shorten(text: string): string {
  return text.length <= FOUND_WIDTH ? text : `${text.slice(0, FOUND_WIDTH - 1)}…`;
}
