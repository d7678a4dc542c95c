import { expect, test } from 'vitest';
import { rowsPerBucket } from './cut.ts';

test.each([1, 60_000, 1_200_000, 4_800_000, 3_000_000_000])(
  '%i rows make no more buckets than a manifest may hold',
  (rows) => {
    expect(rows / rowsPerBucket(rows)).toBeLessThanOrEqual(16_384);
  },
);

test('buckets are no larger than they need be', () => {
  expect([0, 1_200_000, 2_097_152, 2_097_153].map(rowsPerBucket)).toEqual([128, 128, 128, 256]);
});
