import { LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../kernel/errors.ts';
import { type Place, type Positions, positionsOf, type Source } from './positions.ts';
import { type PlanPath, type PlanProblem, type ProblemDraft, showPath } from './problem.ts';
import { lowerFirst, nodeProblems, syntaxProblem } from './syntax.ts';

/** More than any plan needs; guards against files that cost more to read than they are worth. */
const LIMITS = { characters: 2_000_000, aliases: 100, depth: 40 } as const;
const MAX_SYNTAX_PROBLEMS = 20;

export interface PlanDocument {
  readonly value: unknown;
  readonly positions: Positions;
  readonly problems: readonly PlanProblem[];
  /** The text is not YAML that can be understood: nothing behind it is worth checking. */
  readonly isBroken: boolean;
}

export function readDocument(text: string, file: string): PlanDocument {
  if (text.length > LIMITS.characters) return tooLarge(text, file);
  const source = parseSource(text, file);
  const { document } = source;
  const positions = positionsOf(source);
  const found = [...document.errors, ...document.warnings].slice(0, MAX_SYNTAX_PROBLEMS);
  const problems = found.map((error) => syntaxProblem(error, source));
  const isBroken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  if (isBroken) return { value: undefined, positions, problems, isBroken };
  return withValue(source, positions, problems);
}

/** The tree of nodes with their places; says nothing about whether it is a plan. */
export function parseSource(text: string, file: string): Source {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    lineCounter,
  });
  return { text, file, lineCounter, document };
}

function withValue(source: Source, positions: Positions, problems: readonly PlanProblem[]): PlanDocument {
  const broken = (draft: ProblemDraft): PlanDocument => ({
    value: undefined,
    positions,
    problems: [...problems, positions.problem(draft)],
    isBroken: true,
  });
  const unusable = nodeProblems(source);
  if (unusable.length > 0) return { value: undefined, positions, problems: [...problems, ...unusable], isBroken: true };
  try {
    const value: unknown = source.document.toJS({ maxAliasCount: LIMITS.aliases });
    const drafts = [...valueProblems(value)];
    return {
      value,
      positions,
      problems: [...problems, ...drafts.map(positions.problem)],
      isBroken: drafts.some(isFatal),
    };
  } catch (error) {
    // why: the library has no other answer to an alias bomb than to throw while expanding it.
    return broken({
      path: [],
      message: `the file cannot be expanded: ${lowerFirst(messageOf(error))}`,
      instead: 'write the repeated parts out instead of using anchors and aliases',
    });
  }
}

const FATAL_INSTEAD =
  'write the value out; an alias may not stand inside what it names, and nothing may nest deeper than 40 levels';

function isFatal(draft: ProblemDraft): boolean {
  return draft.instead === FATAL_INSTEAD;
}

/** What YAML can say and a plan cannot: cycles, endless nesting, numbers that lose digits, a key that no object can hold. */
function* valueProblems(root: unknown): Generator<ProblemDraft> {
  const open = new Set<unknown>();
  function* walk(value: unknown, path: PlanPath): Generator<ProblemDraft> {
    if (typeof value === 'number') yield* numberProblems(value, path);
    if (typeof value !== 'object' || value === null) return;
    if (open.has(value) || path.length > LIMITS.depth) {
      yield {
        path,
        message: `\`${showPath(path.slice(0, 6))}\` contains itself or nests too deep`,
        instead: FATAL_INSTEAD,
      };
      return;
    }
    open.add(value);
    for (const [key, member] of Object.entries(value)) {
      const at = [...path, Array.isArray(value) ? Number(key) : key];
      if (key === '__proto__')
        yield {
          path: at,
          on: 'key',
          message: '`__proto__` cannot be a key',
          found: key,
          instead: 'choose another name',
        };
      else yield* walk(member, at);
    }
    open.delete(value);
  }
  yield* walk(root, []);
}

function* numberProblems(value: number, path: PlanPath): Generator<ProblemDraft> {
  if (Number.isSafeInteger(value) || (Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return;
  const message = `\`${showPath(path)}\` is a number that cannot be held exactly: ${value}`;
  yield { path, message, found: String(value), instead: 'write a smaller number, or text in quotes' };
}

function tooLarge(text: string, file: string): PlanDocument {
  const problem: PlanProblem = {
    file,
    line: 1,
    column: 1,
    length: 1,
    path: '',
    excerpt: '',
    message: `the file has ${text.length} characters; a plan has at most ${LIMITS.characters}`,
    instead: 'name large files in the plan instead of writing their content into it',
  };
  const of = (): Place => ({ line: 1, column: 1, length: 1 });
  return {
    value: undefined,
    problems: [problem],
    isBroken: true,
    positions: { of, problem: (draft) => ({ ...problem, ...draft, path: showPath(draft.path) }) },
  };
}
