import { describe, expect, test } from 'vitest';
import { recipientsOf } from './audience.ts';
import { deliveriesOf, strangersIn } from './deliveries.ts';
import { isMarked, markExercise } from './exercise.ts';
import { areAcknowledged, figuresOf } from './figures.ts';
import type { Arrival, Letter } from './inbox.ts';
import { acknowledgementToken, linkIn, writeLetters } from './letters.ts';
import { problemsOf } from './problems.ts';
import type { Delivery, SentMessage } from './sent-message.ts';

const INBOX = { address: 'http://127.0.0.1:20001', secret: 'known to nobody' };
const STAFF = recipientsOf([
  { address: 'ada@example.com', name: 'Ada' },
  { address: 'Bob@example.com', name: null },
  { address: 'bob@example.com', name: 'again' },
]);

function lettersTo(acknowledge = true): readonly Letter[] {
  return writeLetters({
    message: 'told',
    plan: 'crm',
    wording: { subject: '{what} is open', text: 'Use {what}.' },
    values: { what: 'The old one' },
    recipients: STAFF,
    channel: { kind: 'smtp' },
    channelName: 'mail',
    acknowledge,
    inbox: INBOX,
  });
}

function arrivalOf({ message, to, subject, text }: Letter, atMs: number): Arrival {
  return { message, to, subject, text, atMs, digest: 'sha256:0' };
}

describe('letters', () => {
  test('nobody is written to twice, and each has a link of their own', () => {
    const letters = lettersTo();
    expect(letters.map((letter) => letter.to)).toEqual(['ada@example.com', 'Bob@example.com']);
    expect(new Set(letters.map((letter) => letter.linkPath)).size).toBe(2);
    expect(letters.map((letter) => linkIn(letter.text))).toEqual(letters.map((letter) => letter.linkPath));
  });

  test('the mark stands before the subject, first and last in the text', () => {
    const [letter] = lettersTo();
    expect(letter?.subject).toBe('EXERCISE: The old one is open');
    expect(letter?.text.split('\n').at(0)).toMatch(/^EXERCISE\. /);
    expect(letter?.text.split('\n').at(-1)).toBe('EXERCISE');
    expect(lettersTo().every(isMarked)).toBe(true);
  });

  test.each([
    ['no mark in the subject', { subject: 'open', text: 'EXERCISE. x\nEXERCISE' }],
    ['none at the beginning', { subject: 'EXERCISE: open', text: 'x\nEXERCISE' }],
    ['none at the end', { subject: 'EXERCISE: open', text: 'EXERCISE. x\nEXERCISE\nsent from my phone' }],
  ])('%s is not marked', (_what, wording) => {
    expect(isMarked(wording)).toBe(false);
    expect(isMarked(markExercise(wording, 'crm'))).toBe(true);
  });

  test('another secret makes another link', () => {
    const whose = { message: 'told', to: 'ada@example.com' };
    expect(acknowledgementToken('one', whose)).not.toBe(acknowledgementToken('other', whose));
  });
});

function sentTo(deliveries: readonly Delivery[], part: Partial<SentMessage> = {}): SentMessage {
  return {
    message: 'told',
    template: null,
    kind: 'success',
    subject: 'EXERCISE: open',
    channel: 'mail',
    over: 'smtp',
    audience: 'staff',
    people: deliveries.length,
    gate: 'verified',
    gateAtMs: 1_000,
    withinMs: null,
    heldBack: null,
    beganMs: 1_000,
    acknowledge: true,
    readBy: 'drill',
    deliveries,
    strangers: [],
    ...part,
  };
}

function goodDeliveries(count: number): readonly Delivery[] {
  return Array.from({ length: count }, (_, index) => ({
    to: `user${index}@example.com`,
    trouble: null,
    copies: 1,
    marked: true,
    digest: 'sha256:0',
    deliveredMs: 1_000 + index,
    link: 'works' as const,
    acknowledgedMs: 2_000 + index,
  }));
}

