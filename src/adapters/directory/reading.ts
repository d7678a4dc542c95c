import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical.ts';
import { digestOf } from '../../kernel/digest.ts';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import { BucketSums } from '../../subject/bucket-list.ts';
import type { Manifest, Unread } from '../../subject/manifest.ts';
import type { ReadOptions } from '../../subject/store.ts';
import { contentDigest, type FileEntry, walk } from './walk.ts';

export const FILE_COLUMNS = ['content', 'kind', 'mode', 'path', 'target'] as const;
const MODE = 'files-64/1';
/** Buckets only say how far damage spreads: an explanation compares the folders themselves. */
const BUCKET_BITS = 10;

export type DirectoryReadOptions = ReadOptions & { readonly name: string };

/** Reads every file of a folder: content, permissions, kind and link target. Contents stay where they are. */
export async function readDirectory(path: string, options: DirectoryReadOptions): Promise<Manifest> {
  const seed = options.like?.seed ?? (randomBytes(8).readBigUInt64BE() >> 1n).toString();
  const sums = new BucketSums();
  const unread: Unread[] = [];
  const size = { rows: 0, bytes: 0 };
  const notRead = (file: string, why: string): void => {
    unread.push({ what: `files: ${file}`, why });
  };
  for await (const entry of walk(path, (failed) => notRead(failed.path, failed.why))) {
    refuseAborted(options);
    let content: string | null;
    try {
      content = await contentDigest(entry, options.signal);
    } catch (error) {
      refuseAborted(options);
      notRead(entry.path, messageOf(error));
      continue;
    }
    const hash = hashFile(seed, entry, content);
    sums.add({ id: BigInt.asUintN(BUCKET_BITS, hash), rows: 1, sum: hash, low: 0n, located: 0n });
    size.rows += 1;
    size.bytes += entry.size;
    if (size.rows % 256 === 0) options.onProgress?.({ rows: size.rows, parts: 0, ofParts: 1 });
  }
  return manifestOf(sums, { name: options.name, seed, unread, size });
}

interface ManifestFacts {
  readonly name: string;
  readonly seed: string;
  readonly unread: readonly Unread[];
  readonly size: Manifest['size'];
}

function manifestOf(sums: BucketSums, facts: ManifestFacts): Manifest {
  const list = sums.list();
  let sum = 0n;
  for (const bucket of list) sum = BigInt.asUintN(64, sum + bucket.sum);
  return {
    format: 'rollproof-manifest/1',
    store: { name: facts.name, kind: 'directory' },
    takenAt: new Date().toISOString(),
    engine: { mode: MODE },
    seed: facts.seed,
    parts: [
      {
        name: 'files',
        kind: 'files',
        rows: facts.size.rows,
        columns: FILE_COLUMNS,
        key: ['path'],
        sum: sum.toString(),
        image: digestOf([MODE, FILE_COLUMNS]),
        volatile: false,
        buckets: { cut: { by: 'row-hash', bits: BUCKET_BITS }, list },
      },
    ],
    objects: [],
    counters: [],
    unread: facts.unread,
    size: facts.size,
  };
}

function hashFile(seed: string, { path, kind, mode, target }: FileEntry, content: string | null): bigint {
  return createHash('sha256')
    .update(canonicalJson([seed, path, kind, mode, target, content]))
    .digest()
    .readBigUInt64BE();
}

function refuseAborted({ name, signal }: DirectoryReadOptions): void {
  if (signal?.aborted === true) throw new RollproofError('interrupted', `reading ${name} was interrupted`);
}
