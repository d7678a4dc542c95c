/**
 * How a stored value enters the row hash, so that every stored bit of it counts. Hashing the value itself would not do:
 * native hashes forget the sign of numerics, fold 64 bits into 32, hold -0 equal to 0, and see the OIDs of enums, which
 * change on restore.
 */
export interface TypeFacts {
  readonly oid: string;
  readonly name: string;
  readonly schema: string;
  /** pg_type.typtype: b base, c composite, d domain, e enum, r range, m multirange, p pseudo. */
  readonly form: string;
  /** Qualified name that can stand in a cast. */
  readonly sqlName: string;
  readonly base: TypeFacts | null;
  readonly element: TypeFacts | null;
  /** Qualified output function: exact text even where a user's cast to text was put over it. */
  readonly output: string;
  readonly castToText: boolean;
}

const HASHED_EXACTLY = new Set([
  'bool',
  'int2',
  'int4',
  'oid',
  'date',
  'uuid',
  'bytea',
  'macaddr',
  'inet',
  'cidr',
  'name',
]);
const BINARY: Readonly<Record<string, string>> = {
  int8: 'int8send',
  timestamp: 'timestamp_send',
  timestamptz: 'timestamptz_send',
  time: 'time_send',
  timetz: 'timetz_send',
  interval: 'interval_send',
  numeric: 'numeric_send',
  float4: 'float4send',
  float8: 'float8send',
  // The text of char(n) has lost its blanks.
  bpchar: 'bpcharsend',
};

/** Arrays carry the OID of their element type, which is fixed for these only. */
const ARRAY_ELEMENTS = new Set([...HASHED_EXACTLY, ...Object.keys(BINARY), 'text', 'varchar', 'json', 'jsonb']);

/** SQL whose value hashes exactly. NULL stays NULL. */
export function imageOf(expression: string, type: TypeFacts): string {
  if (type.form === 'd' && type.base !== null) return imageOf(`(${expression})::${type.base.sqlName}`, type.base);
  if (isBuiltin(type)) {
    if (HASHED_EXACTLY.has(type.name)) return expression;
    if (type.name === 'text' || type.name === 'varchar') return `${expression} collate pg_catalog."C"`;
    const send = BINARY[type.name] ?? (isExactArray(type) ? 'array_send' : undefined);
    if (send !== undefined) return `pg_catalog.${send}(${expression})`;
  }
  return `${textOf(expression, type)} collate pg_catalog."C"`;
}

/** Named with `_`: int2vector and oidvector have elements but are no arrays. */
function isExactArray({ name, element }: TypeFacts): boolean {
  return name.startsWith('_') && element !== null && isBuiltin(element) && ARRAY_ELEMENTS.has(element.name);
}

/** SQL for the exact text of a value. NULL stays NULL. */
export function textOf(expression: string, type: TypeFacts): string {
  if (type.form === 'd' && type.base !== null) return textOf(`(${expression})::${type.base.sqlName}`, type.base);
  if (type.castToText || (isBuiltin(type) && type.name === 'bpchar')) {
    return `pg_catalog.textin(${type.output}(${expression}))`;
  }
  return `(${expression})::pg_catalog.text`;
}

/** smallint, integer and bigint: keys that can be cut into ranges. */
export function isInteger(type: TypeFacts): boolean {
  return isBuiltin(type) && (type.name === 'int2' || type.name === 'int4' || type.name === 'int8');
}

function isBuiltin(type: TypeFacts): boolean {
  return type.schema === 'pg_catalog' && Number(type.oid) < 16_384;
}
