import { createHash } from 'node:crypto';
import { writeCanonical } from './canonical.ts';

/** `sha256:<64 hex digits>`. */
export type Digest = `sha256:${string}`;

export function digestBytes(bytes: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Digest of the canonical JSON, so that neither key order nor layout changes it. */
export function digestOf(value: unknown): Digest {
  const hash = createHash('sha256');
  const write = gathering((text) => hash.update(text));
  writeCanonical(value, write.piece);
  write.end();
  return `sha256:${hash.digest('hex')}`;
}

const PIECE_CHARACTERS = 1 << 16;

/** One call for many small pieces: each call into the hash costs more than the characters in it. */
function gathering(take: (text: string) => void): { piece(this: void, text: string): void; end(): void } {
  let gathered = '';
  return {
    piece: (text) => {
      gathered += text;
      if (gathered.length < PIECE_CHARACTERS) return;
      take(gathered);
      gathered = '';
    },
    end: () => take(gathered),
  };
}
