/** Takes the place of the text from one offset to another; both the same: put in there. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export function splice(text: string, splices: readonly Splice[]): string {
  const ordered = inOrder(splices);
  let at = 0;
  let made = '';
  for (const each of ordered) {
    made += text.slice(at, each.from) + each.text;
    at = each.to;
  }
  return made + text.slice(at);
}

/** Line ends as the file has them. */
export function withLineEnds(text: string, splices: readonly Splice[]): readonly Splice[] {
  if (!text.includes('\r\n')) return splices;
  return splices.map((each) => ({ ...each, text: each.text.replaceAll('\n', '\r\n') }));
}

export function inOrder(splices: readonly Splice[]): readonly Splice[] {
  return splices.toSorted((one, other) => one.from - other.from || one.to - other.to);
}
