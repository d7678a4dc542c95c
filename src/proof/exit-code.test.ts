import { expect, test } from 'vitest';
import { evidenceOf, failedBy, type Story } from '../../test/support/evidence.ts';
import { type Ending, exitCodeOf } from './exit-code.ts';

function codeOf(story: Story, ending: Partial<Ending> = {}): number {
  return exitCodeOf(evidenceOf(story), { whole: 'proven', leaked: false, interrupted: false, ...ending });
}

const prepared = (blame: Parameters<typeof failedBy>[0]): Story => ({
  outcomes: { 'restore-start.db': failedBy(blame) },
});

test.each([
  ['proven', 0],
  ['failed', 10],
  ['inconclusive', 11],
  ['not-examined', 11],
] as const)('%s ends with %i', (whole, code) => {
  expect(codeOf({}, { whole })).toBe(code);
});

test('what is missing here is 3', () => {
  expect(codeOf(prepared('environment'), { whole: 'inconclusive' })).toBe(3);
  expect(codeOf(prepared('plan'), { whole: 'inconclusive' })).toBe(11);
});

test('a leak is 12 and blocks a proof, but a failure is said first', () => {
  expect(codeOf({}, { leaked: true })).toBe(12);
  expect(codeOf({}, { leaked: true, whole: 'inconclusive' })).toBe(12);
  expect(codeOf({}, { leaked: true, whole: 'failed' })).toBe(10);
});

test('interrupted is 130 before everything else', () => {
  expect(codeOf(prepared('environment'), { interrupted: true, leaked: true, whole: 'failed' })).toBe(130);
});
