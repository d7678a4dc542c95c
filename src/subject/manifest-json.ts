import { type Digest, digestBytes, digestOf } from '../kernel/digest.ts';
import { RollproofError } from '../kernel/errors.ts';
import { type Bucket, BucketList } from './bucket-list.ts';
import type { Manifest, Part } from './manifest.ts';

type PackedBucket = readonly [id: string, rows: number, sum: string, low: string, located: string];
type PackedPart = Omit<Part, 'buckets'> & {
  readonly buckets: { readonly cut: Part['buckets']['cut']; readonly list: readonly PackedBucket[] };
};
type PackedManifest = Omit<Manifest, 'parts'> & { readonly parts: readonly PackedPart[] };

/** Buckets as rows without names: they are nearly everything in a manifest. */
export function manifestToJson(manifest: Manifest): string {
  const parts = manifest.parts.map(
    (part): PackedPart => ({ ...part, buckets: { cut: part.buckets.cut, list: Array.from(part.buckets.list, pack) } }),
  );
  return JSON.stringify({ ...manifest, parts } satisfies PackedManifest);
}

export function manifestFromJson(text: string): Manifest {
  const packed = parse(text);
  const parts = packed.parts.map(
    (part): Part => ({
      ...part,
      buckets: { cut: part.buckets.cut, list: BucketList.of(part.buckets.list.map(unpack)) },
    }),
  );
  return { ...packed, parts };
}

function pack({ id, rows, sum, low, located }: Bucket): PackedBucket {
  return [`${id}`, rows, `${sum}`, `${low}`, `${located}`];
}

function unpack([id, rows, sum, low, located]: PackedBucket): Bucket {
  return { id: BigInt(id), rows, sum: BigInt(sum), low: BigInt(low), located: BigInt(located) };
}

/** The digest of what was read, without where and when. */
export function digestOfReading({ parts, objects, counters }: Manifest): Digest {
  const compact = parts.map((part) => ({
    ...part,
    buckets: { cut: part.buckets.cut, list: digestBytes(part.buckets.list.bytes) },
  }));
  return digestOf({ parts: compact, objects, counters });
}

function parse(text: string): PackedManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RollproofError('usage-invalid', 'the manifest is not JSON', {
      hint: 'take the reading again',
      cause: error,
    });
  }
  if (isManifest(value)) return value;
  throw new RollproofError('usage-invalid', 'the file is not a manifest of format rollproof-manifest/1', {
    hint: 'use a file written by rollproof baseline capture',
  });
}

/** Only what a wrong file would lack; the writer is ours. */
function isManifest(value: unknown): value is PackedManifest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, parts, objects, counters, unread } = value as Partial<Record<keyof Manifest, unknown>>;
  return format === 'rollproof-manifest/1' && [parts, objects, counters, unread].every((list) => Array.isArray(list));
}
