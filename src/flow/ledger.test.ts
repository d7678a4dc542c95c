import { expect, test } from 'vitest';
import { type LedgerLine, parseLedger, writesOf } from './ledger.ts';
import { scheduleOf } from './schedule.ts';

const schedule = scheduleOf({
  operations: [{ name: 'add', kind: 'create', share: 1, of: null }],
  users: ['ada'],
  writes: 3,
  seed: 1,
  prefix: 'm',
});
const at = { wallMs: 0, monotonicMs: 5 };
const invoke = (index: number): LedgerLine => ({
  line: 'invoke',
  index,
  mark: `m-00000${index}`,
  operation: 'add',
  user: 'ada',
  ...at,
});
const text = (lines: readonly LedgerLine[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

test('what was invoked and has no end is unknown, what was never invoked is no write', () => {
  const lines = [
    invoke(0),
    { line: 'end', index: 0, outcome: 'ok', id: '7', why: 'answered 201', ...at } as const,
    invoke(1),
  ];
  expect(writesOf(parseLedger(text(lines)), schedule)).toMatchObject([
    { index: 0, outcome: 'ok', id: '7', invokedMs: 5, user: 'ada' },
    { index: 1, outcome: 'unknown', id: null },
  ]);
});

test('a torn last line was not durable, so nothing of it was sent', () => {
  const whole = text([invoke(0)]);
  for (const cut of [1, 20, whole.length - 1])
    expect(parseLedger(`${whole}${text([invoke(1)]).slice(0, cut)}`)).toEqual([invoke(0)]);
});
