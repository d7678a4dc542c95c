const VOID = new Set(['br', 'meta', '!doctype', '?xml']);

/** The first tag without its partner, or undefined. Views close every element, so that HTML and XML can be held to the same rule. */
export function unbalancedTag(text: string): string | undefined {
  const open: string[] = [];
  for (const [tag, closing, name = '', rest = ''] of text.matchAll(
    /<(\/?)([!?]?[A-Za-z][\w-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>/g,
  )) {
    if (VOID.has(name) || rest.endsWith('/')) continue;
    if (closing === '') open.push(name);
    else if (open.pop() !== name) return tag;
  }
  return open.pop();
}
