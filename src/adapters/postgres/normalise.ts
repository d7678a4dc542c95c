const CAST_ARRAY = '(ARRAY[';

/**
 * The server words one expression in two ways: `x IN ('a','b')` on a varchar is stored as `(ARRAY[…])::text[]`, and once
 * dumped and restored as `ARRAY[(…)::text, …]`. Both become the second, else every restore would look like a change.
 */
export function normaliseExpression(text: string): string {
  let from = 0;
  let result = text;
  for (;;) {
    const start = result.indexOf(CAST_ARRAY, from);
    if (start === -1) return result;
    from = start + 1;
    const rewritten = rewriteAt(result, start);
    if (rewritten !== null) result = rewritten;
  }
}

function rewriteAt(text: string, start: number): string | null {
  const split = splitElements(text, start + CAST_ARRAY.length);
  if (split === null) return null;
  const cast = /^\)::((?:"[^"]+"|[\w .])+?(?:\(\d+(?:,\d+)?\))?)\[\]/.exec(text.slice(split.end + 1));
  if (cast === null) return null;
  const elements = split.elements.map((element) => `(${element})::${cast[1]}`);
  return `${text.slice(0, start)}ARRAY[${elements.join(', ')}]${text.slice(split.end + 1 + cast[0].length)}`;
}

/** Elements up to the closing bracket. Quotes and nested brackets may hold commas. */
function splitElements(text: string, begin: number): { elements: readonly string[]; end: number } | null {
  const elements: string[] = [];
  let depth = 0;
  let last = begin;
  // Whole quoted texts and names are one sign: nothing in them counts.
  const signs = /'[^']*'|"[^"]*"|[()[\],]/g;
  signs.lastIndex = begin;
  for (let match = signs.exec(text); match !== null; match = signs.exec(text)) {
    const [sign] = match;
    if (depth === 0 && (sign === ',' || sign === ']')) {
      elements.push(text.slice(last, match.index).trim());
      last = signs.lastIndex;
      if (sign === ']') return { elements, end: match.index };
    }
    depth += DEPTH[sign] ?? 0;
  }
  return null;
}

const DEPTH: Readonly<Record<string, number>> = { '(': 1, '[': 1, ')': -1, ']': -1 };
