import { type Digest, digestOf } from '../kernel/digest.ts';
import type { Truth } from './injector.ts';

/**
 * Keeps what was injected away from everything that has to find it. The digest returned by `seal` is journaled before
 * detection begins; `open` is called once, by `evaluate`.
 */
export interface TruthVault {
  /** May be called once; durable when it resolves. */
  seal(truths: readonly Truth[]): Promise<Digest>;
  /** Records the opening first, then refuses a truth that is not the sealed one. `digest` is the journaled one. */
  open(why: 'evaluate', digest: Digest): Promise<readonly Truth[]>;
  /** Every opening so far, oldest first, `<ISO time> <why>`: a drill with one before `evaluate` proves no detection. */
  opened(): Promise<readonly string[]>;
}

export function truthDigest(truths: readonly Truth[]): Digest {
  return digestOf({ format: 'rollproof-truth/1', truths });
}
