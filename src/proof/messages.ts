import { figuresOf } from '../people/messages/figures.ts';
import { problemsOf } from '../people/messages/problems.ts';
import type { Delivery, SentMessage } from '../people/messages/sent-message.ts';
import { type Evidence, originOf } from './evidence.ts';
import type { Instants } from './instants.ts';
import type { Clocks, MessageRecord } from './record.ts';

/** Messages for the record, their moments counted from the start of the drill. */
export function messagesOf(evidence: Evidence): readonly MessageRecord[] {
  const origin = originOf(evidence.events);
  return evidence.all('message').map((sent) => messageRecord(sent, sinceStart(origin)));
}

type SinceStart = (ms: number | null) => number | null;

/** A clock that was read elsewhere may be off by less than what it is shown with. */
function sinceStart(origin: number): SinceStart {
  return (ms) => (ms === null ? null : Math.max(0, ms - origin));
}

function messageRecord(sent: SentMessage, since: SinceStart): MessageRecord {
  const { heldBack, beganMs, gateAtMs, deliveries, strangers, insteadOf = null, ...same } = sent;
  const figures = figuresOf(sent);
  return {
    ...same,
    insteadOf,
    heldBack: heldBack?.sentence ?? null,
    gateAtMs: since(gateAtMs),
    sentAtMs: since(beganMs) ?? 0,
    firstAtMs: since(figures.firstMs),
    deliveredAtMs: since(figures.deliveredMs),
    acknowledgedAtMs: since(figures.acknowledgedMs),
    recipients: deliveries.map((one) => recipientRecord(one, since)),
    strangers: [...strangers],
    problems: problemsOf(sent).map((problem) => problem.sentence),
  };
}

function recipientRecord(delivery: Delivery, since: SinceStart): MessageRecord['recipients'][number] {
  const { deliveredMs, acknowledgedMs, ...same } = delivery;
  return { ...same, deliveredAtMs: since(deliveredMs), acknowledgedAtMs: since(acknowledgedMs) };
}

/** The two figures of the clock *communicate*: decision to first message, and opening to “open again” acknowledged. */
export function communicateOf(evidence: Evidence, instants: Instants): Clocks['communicate'] {
  const [t2, t6, t7] = [instants.at('t2'), instants.at('t6'), instants.at('t7')];
  const firsts = messagesOf(evidence).flatMap((one) => one.firstAtMs ?? []);
  const after = t2 === null ? [] : firsts.filter((ms) => ms >= t2);
  return {
    firstMessageMs: t2 === null || after.length === 0 ? null : Math.min(...after) - t2,
    openAgainMs: t6 === null || t7 === null ? null : Math.max(0, t7 - t6),
    openAgainAssumed: evidence.all('message').some((sent) => sent.readBy === 'drill'),
  };
}
