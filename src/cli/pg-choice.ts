import { resolve } from 'node:path';
import type { PostgresChoice } from '../adapters/postgres/binaries.ts';

export function pgChoice(text: string | undefined): PostgresChoice | undefined {
  if (text === undefined || text === 'system' || text === 'npm') return text;
  return { folder: resolve(text) };
}
