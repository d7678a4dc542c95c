/**
 * Walks two sequences of one order side by side: what both have comes as a pair, the rest with null on the other side.
 * Holds one item of each, so it needs no memory for their length.
 */
export async function* mergeSorted<T>(
  before: AsyncIterator<T>,
  after: AsyncIterator<T>,
  order: (left: T, right: T) => number,
): AsyncGenerator<readonly [T, T | null] | readonly [null, T]> {
  let left = await before.next();
  let right = await after.next();
  while (left.done !== true || right.done !== true) {
    if (left.done === true) {
      if (right.done !== true) yield [null, right.value];
      right = await after.next();
      continue;
    }
    const place = right.done === true ? -1 : order(left.value, right.value);
    if (place > 0 && right.done !== true) {
      yield [null, right.value];
      right = await after.next();
      continue;
    }
    yield [left.value, place === 0 && right.done !== true ? right.value : null];
    left = await before.next();
    if (place === 0) right = await after.next();
  }
}
