const FIELD = /\{([a-z][A-Za-z0-9]*)\}/g;

/** Names that stand in braces, each once, in the order in which they come. */
export function fieldsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(FIELD)].flatMap(([, name]) => name ?? []))];
}

/** A value with braces is not filled a second time. A name without a value stays as it is written. */
export function fillFields(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(FIELD, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}
