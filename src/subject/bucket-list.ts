export interface Bucket {
  readonly id: bigint;
  readonly rows: number;
  readonly sum: bigint;
  /** Self-locating sums: with one changed row in the bucket, the quotient of their differences is its offset. */
  readonly low: bigint;
  readonly located: bigint;
}

/** A bucket of the earlier and of the later list; at least one of them is there. */
export type BucketPair = readonly [id: bigint, before: Bucket | null, after: Bucket | null];

/** id, rows, sum, low, located. */
const NUMBERS = 5;
const [ROWS, SUM, LOW, LOCATED] = [1, 2, 3, 4];
const FIRST_ROOM = 64;

/**
 * Buckets in order of their id, forty bytes each: a drill keeps several manifests, and objects with texts in them would
 * take six times as much. Sums wrap at 2^64; what they are asked for, whether and by how much they differ, survives that.
 */
export class BucketList implements Iterable<Bucket> {
  /** Five numbers for each bucket. */
  readonly numbers: BigInt64Array;

  private constructor(numbers: BigInt64Array) {
    this.numbers = numbers;
  }

  static of(buckets: Iterable<Bucket>): BucketList {
    const sums = new BucketSums();
    for (const bucket of buckets) sums.add(bucket);
    return sums.list();
  }

  /** `numbers` are those of whole buckets, each id once, ascending. */
  static ofNumbers(numbers: BigInt64Array): BucketList {
    return new BucketList(numbers);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.numbers.buffer, this.numbers.byteOffset, this.numbers.byteLength);
  }

  get length(): number {
    return this.numbers.length / NUMBERS;
  }

  *[Symbol.iterator](): Generator<Bucket> {
    for (let index = 0; index < this.length; index += 1) yield bucketAt(this.numbers, index);
  }

  /**
   * Both lists side by side, by id: what differs in its sum or its rows. Nothing is built for the rest, which is nearly
   * all: building that too was 14 MB of the engine's peak at 1.2 million rows.
   */
  *differentFrom(later: BucketList): Generator<BucketPair> {
    let [one, other] = [0, 0];
    while (one < this.length || other < later.length) {
      const order = this.#orderAt(one, later, other);
      if (order !== 0 || this.#differsAt(one, later, other)) yield pairOf(order, this.#at(one), later.#at(other));
      if (order <= 0) one += 1;
      if (order >= 0) other += 1;
    }
  }

  /** How many ids one of the two has. */
  idsWith(later: BucketList): number {
    let [one, other, ids] = [0, 0, 0];
    for (; one < this.length || other < later.length; ids += 1) {
      const order = this.#orderAt(one, later, other);
      if (order <= 0) one += 1;
      if (order >= 0) other += 1;
    }
    return ids;
  }

  #at(index: number): Bucket | null {
    return index < this.length ? bucketAt(this.numbers, index) : null;
  }

  #orderAt(index: number, later: BucketList, other: number): number {
    if (index >= this.length) return 1;
    if (other >= later.length) return -1;
    return compareIds(this.numbers[index * NUMBERS] ?? 0n, later.numbers[other * NUMBERS] ?? 0n);
  }

  #differsAt(index: number, later: BucketList, other: number): boolean {
    return [ROWS, SUM].some(
      (which) => this.numbers[index * NUMBERS + which] !== later.numbers[other * NUMBERS + which],
    );
  }
}

function pairOf(order: number, before: Bucket | null, after: Bucket | null): BucketPair {
  const [earlier, later] = [order <= 0 ? before : null, order >= 0 ? after : null];
  return [(earlier ?? later)?.id ?? 0n, earlier, later];
}

/** Adds up buckets that come in any order and in pieces. */
export class BucketSums {
  readonly #places = new Map<bigint, number>();
  #numbers = new BigInt64Array(FIRST_ROOM * NUMBERS);

  add({ id, rows, sum, low, located }: Bucket): void {
    const place = this.#placeOf(id);
    const numbers = this.#numbers;
    // Storing keeps the lower 64 bits.
    const plus = (offset: number, value: bigint): void => {
      numbers[place + offset] = (numbers[place + offset] ?? 0n) + value;
    };
    plus(ROWS, BigInt(rows));
    plus(SUM, sum);
    plus(LOW, low);
    plus(LOCATED, located);
  }

  list(): BucketList {
    const places = [...this.#places].sort(([left], [right]) => compareIds(left, right));
    const sorted = new BigInt64Array(places.length * NUMBERS);
    for (const [index, [, place]] of places.entries())
      sorted.set(this.#numbers.subarray(place, place + NUMBERS), index * NUMBERS);
    return BucketList.ofNumbers(sorted);
  }

  #placeOf(id: bigint): number {
    const known = this.#places.get(id);
    if (known !== undefined) return known;
    const place = this.#places.size * NUMBERS;
    if (place === this.#numbers.length) {
      const larger = new BigInt64Array(place * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#places.set(id, place);
    this.#numbers[place] = id;
    return place;
  }
}

function bucketAt(numbers: BigInt64Array, index: number): Bucket {
  const at = (offset: number): bigint => numbers[index * NUMBERS + offset] ?? 0n;
  return {
    id: at(0),
    rows: Number(at(ROWS)),
    sum: BigInt.asUintN(64, at(SUM)),
    low: BigInt.asUintN(64, at(LOW)),
    located: BigInt.asUintN(64, at(LOCATED)),
  };
}

function compareIds(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
