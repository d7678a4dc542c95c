import { describe, expect, test } from 'vitest';
import { type Held, judgeStop, type StopCondition, type StopLook } from './stop-certificate.ts';

const held = (name: string, holds = true, answer = 'yes'): { readonly found: Held } => ({
  found: { name, holds, answer },
});

const clean: StopLook = {
  producer: held('disarmed'),
  credential: held('revoked'),
  inFlight: { found: [] },
  watermark: { found: { from: '41', to: '41' } },
  quiet: { found: { waitedMs: 2_000, fired: 2, writes: [] } },
  counts: { found: { sent: 41, received: 41, carried: 41 } },
  rearming: { found: [{ name: 'no-timer', holds: true, answer: 'none' }] },
  legacy: { found: { flow: 'push-legacy', arrived: true, said: '' } },
  told: held('partner-knows'),
};

function stateOf(condition: StopCondition, look: Partial<StopLook>): string {
  const judged = judgeStop({ ...clean, ...look }).find((one) => one.condition === condition);
  return `${judged?.state ?? 'missing'}: ${judged?.evidence ?? ''}`;
}

test('a flow that is cleanly stopped has all eight conditions shown', () => {
  const judged = judgeStop(clean);
  expect(judged.map((one) => one.state)).toEqual(Array.from({ length: 8 }, () => 'shown'));
});

describe('a violating example of each is named', () => {
  const cases: readonly (readonly [StopCondition, Partial<StopLook>, string])[] = [
    ['disabled', { credential: held('revoked', false, 'valid') }, 'revoked does not hold: valid'],
    ['disabled', { producer: held('disarmed', false, 't') }, 'disarmed does not hold: t'],
    [
      'quiet',
      { quiet: { found: { waitedMs: 2_000, fired: 0, writes: ['insert in public.a by p'] } } },
      '2.0 s watched: insert in public.a by p',
    ],
    ['counts', { counts: { found: { sent: 41, received: 40, carried: 40 } } }, '41 sent, 40 received, 0 listed'],
    [
      'counts',
      { counts: { found: { sent: 41, received: 41, carried: 40 } } },
      '41 sent, 41 received, 0 listed, but only 40 came through its proxy: something went round it',
    ],
    ['not-rearmed', { rearming: { found: [{ name: 'no-timer', holds: false, answer: 'cron' }] } }, 'no-timer: cron'],
    [
      'legacy',
      { legacy: { found: { flow: 'old', arrived: false, said: 'exit code 1' } } },
      'no canary came through old: exit code 1',
    ],
    ['told', { told: held('partner-knows', false, '0') }, 'partner-knows: 0'],
  ];
  test.each(cases)('%s', (condition, look, evidence) => {
    expect(stateOf(condition, look)).toBe(`violated: ${evidence}`);
  });
});

test('messages under way are no violation while they are listed, and count as such', () => {
  const look = { inFlight: { found: ['m-7', 'm-8'] }, counts: { found: { sent: 43, received: 41, carried: null } } };
  expect(stateOf('in-flight', look)).toBe('shown: 2 messages under way, listed: m-7, m-8');
  expect(stateOf('counts', look)).toMatch(/^shown/);
});

test('a purged queue is not "nothing in flight": what was in it is missing in the sum', () => {
  const look = { inFlight: { found: [] }, counts: { found: { sent: 43, received: 41, carried: null } } };
  expect(stateOf('in-flight', look)).toMatch(/^shown/);
  expect(stateOf('counts', look)).toMatch(/^violated/);
});

test('what could not be asked is not shown, never fulfilled', () => {
  const why = { why: 'the plan does not say' };
  for (const key of ['producer', 'credential', 'inFlight', 'watermark', 'quiet', 'counts', 'rearming', 'told'] as const)
    expect(judgeStop({ ...clean, [key]: why }).some((one) => one.state === 'not-shown')).toBe(true);
  expect(stateOf('legacy', { legacy: null })).toMatch(/^not-needed/);
});
