import { expect, test } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { nodeOf } from '../../test/support/fake-drill.ts';
import { createFakeJournal } from '../../test/support/fake-journal.ts';
import { fakeWorld } from '../../test/support/fake-world.ts';
import type { Environment } from '../environment/host.ts';
import { RollproofError } from '../kernel/errors.ts';
import type { Activity } from './activity.ts';
import type { GraphNode } from './graph.ts';
import { outcomeOf, performer } from './perform.ts';

const STEP: Activity = { kind: 'step', procedure: 'go-back', step: { id: 'restore', run: ['true'] } };

function nodeDoing(activity: Activity): GraphNode<Activity> {
  return { ...nodeOf('n'), activity };
}

test.each<readonly [string, Activity, unknown, ReturnType<typeof outcomeOf>['kind'], string]>([
  ['a step that throws', STEP, new Error('boom'), 'failed', 'plan'],
  ['a step with a mistake', STEP, new RollproofError('plan-invalid', 'x'), 'failed', 'plan'],
  [
    'a program of the plan that does not get ready',
    { kind: 'bring-up', state: 'before', system: 'app' },
    new RollproofError('could-not-read', 'x'),
    'failed',
    'plan',
  ],
  ['a restore point', STEP, new RollproofError('restore-point-bad', 'x'), 'failed', 'backup'],
  ['a full disk', STEP, new RollproofError('environment-not-ready', 'x'), 'failed', 'environment'],
  ['a server that is not ours', STEP, new RollproofError('identity-mismatch', 'x'), 'failed', 'environment'],
  ['a bug of ours in a step', STEP, new RollproofError('invariant-broken', 'x'), 'failed', 'rollproof'],
  ['a connection that died', STEP, new RollproofError('step-outcome-unknown', 'x'), 'unknown', 'plan'],
  [
    'a reading of ours',
    { kind: 'at-rest', store: 'db' },
    new RollproofError('could-not-read', 'x'),
    'failed',
    'rollproof',
  ],
  ['a probe of ours', { kind: 'first-write' }, new Error('boom'), 'failed', 'rollproof'],
  ['a mistake of ours in a step', STEP, new TypeError('x is not a function'), 'failed', 'rollproof'],
  ['a full disk without a word of ours', STEP, withCode('ENOSPC'), 'failed', 'environment'],
])('law 12: %s is blamed on the right party', (...[, activity, error, kind, blame]) => {
  expect(outcomeOf(error, nodeDoing(activity))).toMatchObject({ kind, blame });
});

test.each<readonly [string, Activity, unknown, string]>([
  ['a lost isolation', STEP, new RollproofError('environment-not-ready', 'x'), 'environment-not-ready'],
  ['what nobody foresaw', { kind: 'first-write' }, new Error('boom'), 'invariant-broken'],
  ['a connection that broke', { kind: 'first-write' }, withCode('ECONNRESET'), 'could-not-read'],
  ['a mistake of ours in a step', STEP, new TypeError('x is not a function'), 'invariant-broken'],
  ['something else in a step', STEP, new Error('boom'), 'could-not-read'],
])('the outcome says what was thrown: %s', (...[, activity, thrown, error]) => {
  expect(outcomeOf(thrown, nodeDoing(activity))).toMatchObject({ error });
});

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test('law 6: before every step, a store that is not of this environment stops it', async () => {
  const world = fakeWorld({
    stores: { db: { identify: async () => ({ environment: 'production', facts: {} }) } },
    services: { app: { stop: async () => Promise.reject(new Error('it was touched')) } },
  });
  world.enter({ id: 'd-1' } as Environment);
  const perform = performer(world, createFakeJournal(createFakeClock()));
  const step = nodeDoing({ kind: 'step', procedure: 'go-back', step: { id: 'lock', stop: 'app' } });
  const run = { attempt: 1, signal: new AbortController().signal, note: async () => undefined };
  await expect(perform(step, run)).rejects.toMatchObject({ code: 'identity-mismatch' });
});
