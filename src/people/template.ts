/** What `{…}` in paths, forms and JSON of a plan stands for. */
export interface TemplateValues {
  readonly user: string;
  /** Of the thing just created, as the answer gave it. */
  readonly id?: string | number | undefined;
  /** Of an operation of a workload. */
  readonly mark?: string | undefined;
}

export function fillPath(path: string, values: TemplateValues): string {
  return replace(path, values, encodeURIComponent);
}

export function fillText(text: string, values: TemplateValues): string {
  return replace(text, values, (value) => value);
}

/** A text that is nothing but `{id}` becomes the id itself, so that a number stays a number. */
export function fillJson(value: unknown, values: TemplateValues): unknown {
  if (value === '{id}' && values.id !== undefined) return values.id;
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value)) return value.map((item) => fillJson(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fillJson(member, values)]));
}

/** Names that stand for nothing are left as they are. */
function replace(text: string, values: TemplateValues, encode: (value: string) => string): string {
  return text.replaceAll(/\{(user|id|mark)\}/g, (whole, name: 'user' | 'id' | 'mark') => {
    const value = values[name];
    return value === undefined ? whole : encode(String(value));
  });
}

/** `items.0.id` into parsed JSON; undefined where it leads nowhere. The empty path is the value itself. */
export function readPath(value: unknown, path: string): unknown {
  let place = value;
  for (const name of path === '' ? [] : path.split('.')) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, name)) return undefined;
    place = (place as Readonly<Record<string, unknown>>)[name];
  }
  return place;
}
