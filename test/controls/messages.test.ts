import { expect, test } from 'vitest';
import type { DrillPorts } from '../../src/drill/world.ts';
import type { Arrival } from '../../src/people/messages/inbox.ts';
import { rehearse } from '../support/rehearse.ts';
import { insertAfter, removeStep, stepOf } from '../support/variants.ts';
import { claimOf, expectVerdict, findingsAbout } from '../support/verdicts.ts';

const STORES = { data: 'proven', files: 'proven', function: 'proven', access: 'proven' } as const;

/** What the drill's inbox holds, texts included. */
function watching(seen: Arrival[]): (ports: DrillPorts) => DrillPorts {
  return (ports) => ({
    ...ports,
    makeInbox: async (request) => {
      const inbox = await ports.makeInbox(request);
      const arrived = async (): Promise<readonly Arrival[]> => {
        const all = await inbox.arrived();
        seen.splice(0, seen.length, ...all);
        return all;
      };
      return { ...inbox, arrived };
    },
  });
}

test('the example tells forty users and the war room, once each and marked as an exercise', async () => {
  const seen: Arrival[] = [];
  const rehearsed = await rehearse({ scenario: 'clean-return', adapt: watching(seen) });
  expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...STORES, communication: 'proven' } });
  const { record } = rehearsed;
  expect(seen).toHaveLength(81);
  expect(new Set(seen.map(({ message, to }) => `${message ?? ''} ${to}`)).size).toBe(81);
  for (const { subject, text } of seen) {
    expect(subject).toMatch(/^EXERCISE: /);
    expect(text).toMatch(/^EXERCISE\. [^]*\nEXERCISE$/);
    expect(`${subject}${text}`).not.toMatch(/\{\w+\}/);
  }
  const told = record.messages.map((one) => [one.message, one.recipients.length, one.problems.length]);
  expect(told).toHaveLength(3);
  expect(told).toEqual(
    expect.arrayContaining([
      ['room-called', 1, 0],
      ['going-back', 40, 0],
      ['open-again', 40, 0],
    ]),
  );
  const t7 = record.clocks.instants.find((instant) => instant.name === 't7');
  expect(t7).toMatchObject({ assumed: true, atMs: expect.any(Number) });
  expect(record.clocks.communicate.firstMessageMs).toBeGreaterThan(0);
  const opened = record.messages.find((one) => one.message === 'open-again');
  const verifiedAt = record.clocks.instants.find((instant) => instant.name === 't5')?.atMs ?? Infinity;
  expect(opened?.sentAtMs).toBeGreaterThan(verifiedAt);
});

test('“open again” before it is verified is held back and fails the communication, and nothing else', async () => {
  const seen: Arrival[] = [];
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    adapt: watching(seen),
    edit: (plan) => {
      removeStep(plan, 'go-back', 'tell-open');
      insertAfter(
        plan,
        { procedure: 'go-back', step: 'tell-room' },
        { id: 'tell-open', message: 'open-again', after: [] },
      );
    },
  });
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { ...STORES, communication: 'failed' } });
  const { record } = rehearsed;
  expect(claimOf(record, 'communication').sentence).toContain('open-again was to be sent before `verified`');
  expect(findingsAbout(record, /^open-again was to be sent before/)).toMatchObject([
    { severity: 'critical', blame: 'plan', phase: 'communicate' },
  ]);
  expect(seen.filter((arrival) => arrival.message === 'open-again')).toEqual([]);
  expect(record.clocks.instants.find((instant) => instant.name === 't7')?.atMs).toBeNull();
});

test('what has not been verified is not told either: the message is held back, and that is no fault of the plan', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      insertAfter(
        plan,
        { procedure: 'go-back', step: 'analyze' },
        { id: 'slip', in: 'db', sql: 'update deals set amount = amount + 1 where id = 1', repeat: 'safe' },
      );
      stepOf(plan, 'go-back', 'tell-open').after = ['verified'];
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { data: 'failed', communication: 'inconclusive' } });
  expect(claimOf(record, 'communication')).toMatchObject({
    state: 'inconclusive',
    sentence: expect.stringContaining('open-again was rightly held back'),
  });
});

test('a mail that the server takes and loses fails the communication and is named', async () => {
  const lost = 'user7@harbour.example';
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    adapt: (ports) => ({ ...ports, makeInbox: (request) => ports.makeInbox({ ...request, loses: [lost] }) }),
  });
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { ...STORES, communication: 'failed' } });
  expect(claimOf(rehearsed.record, 'communication').sentence).toContain(`did not reach 1 of 40: ${lost}`);
  expect(findingsAbout(rehearsed.record, /^going-back did not reach/)).toMatchObject([{ severity: 'high' }]);
});

test('an inbox that dies is no fault of the plan: the way back goes on, and nothing is shown about messages', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    adapt: (ports) => ({
      ...ports,
      makeInbox: async (request) => {
        const inbox = await ports.makeInbox(request);
        const own = (await request.environment.processes()).filter(({ command }) => command.includes('smtpPort'));
        expect(own.length).toBeGreaterThan(0);
        for (const { pid } of own) process.kill(pid, 'SIGKILL');
        return inbox;
      },
    }),
  });
  expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...STORES, communication: 'inconclusive' } });
  expect(findingsAbout(rehearsed.record, /^the inbox of the drill does not answer/)[0]).toMatchObject({
    blame: 'rollproof',
  });
});
