import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { unixHttpClient } from '../../src/adapters/http/unix-client.ts';
import { openInbox } from '../../src/adapters/inbox/inbox.ts';
import type { Environment } from '../../src/environment/host.ts';
import type { Arrival, Inbox, Letter, WebhookShape } from '../../src/people/messages/inbox.ts';
import { linkIn, writeLetters } from '../../src/people/messages/letters.ts';
import { clock, provisionFor, reasonAgainst } from '../support/environments.ts';

const level =
  (await reasonAgainst('userns')) === undefined
    ? 'userns'
    : (await reasonAgainst('netns')) === undefined
      ? 'netns'
      : 'none';

function inboxIn(environment: Environment, loses: readonly string[] = [], kept: Arrival[] = []): Promise<Inbox> {
  return openInbox({
    environment,
    loses,
    httpClient: (socketPath) => unixHttpClient({ socketPath }),
    keep: (arrival) => void kept.push(arrival),
  });
}

const TEXT = 'Grüße, 100 % – “open again”.\n.a line that begins with a dot\n' + 'long '.repeat(40);

function lettersFor(
  inbox: Inbox,
  people: readonly string[],
  channel: Letter['over'] = { kind: 'smtp' },
): readonly Letter[] {
  return writeLetters({
    message: 'told',
    plan: 'crm',
    wording: { subject: `Open again: Straße 5 ${'and more '.repeat(10)}`, text: TEXT },
    values: {},
    recipients: people.map((address) => ({ address, name: 'Ada Müller' })),
    channel,
    channelName: 'war room',
    acknowledge: true,
    inbox,
  });
}

test('forty mails arrive as they were written, and every link works once it is confirmed', async () => {
  await using place = await provisionFor(level);
  const kept: Arrival[] = [];
  const inbox = await inboxIn(place.environment, [], kept);
  const letters = lettersFor(
    inbox,
    Array.from({ length: 40 }, (_, index) => `user${index}@example.com`),
  );
  const began = clock.monotonicMs();
  expect(await Promise.all(letters.map((letter) => inbox.send(letter)))).toEqual(letters.map(() => null));
  const arrivals = await inbox.arrived();
  expect(arrivals.map((one) => one.to).toSorted()).toEqual(letters.map((one) => one.to).toSorted());
  for (const arrival of arrivals) {
    const letter = letters.find((one) => one.to === arrival.to);
    expect(arrival).toMatchObject({ message: 'told', subject: letter?.subject, text: letter?.text.trimEnd() });
    expect(arrival.atMs).toBeGreaterThan(began);
  }
  for (const letter of letters.slice(0, 3)) {
    const path = linkIn(arrivals.find((one) => one.to === letter.to)?.text ?? '');
    expect(await inbox.acknowledge(path ?? '')).toMatchObject({ by: letter.to });
  }
  expect(await inbox.acknowledge(`/acknowledge/${'0'.repeat(32)}`)).toEqual({ by: null, atMs: null });
  expect(kept).toEqual(arrivals);
  await inbox.close();
});

test('a text that is not marked as an exercise is not sent', async () => {
  await using place = await provisionFor(level);
  const inbox = await inboxIn(place.environment);
  const [letter] = lettersFor(inbox, ['ada@example.com']);
  if (letter === undefined) throw new Error('no letter');
  for (const bare of [
    { ...letter, subject: 'Open again' },
    { ...letter, text: TEXT },
    { ...letter, text: `${letter.text}\nP.S. for real` },
    { ...letter, text: TEXT, over: { kind: 'webhook', shape: 'json' } as const },
  ])
    await expect(inbox.send(bare)).rejects.toThrow(/not marked as an exercise/);
  expect(await inbox.arrived()).toEqual([]);
  await inbox.close();
});

test.each<WebhookShape>(['slack', 'teams', 'json'])(
  'a post in the shape of %s can be read as it was written',
  async (shape) => {
    await using place = await provisionFor(level);
    const inbox = await inboxIn(place.environment);
    const [letter] = lettersFor(inbox, ['nobody'], { kind: 'webhook', shape });
    if (letter === undefined) throw new Error('no letter');
    expect(await inbox.send({ ...letter, subject: 'EXERCISE: a < b & c' })).toBeNull();
    expect(await inbox.arrived()).toMatchObject([
      { to: 'war room', subject: 'EXERCISE: a < b & c', text: letter.text },
    ]);
    await inbox.close();
  },
);

test('a server that loses mail says nothing, and its inbox shows it; what is no address is refused', async () => {
  await using place = await provisionFor(level);
  const inbox = await inboxIn(place.environment, ['bob@example.com']);
  const letters = lettersFor(inbox, ['ada@example.com', 'bob@example.com', 'no address']);
  const [ada, bob, nobody] = await Promise.all(letters.map((letter) => inbox.send(letter)));
  expect([ada, bob]).toEqual([null, null]);
  expect(nobody).toEqual(expect.any(String));
  expect((await inbox.arrived()).map((one) => one.to)).toEqual(['ada@example.com']);
  await inbox.close();
});

test('nothing of it is left when the environment is released', async () => {
  await using place = await provisionFor(level);
  const inbox = await inboxIn(place.environment);
  await inbox.close();
  expect(await place.environment.release()).toEqual({ leaked: [] });
  await expect(stat(place.environment.folder)).rejects.toThrow(/ENOENT/);
});

test('a channel that is down refuses everything, and the other one still takes it', async () => {
  await using place = await provisionFor(level);
  const inbox = await inboxIn(place.environment);
  const [mail] = lettersFor(inbox, ['ada@example.com']);
  const [post] = lettersFor(inbox, ['ada@example.com'], { kind: 'webhook', shape: 'slack' });
  if (mail === undefined || post === undefined) throw new Error('no letter');
  await inbox.refuse('mail');
  expect(await inbox.send(mail)).toMatch(/421/);
  expect(await inbox.send(post)).toBeNull();
  await inbox.refuse({ post: post.to });
  expect(await inbox.send(post)).toBe('status 503');
  expect(await inbox.arrived()).toHaveLength(1);
});
