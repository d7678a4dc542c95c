import { countOf } from '../../kernel/count.ts';
import { formatDuration } from '../../kernel/duration.ts';
import type { ClaimState, DrillRecord, MessageRecord } from '../record.ts';
import { bullets, cell, details, digestText, numberCell, section, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { shortDuration } from './words.ts';

/** Who was told what, when: a row for each message, then each recipient. */
export function messagesSection(record: DrillRecord, scope: string): Markup {
  const { messages } = record;
  const content =
    messages.length === 0
      ? markup`<p>${lamp('not-examined')} Nobody was told anything in this drill.</p>`
      : markup`<p>${sentenceOf(record)}</p>${messageTable(messages)}${messages.map(recipientList)}`;
  return section({ id: `${scope}-messages`, title: 'Who was told what, when' }, content);
}

function sentenceOf({ messages, clocks: { communicate } }: DrillRecord): string {
  const first =
    communicate.firstMessageMs === null
      ? 'After the decision nobody was told anything.'
      : `The first message was there ${formatDuration(communicate.firstMessageMs)} after the decision.`;
  const again =
    communicate.openAgainMs === null
      ? ''
      : ` “Open again” was acknowledged ${formatDuration(communicate.openAgainMs)} after opening${communicate.openAgainAssumed ? '; this time is assumed, because the drill’s own reader acknowledged and no person did' : ''}.`;
  return `${countOf(messages.length, 'message')} went into the drill’s own inbox; nothing left the environment. ${first}${again}`;
}

function messageTable(messages: readonly MessageRecord[]): Markup {
  return table({
    caption: 'Messages; delivered and acknowledged: when 95 % of the audience had it and had confirmed it',
    head: ['Message', 'Audience', 'Gate', '#Sent at', '#First there', '#Delivered', '#Acknowledged', 'Result'],
    rows: messages.map((one) => [
      markup`${one.subject === '' ? one.message : one.subject}<br><small>${one.message}${one.template !== null && ` · ${one.template}`} · ${one.kind}</small>`,
      markup`${one.audience} <small>${countOf(one.people, 'person', 'people')}, ${one.channel} (${one.over})${one.insteadOf !== null && `, because ${one.insteadOf.channel} took nothing: ${one.insteadOf.trouble}`}</small>`,
      one.gate ?? '–',
      numberCell(one.heldBack === null ? formatDuration(one.sentAtMs) : '–'),
      numberCell(sinceGate(one, one.firstAtMs)),
      numberCell(sinceGate(one, one.deliveredAtMs)),
      numberCell(one.acknowledgedAtMs === null ? '–' : `${sinceGate(one, one.acknowledgedAtMs)}, assumed`),
      resultCell(one),
    ]),
  });
}

/** Counted from the moment from which on it could go out. */
function sinceGate({ gateAtMs }: MessageRecord, atMs: number | null): string {
  return atMs === null || gateAtMs === null ? '–' : `+${formatDuration(atMs - gateAtMs)}`;
}

function resultCell(one: MessageRecord): ReturnType<typeof cell> | Markup {
  const target = one.withinMs === null ? '' : ` Target ${shortDuration(one.withinMs)}.`;
  if (one.problems.length > 0)
    return cell('marked is-failed', markup`${lamp('failed', 'failed')} ${one.problems.join('; ')}.${target}`);
  if (one.heldBack !== null)
    return cell('marked is-inconclusive', markup`${lamp('inconclusive', 'held back')} ${one.heldBack}.`);
  const delivered = one.recipients.filter((each) => each.copies > 0).length;
  const acknowledged = one.recipients.filter((each) => each.acknowledgedAtMs !== null).length;
  const read = one.acknowledge ? `, ${acknowledged} acknowledged` : '';
  return markup`${lamp('proven', 'delivered')} ${delivered} of ${one.recipients.length}${read}.${target}`;
}

function recipientList(one: MessageRecord): Markup | null {
  if (one.recipients.length === 0) return null;
  const rows = one.recipients.map((each) => [
    each.to,
    lamp(recipientState(each), recipientWord(each)),
    numberCell(each.deliveredAtMs === null ? '–' : formatDuration(each.deliveredAtMs)),
    numberCell(each.acknowledgedAtMs === null ? '–' : formatDuration(each.acknowledgedAtMs)),
    each.link,
    each.digest === null ? '–' : digestText(each.digest),
  ]);
  const list = table({
    caption: `${one.message}: recipients`,
    head: ['Recipient', 'Result', '#Delivered at', '#Acknowledged at', 'Link', 'Digest of the text'],
    rows,
  });
  return details(
    `${one.message}: ${countOf(one.recipients.length, 'recipient')} one by one`,
    markup`${list}${one.strangers.length > 0 && markup`<p>Not in the audience:</p>${bullets(one.strangers)}`}`,
  );
}

type Recipient = MessageRecord['recipients'][number];

function recipientState(each: Recipient): ClaimState {
  return each.copies === 1 && each.marked && each.link !== 'broken' ? 'proven' : 'failed';
}

function recipientWord(each: Recipient): string {
  if (each.copies === 0) return each.trouble ?? 'did not arrive';
  if (each.copies > 1) return `${each.copies} copies`;
  return each.marked ? 'arrived' : 'not marked EXERCISE';
}
