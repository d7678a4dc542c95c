import { describe, expect, test } from 'vitest';
import { check, failedBy, plus, presence, type Story } from '../../../test/support/evidence.ts';
import { flowChanges, flowEvidence, flowTraffic, stopLook } from '../../../test/support/flow-evidence.ts';
import { flowMapOf } from '../flow-map.ts';
import type { Claim } from '../record.ts';
import type { Evidence } from '../evidence.ts';
import { judgeFlows } from './flows.ts';
import { judgeLoss } from './loss.ts';

type Notes = NonNullable<Story['notes']>;

test('flows are proven when each is as it should be, with what the stop rests on', () => {
  const judged = judgeFlows(flowEvidence());
  expect(judged).toMatchObject({ state: 'proven', sentence: '1 flow is cleanly stopped, 1 flow runs again.' });
  expect(judged.because).toHaveLength(8);
  expect(judgeLoss(flowEvidence()).state).toBe('not-examined');
});

const ORDERS = { become: null, wrong: [], wrongRecords: 0 };

const CASES: readonly (readonly [string, string, RegExp, Notes])[] = [
  [
    'it still runs',
    'failed',
    /^push is running and should be stopped\.$/,
    { checks: plus(check('push is stopped', 'verify', { outcome: 'failed', actual: 'running' })) },
  ],
  [
    'a condition is violated',
    'failed',
    /^push is not cleanly stopped: quiet was looked at\.$/,
    { 'stopped.push': () => [stopLook('verify', { quiet: 'violated' })] },
  ],
  [
    'it wakes up later',
    'failed',
    /^push is not cleanly stopped after the quiet time/,
    { 'still-stopped.push': () => [stopLook('watch', { quiet: 'violated' })] },
  ],
  [
    'a condition could not be seen',
    'inconclusive',
    /not everything is shown: told\.$/,
    { 'stopped.push': () => [stopLook('verify', { told: 'not-shown' })] },
  ],
  ['nobody looked again', 'inconclusive', /not looked at again/, { 'still-stopped.push': () => [] }],
  [
    'nobody saw whether it is stopped',
    'inconclusive',
    /^It could not be seen whether push is stopped/,
    { checks: (usual) => usual },
  ],
  [
    'a connection round the proxy',
    'failed',
    /^Something went round push-old: node x connected\.$/,
    { traffic: () => [flowTraffic({ flow: 'push-old', round: ['node x connected'] })] },
  ],
  [
    'an echo and a second delivery',
    'failed',
    /^push-old brings back .*: 2 messages\. push-old delivered 1 message that it had delivered before\.$/,
    {
      traffic: () => [
        flowTraffic({ flow: 'push-old', again: ['a'], againMessages: 1, echoed: ['b', 'c'], echoedMessages: 2 }),
      ],
    },
  ],
  [
    'what should be kept is gone',
    'failed',
    /^Of what push had changed, 1 record should be kept and is not\.$/,
    { 'disposed.push': () => [flowChanges({ wrong: ['public.orders id=1 is gone'], wrongRecords: 1 })] },
  ],
  [
    'nobody says what becomes of its changes',
    'inconclusive',
    /^It is not shown what becomes of/,
    { 'disposed.push': () => [flowChanges(ORDERS)] },
  ],
  [
    'its changes could not be looked for',
    'inconclusive',
    /^It is not shown what becomes of/,
    { 'disposed.push': () => [flowChanges({ trouble: 'the store does not answer' })] },
  ],
  [
    'there is no damage',
    'inconclusive',
    /^Nothing is shown: the damage is not there/,
    { inject: (usual) => usual.map((one) => (one.topic === 'presence' ? presence({ shown: false }) : one)) },
  ],
];

describe('flows', () => {
  for (const [name, state, sentence, notes] of CASES) {
    test(`${state}: ${name}`, () => {
      const judged = judgeFlows(flowEvidence(notes));
      expect([judged.state, judged.sentence]).toEqual([state, expect.stringMatching(sentence)]);
    });
  }

  test('a rollback that breaks off shows nothing of them', () => {
    const broken = flowEvidence({}, { outcomes: { 'go-back.restore': failedBy('plan') } });
    expect(judgeFlows(broken).state).toBe('failed');
  });

  test('a flow that changed nothing needs no word; one whose changes are gone fails the loss as well', () => {
    const silent = flowEvidence({ 'disposed.push': () => [flowChanges({ ...ORDERS, tables: [] })] });
    expect(judgeFlows(silent).state).toBe('proven');
    const gone = { wrong: ['public.orders id=1 is gone'], wrongRecords: 1 };
    expect(judgeLoss(flowEvidence({ 'disposed.push': () => [flowChanges(gone)] })).state).toBe('failed');
    expect(judgeLoss(flowEvidence({ 'disposed.push': () => [flowChanges(ORDERS)] })).state).toBe('inconclusive');
  });
});

describe('the map of flows', () => {
  const states = (evidence: Evidence): Record<string, string> => {
    const { parts = [], ...judged } = judgeFlows(evidence);
    const claim: Claim = { name: 'flows', required: true, ...judged, because: [...judged.because], parts: [...parts] };
    return Object.fromEntries(flowMapOf(evidence, [claim]).map(({ flow, state }) => [flow, state]));
  };

  test('proven stopped and running again', () => {
    expect(states(flowEvidence())).toEqual({ 'push': 'proven-stopped', 'push-old': 'running' });
  });

  test.each([
    // The last look counts.
    ['draining', { 'still-stopped.push': () => [stopLook('watch', { 'in-flight': 'violated' })] }],
    ['stopped', { 'stopped.push': () => [stopLook('verify', { 'in-flight': 'violated' })] }],
    ['stopped', { 'stopped.push': () => [stopLook('verify', { told: 'violated' })], 'still-stopped.push': () => [] }],
    ['running', { checks: () => [check('push is stopped', 'verify', { outcome: 'failed' })] }],
    ['not-shown', { checks: () => [check('push is stopped', 'verify', { outcome: 'unknown' })] }],
  ] satisfies readonly (readonly [string, Notes])[])('%s', (state, notes) => {
    expect(states(flowEvidence(notes))['push']).toBe(state);
  });
});