describe('what became of a message', () => {
  test('95 % are enough, and one below is not', () => {
    const all = goodDeliveries(40);
    const missing = (count: number): readonly Delivery[] =>
      all.map((one, index) => (index < count ? { ...one, acknowledgedMs: null } : one));
    expect(figuresOf(sentTo(all)).acknowledgedMs).toBe(2_037);
    expect(figuresOf(sentTo(missing(2))).acknowledgedMs).toBe(2_039);
    expect(figuresOf(sentTo(missing(3))).acknowledgedMs).toBeNull();
    expect(areAcknowledged(['told'], [sentTo(missing(2))])).toBe(true);
    expect(areAcknowledged(['told', 'other'], [sentTo(all)])).toBe(false);
    expect(areAcknowledged([], [sentTo(all)])).toBe(false);
  });

  test('only what arrived counts', () => {
    const letters = lettersTo();
    const [ada, bob] = letters;
    if (ada === undefined || bob === undefined) throw new Error('two letters');
    const arrivals = [arrivalOf(ada, 5), arrivalOf(ada, 6), arrivalOf({ ...bob, to: 'eve@example.com' }, 7)];
    const acknowledged = new Map([[ada.to, { by: 'eve@example.com', atMs: 9 }]]);
    const deliveries = deliveriesOf({ letters, troubles: new Map([[bob.to, 'refused']]), arrivals, acknowledged });
    expect(deliveries).toMatchObject([
      { to: ada.to, copies: 2, deliveredMs: 5, link: 'broken', acknowledgedMs: null },
      { to: bob.to, copies: 0, trouble: 'refused', deliveredMs: null },
    ]);
    expect(strangersIn({ letters, arrivals })).toEqual(['eve@example.com']);
  });

  const [first] = goodDeliveries(1);
  const worse = (part: Partial<Delivery>): SentMessage => sentTo(first === undefined ? [] : [{ ...first, ...part }]);
  const late = { heldBack: { why: 'too-early' as const, sentence: '`verified` had not happened' } };
  test.each<readonly [string, SentMessage, readonly string[]]>([
    ['nothing', sentTo(goodDeliveries(3)), []],
    ['in time', sentTo(goodDeliveries(3), { withinMs: 2 }), []],
    ['late', sentTo(goodDeliveries(3), { withinMs: 1 }), ['late']],
    ['too early', sentTo([], late), ['too-early']],
    ['rightly held back', sentTo([], { heldBack: { why: 'not-verified', sentence: 'no' } }), []],
    ['nobody', sentTo([]), ['nobody']],
    ['lost', worse({ copies: 0, deliveredMs: null }), ['not-delivered']],
    ['twice', worse({ copies: 2 }), ['twice']],
    ['unmarked', worse({ marked: false }), ['unmarked']],
    ['a broken link', worse({ link: 'broken' }), ['link']],
    ['a stranger', sentTo(goodDeliveries(1), { strangers: ['eve@example.com'] }), ['stranger']],
  ])('%s', (_what, sent, kinds) => {
    expect(problemsOf(sent).map((problem) => problem.kind)).toEqual(kinds);
  });

  test('who is missing is named', () => {
    expect(problemsOf(worse({ copies: 0, trouble: 'mailbox full' }))[0]?.sentence).toBe(
      'told did not reach 1 of 1: user0@example.com (mailbox full)',
    );
  });

  test('what went wrong for all alike is said once', () => {
    const lost = (...troubles: readonly string[]): SentMessage =>
      sentTo(goodDeliveries(2).map((one, index) => ({ ...one, copies: 0, trouble: troubles[index] ?? null })));
    expect(problemsOf(lost('refused', 'refused'))[0]?.sentence).toBe(
      'told did not reach 2 of 2: user0@example.com, user1@example.com (each: refused)',
    );
    expect(problemsOf(lost('refused', 'full'))[0]?.sentence).toBe(
      'told did not reach 2 of 2: user0@example.com (refused), user1@example.com (full)',
    );
  });
});
