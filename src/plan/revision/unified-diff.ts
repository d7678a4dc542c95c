import { inOrder, type Splice, splice } from './splice.ts';

/** Lines from `start` on, without `end`, become `added`. */
interface Region {
  readonly start: number;
  readonly end: number;
  readonly splices: readonly Splice[];
}

const CONTEXT = 3;

/**
 * A patch that `git apply` and `patch -p1` take. `path` is seen from the top of the repository, with `/`. Made from the
 * places that change, so it never shows more than those lines.
 */
export function unifiedDiff(path: string, before: string, splices: readonly Splice[]): string {
  if (splices.length === 0) return '';
  const lines = linesOf(before);
  const offsets = offsetsOf(lines);
  const regions = regionsOf(before, offsets, inOrder(splices));
  let shift = 0;
  const hunks = grouped(regions).map((group) => {
    const made = hunk({ before, lines, offsets, group, shift });
    shift += made.grows;
    return made.text;
  });
  const [old, fresh] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  // A tab ends a name with spaces for programs other than git.
  const end = path.includes(' ') ? '\t' : '';
  return `diff --git ${old} ${fresh}\n--- ${old}${end}\n+++ ${fresh}${end}\n${hunks.join('')}`;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function offsetsOf(lines: readonly string[]): readonly number[] {
  const offsets = [0];
  for (const line of lines) offsets.push((offsets.at(-1) ?? 0) + line.length);
  return offsets;
}

function regionsOf(before: string, offsets: readonly number[], splices: readonly Splice[]): readonly Region[] {
  const regions: Region[] = [];
  for (const each of splices) {
    const isBetweenLines = each.from === each.to && (each.from === 0 || before[each.from - 1] === '\n');
    const start = isBetweenLines ? offsets.indexOf(each.from) : lineAt(offsets, Math.min(each.from, before.length - 1));
    const end = isBetweenLines ? start : lineAt(offsets, Math.max(each.from, each.to - 1, 0)) + 1;
    const last = regions.at(-1);
    const clamped = Math.min(end, offsets.length - 1);
    if (last === undefined || start > last.end || (start === last.end && isBetweenLines && last.end > last.start))
      regions.push({ start, end: clamped, splices: [each] });
    else regions[regions.length - 1] = joined(last, { start, end: clamped, splices: [each] });
  }
  return regions;
}

function joined(one: Region, other: Region): Region {
  return {
    start: Math.min(one.start, other.start),
    end: Math.max(one.end, other.end),
    splices: [...one.splices, ...other.splices],
  };
}

function lineAt(offsets: readonly number[], at: number): number {
  return offsets.findLastIndex((offset) => offset <= at);
}

/** Regions whose context meets share a hunk. */
function grouped(regions: readonly Region[]): readonly (readonly Region[])[] {
  const groups: Region[][] = [];
  for (const region of regions) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (last === undefined || before === undefined || region.start - before.end > 2 * CONTEXT) groups.push([region]);
    else last.push(region);
  }
  return groups;
}

interface HunkInput {
  readonly before: string;
  readonly lines: readonly string[];
  readonly offsets: readonly number[];
  readonly group: readonly Region[];
  readonly shift: number;
}

function hunk({ before, lines, offsets, group, shift }: HunkInput): { readonly text: string; readonly grows: number } {
  const start = Math.max(0, (group[0]?.start ?? 0) - CONTEXT);
  const end = Math.min(lines.length, (group.at(-1)?.end ?? 0) + CONTEXT);
  const body: string[] = [];
  let at = start;
  let grows = 0;
  for (const region of group) {
    body.push(...lines.slice(at, region.start).map((line) => marked(' ', line)));
    const [from = 0, to = 0] = [offsets[region.start], offsets[region.end]];
    const local = region.splices.map((each) => ({ ...each, from: each.from - from, to: each.to - from }));
    const added = linesOf(splice(before.slice(from, to), local));
    const removed = lines.slice(region.start, region.end);
    body.push(...removed.map((line) => marked('-', line)), ...added.map((line) => marked('+', line)));
    grows += added.length - removed.length;
    at = region.end;
  }
  body.push(...lines.slice(at, end).map((line) => marked(' ', line)));
  const [oldCount, newCount] = [end - start, end - start + grows];
  const head = `@@ -${oldCount === 0 ? 0 : start + 1},${oldCount} +${start + shift + 1},${newCount} @@\n`;
  return { text: head + body.join(''), grows };
}

function marked(sign: string, line: string): string {
  return line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`;
}

/** As git writes names that are more than plain ASCII. */
function quoted(name: string): string {
  if (/^[\u0020\u0021\u0023-\u005b\u005d-\u007e]*$/.test(name)) return name;
  const bytes = [...new TextEncoder().encode(name)].map((byte) => {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') return `\\${character}`;
    return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : character;
  });
  return `"${bytes.join('')}"`;
}
