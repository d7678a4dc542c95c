import { isNode, isScalar, visit, type YAMLError } from 'yaml';
import { problemAt, type Source } from './positions.ts';
import type { PlanProblem } from './problem.ts';

/** What must be refused before the document becomes values: aliases that lead nowhere, keys that are no text. */
export function nodeProblems(source: Source): readonly PlanProblem[] {
  const problems: PlanProblem[] = [];
  visit(source.document, {
    Alias: (_, alias) => {
      if (alias.resolve(source.document) !== undefined) return;
      const at = alias.range?.[0] ?? 0;
      const message = `the alias \`*${alias.source}\` has no anchor \`&${alias.source}\` before it`;
      const instead = 'write the value out, or in quotes if a text begins with `*`';
      problems.push(
        problemAt(source, [at, at + alias.source.length + 1], { message, found: `*${alias.source}`, instead }),
      );
    },
    Pair: (_, pair) => {
      if (!isNode(pair.key) || isScalar(pair.key)) return;
      const [from, to] = pair.key.range ?? [0, 0];
      problems.push(
        problemAt(source, [from, to], {
          message: 'a key must be plain text',
          instead: 'write a name; put a text that begins with `{`, `[` or `*` in quotes',
        }),
      );
    },
  });
  return problems;
}

/** What the library's codes mean for somebody who writes a plan. */
const SYNTAX: Readonly<Partial<Record<YAMLError['code'], { readonly message: string; readonly instead: string }>>> = {
  TAG_RESOLVE_FAILED: {
    message: 'a plan has no YAML tags',
    instead: 'remove the tag that begins with `!`, or put the text in quotes',
  },
  TAB_AS_INDENT: { message: 'a tab is used for indentation', instead: 'indent with spaces' },
  MULTIPLE_DOCS: {
    message: 'the file holds more than one YAML document',
    instead: 'keep one plan per file; remove the second `---`',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second `: ` stands on this line',
    instead: 'put the text in quotes, or write the inner mapping in braces',
  },
  RESOURCE_EXHAUSTION: { message: 'the file nests too deep', instead: 'close the brackets' },
};

export function syntaxProblem(error: YAMLError, source: Source): PlanProblem {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^:\s]*/.exec(source.text.slice(error.pos[0]))?.[0] ?? '';
    const range: [number, number] = [error.pos[0], error.pos[0] + key.length];
    return problemAt(source, range, {
      message: `\`${key}\` is written twice in the same mapping`,
      found: key,
      instead: 'keep one of the two',
    });
  }
  const known = SYNTAX[error.code];
  const message = known?.message ?? `this is not valid YAML: ${lowerFirst(error.message)}`;
  return problemAt(source, error.pos, {
    message,
    instead:
      known?.instead ?? 'correct the line; the place is where reading stopped, the cause may stand just before it',
  });
}

export function lowerFirst(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}
