import { extname } from 'node:path';

/** Where a file lies below DOCS. */
export function placeOf({ id, name }) {
  return `${id.slice(0, 2)}/${id}${extname(name).toLowerCase()}`;
}
