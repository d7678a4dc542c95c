import { describe, expect, it } from 'vitest';
import { lossOf } from './restore-loss.ts';

function error(text: string): Parameters<typeof lossOf>[0] {
  return { pattern: text, count: 1, examples: [text], severity: 'error' };
}

describe('lossOf', () => {
  it.each([
    ['could not execute query: ERROR:  role "crm_app" does not exist', 'role'],
    ['role "a ""b"" c" does not exist', 'role'],
    ['extension "postgis" is not available', 'here'],
    ['unrecognized configuration parameter "transaction_timeout"', 'harmless'],
    ['schema "public" already exists', 'harmless'],
    ['could not create unique index "deals_pkey"', 'content'],
    ['relation "public.deals" does not exist', 'content'],
    ['could not extend file "base/1/2": No space left on device', 'here'],
    ['COPY failed for table "deals"', 'content'],
  ] as const)('%s costs: %s', (text, loss) => {
    expect(lossOf(error(text))).toBe(loss);
  });

  it('counts nothing that is only a note or a warning', () => {
    expect(lossOf({ ...error('relation "x" does not exist'), severity: 'note' })).toBeNull();
    expect(lossOf({ ...error('role "x" does not exist'), severity: 'warning' })).toBeNull();
  });
});
