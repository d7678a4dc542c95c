/**
 * Canonical JSON after RFC 8785 for the values we use: keys sorted by UTF-16 code unit, no spaces, `undefined` members
 * left out, bigint as a decimal string, only finite numbers.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`canonical JSON has no ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === 'bigint') return JSON.stringify(value.toString());
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') return canonicalObject(value as Record<string, unknown>);
  throw new TypeError(`canonical JSON has no ${typeof value}`);
}

/** The same text in pieces, for values whose whole text should never lie in memory: lists are written item by item. */
export function writeCanonical(value: unknown, write: (piece: string) => void): void {
  if (Array.isArray(value)) writeList(value, write);
  else if (typeof value === 'object' && value !== null) writeMembers(value as Record<string, unknown>, write);
  else write(canonicalJson(value));
}

function writeList(items: readonly unknown[], write: (piece: string) => void): void {
  write('[');
  items.forEach((item, index) => {
    if (index > 0) write(',');
    writeCanonical(item ?? null, write);
  });
  write(']');
}

function writeMembers(value: Record<string, unknown>, write: (piece: string) => void): void {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  if (keys.every((key) => typeof value[key] !== 'object')) return write(canonicalObject(value));
  write('{');
  keys.sort().forEach((key, index) => {
    write(`${index > 0 ? ',' : ''}${JSON.stringify(key)}:`);
    writeCanonical(value[key], write);
  });
  write('}');
}

function canonicalObject(value: Record<string, unknown>): string {
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${members.join(',')}}`;
}
