import { expect, test } from 'vitest';
import { demandReason, unattendedOperator } from './operator.ts';

const SIGNAL = new AbortController().signal;

test('law 9: the unattended policy calls every rollback, and says that no person did', async () => {
  expect(await unattendedOperator().callRollback(['state live is live'], SIGNAL)).toEqual({
    by: 'the unattended policy',
    how: 'unattended',
    choice: 'go-back',
  });
});

test('nobody is there to decide about a failure or to do a step by hand', async () => {
  const operator = unattendedOperator();
  expect(await operator.decide({ id: 'restore', title: 'restore' }, 'it failed', SIGNAL)).toMatchObject({
    choice: 'abort',
  });
  await expect(operator.confirm({ id: 'call', text: 'call them', observe: null }, SIGNAL)).rejects.toMatchObject({
    code: 'environment-not-ready',
    message: 'step call needs a person: call them',
  });
});

test('a step is skipped with a reason, never without', () => {
  expect(demandReason('the mail server is not part of this')).toBeUndefined();
  for (const empty of [undefined, '', '  ']) expect(demandReason(empty)).toContain('stands in the record');
});
