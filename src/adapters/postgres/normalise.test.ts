import { describe, expect, it } from 'vitest';
import { normaliseExpression } from './normalise.ts';

describe('the wording of expressions', () => {
  it.each([
    [
      "CHECK (((v)::text = ANY ((ARRAY['new'::character varying, 'a,b'::character varying])::text[])))",
      "CHECK (((v)::text = ANY (ARRAY[('new'::character varying)::text, ('a,b'::character varying)::text])))",
    ],
    ['((ARRAY[1, f(2, 3)])::bigint[])', '(ARRAY[(1)::bigint, (f(2, 3))::bigint])'],
    [
      "(ARRAY['it''s ]'::text, '('::text])::public.\"My Type\"[]",
      "ARRAY[('it''s ]'::text)::public.\"My Type\", ('('::text)::public.\"My Type\"]",
    ],
    ["x = 'plain (ARRAY[ text'", "x = 'plain (ARRAY[ text'"],
    ['(ARRAY[1, 2] || 3)', '(ARRAY[1, 2] || 3)'],
  ])('%s', (before, after) => {
    expect(normaliseExpression(before)).toBe(after);
    expect(normaliseExpression(after)).toBe(after);
  });
});
