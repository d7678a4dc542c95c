import { expect, test } from 'vitest';
import { unattendedOperator } from './operator.ts';
import { demandReason } from './people/ask-decision.ts';

const SIGNAL = new AbortController().signal;

test('law 9: the unattended policy calls every rollback, and says that no person did', async () => {
  const call = {
    facts: ['state live is live'],
    choices: [],
    rollback: 'stop-sync',
    callers: [],
    rule: null,
  };
  expect(await unattendedOperator().callRollback(call, SIGNAL)).toEqual({
    by: 'the unattended policy',
    role: null,
    how: 'unattended',
    choice: 'stop-sync',
    reason: '',
    fixP90Ms: null,
  });
});

test('nobody is there to decide about a failure or to do a step by hand', async () => {
  const operator = unattendedOperator();
  expect(await operator.decide({ id: 'restore', title: 'restore' }, 'it failed', SIGNAL)).toMatchObject({
    choice: 'abort',
  });
  await expect(
    operator.confirm({ id: 'call', text: 'call them', observe: null, actor: null }, SIGNAL),
  ).rejects.toMatchObject({
    code: 'environment-not-ready',
    message: 'step call needs a person: call them',
  });
});

test('a step is skipped with a reason, never without', () => {
  expect(demandReason('the mail server is not part of this')).toBeUndefined();
  for (const empty of [undefined, '', '  ']) expect(demandReason(empty)).toContain('stands in the record');
});
