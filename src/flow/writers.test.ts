import { expect, test } from 'vitest';
import type { LoggedChange } from '../subject/change-log.ts';
import type { Difference } from '../subject/difference.ts';
import { judgeWriters } from './writers.ts';

const change = (role: string, part = 'public.contacts'): LoggedChange => ({
  position: 1,
  atMs: 0,
  role,
  application: '',
  part,
  operation: 'update',
  key: 'id=1',
});

function differing(...parts: readonly string[]): Difference {
  return {
    store: 'db',
    parts: parts.map((part) => ({
      part,
      before: 1,
      after: 1,
      totals: null,
      columns: {},
      changes: [],
      buckets: { different: 1, total: 1 },
    })),
    objects: [],
    counters: [],
    unread: [],
    compared: { parts: 1, rows: 1, objects: 0, counters: 0 },
  };
}

const app = { name: 'new-app', role: 'crm' };
const push = { name: 'push', role: 'push_user' };

test('the work of declared writers is counted, not held against anybody', () => {
  const judged = judgeWriters({
    difference: differing('public.contacts'),
    changes: [change('crm'), change('crm')],
    declared: [app],
    stopped: [push],
  });
  expect(judged).toEqual({ verdict: 'explained', own: { 'new-app': 2 }, unexplained: [] });
});

test('the principal of a stopped flow is named, even when it is declared as a writer', () => {
  const judged = judgeWriters({
    difference: differing('public.contacts'),
    changes: [change('push_user')],
    declared: [{ name: 'everything', role: 'push_user' }],
    stopped: [push],
  });
  expect(judged.unexplained).toEqual(['1 change: update in public.contacts by the stopped flow push']);
});

test('a role that nobody declared is named', () => {
  const judged = judgeWriters({ difference: differing(), changes: [change('cron')], declared: [app], stopped: [] });
  expect(judged.unexplained).toEqual(['1 change: update in public.contacts by cron, who is no declared writer']);
});

test('a table that differs although nobody was seen changing it is not explained', () => {
  const judged = judgeWriters({
    difference: differing('public.contacts', 'public.deals'),
    changes: [change('crm')],
    declared: [app],
    stopped: [],
  });
  expect(judged.unexplained).toEqual(['public.deals differs, and nobody was seen changing it']);
});
