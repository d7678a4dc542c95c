/** YAML on one line, as plans write small mappings: `{ id: analyze-db, sql: "ANALYZE", in: db }`. */
export function writeInline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeInline).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, member]) => `${key}: ${writeInline(member)}`)
      .join(', ')} }`;
  return typeof value === 'string' ? writeText(value) : String(value);
}

const PLAIN = /^[A-Za-z0-9_][\w.-]*$/;
/** What YAML would read as something else than text. */
const NOT_TEXT = /^(true|false|null|[-+]?[\d.]+(e[-+]?\d+)?|0[xo][\da-f]+|[-+]?\.?(inf|nan))$/i;

function writeText(text: string): string {
  return PLAIN.test(text) && !NOT_TEXT.test(text) ? text : JSON.stringify(text);
}
