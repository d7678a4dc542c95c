import { createHash } from 'node:crypto';
import { extname } from 'node:path';

/** Where a document's file lies below DOCS. The id is part of the hash, so two documents never share a file. */
export function placeOf({ id, name }) {
  const hash = createHash('sha256').update(`${id}:${name}`, 'utf8').digest('hex');
  return `${hash.slice(0, 2)}/${hash}${extname(name).toLowerCase()}`;
}
