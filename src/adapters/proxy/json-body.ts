import type { Head } from './http-reader.ts';
import { headerOf } from './http-reader.ts';

/** A body of JSON as the faults of messages see it. Its values never leave this process, only `messageId`s do. */
export interface JsonBody {
  readonly value: unknown;
  readonly ids: readonly string[];
  /** The first array of two or more objects, the whole body or a field of it. */
  readonly batch: readonly unknown[] | undefined;
}

const ID = 'messageId';
const MARK = Buffer.from(`"${ID}"`);
const NO_IDS: readonly string[] = [];

/** Undefined: this is no JSON that can be read here. */
export function readJsonBody(head: Head, body: Buffer | null): JsonBody | undefined {
  if (body === null || !isPlainJson(head)) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return { value, ids: idsIn(value), batch: findBatch(value) };
  } catch {
    return undefined; // says that it is JSON and is not
  }
}

/** Undefined: not searched. Bodies without the key are not even parsed. */
export function findIds(head: Head, body: Buffer | null): readonly string[] | undefined {
  if (body === null) return undefined;
  if (body.length === 0) return NO_IDS;
  if (!isPlainJson(head)) return undefined;
  return body.includes(MARK) ? readJsonBody(head, body)?.ids : NO_IDS;
}

function isPlainJson(head: Head): boolean {
  return (
    /[/+]json\b/i.test(headerOf(head, 'content-type') ?? '') &&
    /^(identity)?$/i.test(headerOf(head, 'content-encoding') ?? '')
  );
}

export function idsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (!isRecord(value)) return NO_IDS;
  return Object.entries(value).flatMap(([key, inner]) =>
    key === ID && (typeof inner === 'string' || typeof inner === 'number') ? [String(inner)] : idsIn(inner),
  );
}

function findBatch(value: unknown): readonly unknown[] | undefined {
  const candidates = isRecord(value) ? Object.values(value) : [value];
  return candidates.find(
    (candidate): candidate is readonly unknown[] =>
      Array.isArray(candidate) && candidate.length > 1 && candidate.every(isRecord),
  );
}

/** The same body with the items of its batch at these places, in this order. */
export function withItems({ value, batch = [] }: JsonBody, places: readonly number[]): unknown {
  const items = places.map((place) => batch[place]);
  if (value === batch) return items;
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, unknown>>).map(([key, inner]) => [
      key,
      inner === batch ? items : inner,
    ]),
  );
}

/** At any depth. */
export function renameField(value: unknown, { field, to }: { readonly field: string; readonly to: string }): unknown {
  if (Array.isArray(value)) return value.map((item) => renameField(item, { field, to }));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key === field ? to : key, renameField(inner, { field, to })]),
  );
}

export function toBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
