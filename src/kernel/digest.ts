import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';

/** `sha256:<64 hex digits>`. */
export type Digest = `sha256:${string}`;

export function digestBytes(bytes: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Digest of the canonical JSON, so that neither key order nor layout changes it. */
export function digestOf(value: unknown): Digest {
  return digestBytes(canonicalJson(value));
}
