import { digestOf } from '../../kernel/digest.ts';
import type { SchemaObject, Unread } from '../../subject/manifest.ts';
import { ACCESS_QUERIES, passwordQuery } from './catalogue-access.ts';
import { RELATION_QUERIES } from './catalogue-relations.ts';
import { REMOTE_QUERIES, subscriptionQuery } from './catalogue-remote.ts';
import { ROUTINE_QUERIES } from './catalogue-routines.ts';
import type { Connection, TextTuple } from './connection.ts';
import { normaliseExpression } from './normalise.ts';

/**
 * Every query gives kind, name and a JSON definition. Definitions hold names, never OIDs or positions, since a restore
 * changes those; nor secrets, since they are shown.
 */
export interface CatalogueQuery {
  readonly sql: string;
  /** First server version that has it. */
  readonly since?: number;
}

/** Members whose value is secret: only a keyed digest is kept, so that a change is still seen. */
const SECRET = /^(password|connection|options|custom setting)$/;

export async function readCatalogue(
  connection: Connection,
  seed: string,
): Promise<{ objects: readonly SchemaObject[]; unread: readonly Unread[] }> {
  const objects: SchemaObject[] = [];
  const unread: Unread[] = [];
  const queries = [...RELATION_QUERIES, ...ROUTINE_QUERIES, ...ACCESS_QUERIES, ...REMOTE_QUERIES];
  for (const query of queries) {
    if (connection.major < (query.since ?? 0)) continue;
    for (const row of await connection.tuples(query.sql)) objects.push(objectOf(row, seed));
  }
  for (const { what, why, sql } of [passwordQuery(), subscriptionQuery()]) {
    const [needed] = await connection.query(sql.needed);
    if (needed?.['needed'] !== 't') continue;
    if (needed['readable'] !== 't') unread.push({ what, why });
    else for (const row of await connection.tuples(sql.read)) objects.push(objectOf(row, seed));
  }
  objects.sort((left, right) => compareText(`${left.kind} ${left.name}`, `${right.kind} ${right.name}`));
  return { objects, unread };
}

function objectOf([kind, name, json]: TextTuple, seed: string): SchemaObject {
  const members = JSON.parse(json ?? '{}') as Readonly<Record<string, unknown>>;
  const lines = Object.keys(members)
    .sort(compareText)
    .flatMap((member) => lineOf(member, members[member], seed));
  // Of the lines, not of the text: a value with a line break must not look like two members.
  return { kind: kind ?? '', name: name ?? '', digest: digestOf(lines), definition: lines.join('\n') };
}

function lineOf(member: string, value: unknown, seed: string): readonly string[] {
  // Nothing said and nothing there are the same to the server.
  if (value === null || value === undefined || value === false || value === '') return [];
  if (SECRET.test(member)) return [`${member}: ${digestOf([seed, value]).slice(0, 23)}`];
  // A comment is no expression: it stands as it was written.
  if (member === 'text') return [`${member}: ${wordsOf(value)}`];
  if (typeof value === 'string') return [`${member}: ${normaliseExpression(value)}`];
  if (Array.isArray(value) && value.length === 0) return [];
  return [`${member}: ${wordsOf(value)}`];
}

function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((item: unknown) => itemOf(item)).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .sort(([left], [right]) => compareText(left, right))
    .map(([name, item]) => `${name}=${itemOf(item)}`)
    .join(', ');
}

/** In quotes where it would otherwise read like several. */
function itemOf(item: unknown): string {
  const words = typeof item === 'string' ? item : JSON.stringify(item);
  return typeof item === 'string' && /[,"\n=]/.test(item) ? JSON.stringify(item) : words;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
