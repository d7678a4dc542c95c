import { z } from 'zod';
import { planSchema } from './schema.ts';

/** As much of JSON Schema as zod writes for a plan. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

export const PLAN_SCHEMA_ID = 'urn:rollproof:plan:1';

/** The published schema: what an editor checks and completes. Says what may be written, before defaults are filled in. */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, description, ...rest } = z.toJSONSchema(planSchema, { io: 'input' });
  return { $schema, $id: PLAN_SCHEMA_ID, title: 'Rollproof plan, format 1', description, ...rest };
}

let cached: JsonSchema | undefined;

/** The keys that may stand at a place of a plan, judged by what already stands there. */
export function keysAt(root: unknown, path: readonly (string | number)[]): readonly string[] {
  cached ??= jsonSchema() as JsonSchema;
  let branches = branchesFor(cached, root);
  let value = root;
  for (const part of path) {
    value = memberOf(value, part);
    branches = branches.flatMap((branch) => childrenOf(branch, part)).flatMap((child) => branchesFor(child, value));
  }
  return [...new Set(branches.flatMap((branch) => Object.keys(branch.properties ?? {})))];
}

function childrenOf(schema: JsonSchema, part: string | number): readonly JsonSchema[] {
  if (typeof part === 'number') return schema.items === undefined ? [] : [schema.items];
  const { properties, additionalProperties } = schema;
  const own = properties !== undefined && Object.hasOwn(properties, part) ? properties[part] : undefined;
  if (own !== undefined) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

/** The alternatives of a union; where `kind` says which one is meant, only that one. */
function branchesFor(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches === undefined) return [schema];
  const kind = memberOf(value, 'kind');
  const meant = branches.filter((branch) => kind !== undefined && branch.properties?.['kind']?.const === kind);
  return (meant.length > 0 ? meant : branches).flatMap((branch) => branchesFor(branch, value));
}

/** What stands under a key or list position, without the prototype's members. */
export function memberOf(value: unknown, part: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[part];
}

export function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce(memberOf, root);
}
