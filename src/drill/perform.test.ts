import { expect, test } from 'vitest';
import { nodeOf } from '../../test/support/fake-drill.ts';
import { RollproofError } from '../kernel/errors.ts';
import type { Activity } from './activity.ts';
import type { GraphNode } from './graph.ts';
import { outcomeOf } from './perform.ts';

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
])('law 12: %s is blamed on the right party', (_what, activity, error, kind, blame) => {
  expect(outcomeOf(error, nodeDoing(activity))).toMatchObject({ kind, blame });
});
